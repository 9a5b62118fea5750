import type { ForgedLine } from '@otr/proxy';
import type { Chosen } from './choose.ts';

/** Bytes. */
export const scriptAtMost = 4 * 1024 * 1024;

/**
 * What people say in a forged room, a line each: `Ana: text`, and `Ben -> Ana, Cleo: text` for a whisper. Empty lines and
 * those that begin with # do not count.
 */
export function parseScript(text: string): Chosen<ForgedLine[]> {
  const said: ForgedLine[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, who = '', what = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
    const [name = '', recipients, ...more] = who.split('->').map((part) => part.trim());
    const to = recipients?.split(',').map((one) => one.trim());
    if (name === '' || to?.includes('') || more.length > 0 || what.trim() === '') {
      return {
        ok: false,
        message: `line ${index + 1} of the script must read NAME: TEXT or NAME -> NAME: TEXT`,
      };
    }
    said.push({ name, text: what, ...(to && { to }) });
  }
  return { ok: true, value: said };
}
