import { limits, messageText } from '@otr/protocol';
import type { Chosen } from '../choose.ts';
import type { Terminal } from '../terminal.ts';

/** A message's text: the word itself, or with "-" all of standard input less the line break that ends it. */
export async function readMessage(word: string, terminal: Terminal): Promise<Chosen<string>> {
  const text = word === '-' ? await readText(terminal) : word;
  if (text === undefined) return { ok: false, message: `the text must be at most ${limits.text} bytes` };
  const checked = messageText.safeParse(text);
  if (checked.success) return { ok: true, value: checked.data };
  return { ok: false, message: `the text ${checked.error.issues[0]?.message ?? 'is not valid'}` };
}

async function readText(terminal: Terminal): Promise<string | undefined> {
  const input = await terminal.readInput(limits.text + 2);
  return input?.replace(/\r?\n$/, '');
}
