import { memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import { ErrorBoundary } from '../app/ErrorBoundary.tsx';
import { strings } from '../strings.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { isEmojiOnly, isPlain, isTooMuchMarkup } from './plainText.ts';
import { safeUrl } from './safeUrl.ts';
import './markdown.css';
import './highlight.css';

const remarkPlugins = [remarkGfm, remarkBreaks];
const rehypePlugins = [rehypeHighlight];

function SafeLink({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  if (href === undefined || href === '') return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** A heading of a message must not appear among the page's headings. */
function Heading({ children }: { children?: ReactNode }) {
  return <p className="markdownHeading">{children}</p>;
}

const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  // Loading an image would tell its server who reads this, and when.
  img: ({ src, alt }) => (
    <SafeLink href={typeof src === 'string' ? src : undefined}>{strings.message.image(alt ?? '')}</SafeLink>
  ),
  pre: ({ node, children }) => <CodeBlock node={node}>{children}</CodeBlock>,
  // Without the ids of footnotes: a link could point at them.
  li: ({ className, children }) => <li className={className}>{children}</li>,
  input: ({ checked }) => <span>{checked === true ? '☑' : '☐'} </span>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds controls, this holds a table
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className="markdownTable" role="group" aria-label={strings.message.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
};

/** Only these come out of a message; everything else is unwrapped to its text. */
const allowedElements = [
  ...[
    'p',
    'br',
    'strong',
    'em',
    'del',
    'a',
    'img',
    'code',
    'pre',
    'span',
    'blockquote',
    'ul',
    'ol',
    'li',
    'hr',
  ],
  ...['input', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'sup', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
];

function Plain({ text }: { text: string }) {
  return <p className="markdownPlain">{text}</p>;
}

/** A message's text, safely: no raw HTML, no images, links to http, https and mailto only. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  if (isEmojiOnly(text)) return <p className="markdownEmoji">{text}</p>;
  if (isPlain(text) || isTooMuchMarkup(text)) return <Plain text={text} />;
  return (
    <ErrorBoundary fallback={<Plain text={text} />}>
      <div className="markdown">
        <ReactMarkdown
          remarkPlugins={remarkPlugins}
          rehypePlugins={rehypePlugins}
          components={components}
          allowedElements={allowedElements}
          unwrapDisallowed
          urlTransform={safeUrl}
        >
          {text}
        </ReactMarkdown>
      </div>
    </ErrorBoundary>
  );
});
