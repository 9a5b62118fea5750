import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import ReactMarkdown from 'react-markdown';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import { expect, it } from 'vitest';
import { isPlain } from '../src/timeline/plainText.ts';

function parsed(text: string): string {
  return renderToStaticMarkup(
    createElement(ReactMarkdown, { remarkPlugins: [remarkGfm, remarkBreaks] }, text),
  );
}

it.each([
  'Hello there!',
  'Two\nlines, one (aside); done?',
  'a - b + c = d',
  'Costs 3.50. 12 of 100%',
  "it's “fine” …",
])('what is taken for plain text is what the parser makes of it: %s', (text) => {
  expect(isPlain(text)).toBe(true);
  expect(parsed(text).replaceAll('<br/>', '').replaceAll('&#x27;', "'")).toBe(`<p>${text}</p>`);
});

it.each([
  '*a*',
  '- a',
  '1. a',
  '# a',
  '> a',
  'a\n===',
  'a\n---',
  '    code',
  'www.a.example',
  'a@b.example',
  'http://a',
  'a\n\nb',
  '|a|\n|-|',
  '&amp;',
])('what holds markup goes to the parser: %s', (text) => {
  expect(isPlain(text)).toBe(false);
});
