import type { MessageRow, Row } from '@otr/protocol';
import { localClock, localDay, remarkWords } from '../words.ts';
import type { Format } from './exportRoom.ts';
import type { Names } from './names.ts';

/**
 * One page that needs nothing else and can do nothing: no script, no link out, no image. Everything that people wrote
 * is escaped, and the page's own policy forbids whatever escaping may have missed.
 */
export function htmlFormat(): Format {
  let day = '';
  return {
    begin: ({ name, at }) => `${top(name)}
<h1 dir="auto">${escaped(name)}</h1>
<p class="remark">Exported on ${localDay(at)} at ${localClock(at)}</p>
`,
    rows: (rows, names) =>
      rows
        .map((row) => {
          const begins = localDay(row.at) !== day;
          day = localDay(row.at);
          return `${begins ? `<h2>${day}</h2>\n` : ''}${shown(row, names)}\n`;
        })
        .join(''),
    end: () => '</main>\n</body>\n</html>\n',
  };
}

function shown(row: Row, names: Names): string {
  if (row.kind === 'message') return message(row, names);
  const tag = row.kind === 'notice' ? 'remark' : 'remark problem';
  return `<p class="${tag}" dir="auto">${time(row)} ${escaped(remarkWords(row))}</p>`;
}

function message(row: MessageRow, names: Names): string {
  const marks = [
    row.editedAt === undefined ? '' : 'edited',
    row.seq === null ? 'not at the relay yet' : '',
  ].filter((mark) => mark !== '');
  const head = `<header><b dir="auto">${escaped(row.name)}</b> ${time(row)}${audience(row)}${marks
    .map((mark) => ` <i>${mark}</i>`)
    .join('')}</header>`;
  const body = row.deleted
    ? '<p class="remark">This message was deleted.</p>'
    : `<div class="text" dir="auto">${escaped(row.text)}</div>`;
  return `<article id="m-${escaped(row.id)}"${row.own ? ' class="own"' : ''}>${head}${quote(row)}${body}${reactions(row, names)}</article>`;
}

function audience({ whisper }: MessageRow): string {
  return whisper === undefined
    ? ''
    : ` <i>whisper to <span dir="auto">${escaped(whisper.names.join(', '))}</span></i>`;
}

function quote({ replyTo }: MessageRow): string {
  if (replyTo === undefined) return '';
  const { id, name, text } = replyTo;
  return `<blockquote dir="auto"><a href="#m-${escaped(id)}">${escaped(name)}</a>: ${escaped(text)}</blockquote>`;
}

function reactions({ reactions = [] }: MessageRow, { nameOf }: Names): string {
  if (reactions.length === 0) return '';
  const items = reactions.map(
    ({ emoji, from }) =>
      `<li>${escaped(emoji)} <span dir="auto">${escaped(from.map(nameOf).join(', '))}</span></li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

function time({ at }: Row): string {
  return `<time datetime="${new Date(at).toISOString()}">${localClock(at)}</time>`;
}

/** Text as HTML text or as the value of a quoted attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const top = (name: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; text-align: center; margin: 2rem 0 1rem; }
article { margin: 0.75rem 0; padding: 0.5rem 0.75rem; border-radius: 0.5rem; background: color-mix(in srgb, currentColor 6%, transparent); }
article:target { outline: 2px solid; }
.own { margin-left: 3rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.remark, time, i { font-size: 0.85rem; opacity: 0.75; }
.remark { margin: 0.5rem 0; }
.problem { font-weight: bold; opacity: 1; }
blockquote { margin: 0.25rem 0; padding-left: 0.75rem; border-left: 3px solid; opacity: 0.8; white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: inherit; }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 0.25rem 0 0; padding: 0; font-size: 0.85rem; }
</style>
</head>
<body>
<main>`;
