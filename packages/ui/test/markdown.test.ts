import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from '../src/timeline/Markdown.tsx';

function render(text: string): string {
  return renderToStaticMarkup(createElement(Markdown, { text }));
}

describe('what a message may not do', () => {
  it.each([
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](&#106;avascript:alert(1))',
    '[a]( javascript:alert(1))',
    '[a](vbscript:x)',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](file:///etc/passwd)',
    '[a](otr:relay/room#secret)',
    '[a](/session/token)',
    '[a](//evil.example)',
    '[a](#/room/x)',
    '<javascript:alert(1)>',
    '![a](javascript:alert(1))',
    '[a]: javascript:alert(1)\n\n[a]',
  ])('makes no link of %s', (text) => {
    expect(render(text)).not.toContain('href');
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<svg onload=alert(1)>',
    '<a href="https://x.example" style="position:fixed">x</a>',
    '<style>*{display:none}</style>',
    '<iframe src="https://x.example"></iframe>',
    'a <b>bold</b> word',
    '<!-- gone? -->',
  ])('shows raw HTML as text: %s', (text) => {
    const shown = render(text);
    expect(shown).not.toMatch(/<(?:img|script|svg|style|iframe|b)\b/);
    expect(shown).not.toMatch(/<[^>]+style=/);
    expect(shown).toContain('&lt;');
  });

  it('loads no image: it becomes a link with its words', () => {
    const shown = render('![a cat](https://x.example/cat.png)');
    expect(shown).not.toContain('<img');
    expect(shown).toContain('href="https://x.example/cat.png"');
    expect(shown).toContain('Image: a cat');
  });

  it('makes no ids, by which a link could point into the page', () => {
    expect(render('# title\n\ntext[^1]\n\n[^1]: note')).not.toMatch(/\sid="/);
  });

  it.each([
    ['quotes in quotes', '>'.repeat(60_000)],
    ['open brackets', '['.repeat(60_000)],
    ['stars', '*a_'.repeat(20_000)],
    ['lists in one line', '- '.repeat(30_000)],
    [
      'lists as deep as are parsed',
      Array.from({ length: 300 }, (_, line) => `${' '.repeat((line % 12) * 2)}- a`).join('\n'),
    ],
    ['lists in lists', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth * 2)}- a`).join('\n')],
    ['backticks', Array.from({ length: 300 }, (_, length) => '`'.repeat(length)).join(' ')],
    ['a table', `${'|a'.repeat(2_000)}|\n${'|-'.repeat(2_000)}|\n`],
  ])('is shown in reasonable time: %s', (_name, text) => {
    expect(render(text).length).toBeGreaterThan(0);
  });
});

describe('what a message may do', () => {
  it.each([
    ['**b**', '<strong>b</strong>'],
    ['*i*', '<em>i</em>'],
    ['~~s~~', '<del>s</del>'],
    ['`c`', '<code>c</code>'],
    ['> q', '<blockquote>'],
    ['- a\n- b', '<ul>'],
    ['3. a\n4. b', '<ol start="3">'],
    ['a\nb **c**', '<br/>'],
    ['- [x] done', '☑'],
  ])('%s', (text, markup) => {
    expect(render(text)).toContain(markup);
  });

  it.each(['https://x.example/a?b=c', 'http://127.0.0.1:8080/', '[m](mailto:a@x.example)', 'www.x.example'])(
    'links %s, without telling where from',
    (text) => {
      expect(render(text)).toMatch(
        /<a href="(?:https?|mailto):[^"]+" target="_blank" rel="noopener noreferrer">/,
      );
    },
  );

  it('highlights code of a known language', () => {
    expect(render('```ts\nconst a = 1;\n```')).toContain('hljs-keyword');
  });

  it('keeps line breaks of plain text', () => {
    expect(render('one\ntwo')).toBe('<p class="markdownPlain">one\ntwo</p>');
  });

  it('shows up to three emoji large', () => {
    expect(render('🎉 👩‍👩‍👧')).toContain('markdownEmoji');
    expect(render('🎉🎉🎉🎉')).not.toContain('markdownEmoji');
    expect(render('12')).not.toContain('markdownEmoji');
  });
});
