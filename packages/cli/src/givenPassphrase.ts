import { readPassphraseFile } from './passphraseFile.ts';
import type { SecretInput } from './secretInput.ts';
import type { Terminal } from './terminal.ts';

/** A passphrase in bytes, which whoever gets it wipes. Null: none came; empty: the person wants none. */
export type Ask = () => Promise<Buffer | null>;

interface Asked {
  input: SecretInput;
  terminal: Terminal;
  ending: AbortSignal;
  prompt: string;
  /** A new one: a slip of the fingers would cost everything. At a terminal it is asked twice. */
  isNew?: boolean;
  /** Where nobody types, no further line means none. */
  isOptional?: boolean;
}

/** From a file, or typed. */
export function passphraseFrom(file: string | undefined, asked: Asked): Ask {
  return async () => (file === undefined ? await typed(asked) : fromFile(file, asked.terminal));
}

function fromFile(file: string, terminal: Terminal): Buffer | null {
  const read = readPassphraseFile(file);
  if (read.ok) return read.value;
  terminal.note(read.message);
  return null;
}

async function typed(asked: Asked): Promise<Buffer | null> {
  const { input, terminal, ending, prompt, isNew = false, isOptional = false } = asked;
  const first = await input.ask(`${prompt}: `, ending);
  if (first === null && isOptional && !input.isTerminal) return Buffer.alloc(0);
  if (first === null || first.length === 0 || !isNew || !input.isTerminal) return first;
  const again = await input.ask('The same again: ', ending);
  const isSame = again !== null && first.equals(again);
  again?.fill(0);
  if (isSame) return first;
  first.fill(0);
  terminal.note('These were two different passphrases.');
  return null;
}
