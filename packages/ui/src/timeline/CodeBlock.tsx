import { Check, Copy } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { copyText } from '../app/copy.ts';
import { useFeedback } from '../app/feedback.tsx';
import { strings } from '../strings.ts';

/** The part of a hast element that is read here. */
interface CodeNode {
  children: ReadonlyArray<{ type: string; properties?: { className?: unknown } }>;
}

/** `ts` of the class `language-ts` that Markdown puts on a fenced block. */
function languageOf(node: CodeNode | undefined): string | null {
  const classes = node?.children[0]?.properties?.className;
  if (!Array.isArray(classes)) return null;
  const found = classes.map(String).find((name) => name.startsWith('language-'));
  return found === undefined ? null : found.slice('language-'.length);
}

export function CodeBlock({ node, children }: { node?: CodeNode | undefined; children?: ReactNode }) {
  const code = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const { say } = useFeedback();
  const language = languageOf(node);

  async function copy() {
    const done = await copyText(code.current?.textContent?.replace(/\n$/, '') ?? '');
    setCopied(done);
    say(done ? strings.message.codeCopied : strings.message.copyFailed);
  }

  return (
    <div className="codeBlock">
      <div className="codeBlockTop">
        <span>{language}</span>
        <button type="button" aria-label={strings.message.copyCode} onClick={copy}>
          {copied ? <Check size={15} aria-hidden="true" /> : <Copy size={15} aria-hidden="true" />}
        </button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset holds controls, this holds code */}
      <pre
        ref={code}
        role="group"
        aria-label={language === null ? strings.message.code : strings.message.codeIn(language)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {children}
      </pre>
    </div>
  );
}
