/** Anything that Markdown or its autolinks could take for markup; a wrong "yes" only costs time. */
const markup = /[*_`~[\]\\<&|]|^\s*(?:[#>+\-=]|\d+[.)])|:\/\/|www\.|@|^(?: {4}|\t)|\n\s*\n/m;

/** Most messages need no Markdown parser: scrolling stays smooth. */
export function isPlain(text: string): boolean {
  return !markup.test(text);
}

const emoji = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** One to three emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 40 && emoji.test(text);
}

/** Signs that open something in Markdown; thousands of them make its parser slow. */
const signs = /[*_`~[\]<>!|#]/g;

/** What stands before a line's text: quotes and list items, each inside the one before. */
const containers = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))+/gm;
const depthAtMost = 12;
const depthInAllAtMost = 2_000;

/** Two columns are a level: an item of a nested list is indented by at least that much. */
function depth(prefix: string): number {
  const markers = prefix.match(/[-+*>]|\d+[.)]/g)?.length ?? 0;
  const indent = /^[ \t]*/.exec(prefix)?.[0].length ?? 0;
  return markers + indent / 2;
}

/** Nested too deeply or with too many signs to be worth parsing: shown as it was written. */
export function isTooMuchMarkup(text: string): boolean {
  if ((text.match(signs)?.length ?? 0) > 4_000) return true;
  const depths = (text.match(containers) ?? []).map(depth);
  const inAll = depths.reduce((sum, each) => sum + each, 0);
  return inAll > depthInAllAtMost || depths.some((each) => each > depthAtMost);
}
