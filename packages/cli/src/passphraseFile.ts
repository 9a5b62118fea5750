import { closeSync, openSync, readSync } from 'node:fs';
import { secretAtMost, secretLine } from './secretLine.ts';

export type PassphraseRead = { ok: true; value: Buffer } | { ok: false; message: string };

/** The first line of a file, in bytes, which the caller wipes. */
export function readPassphraseFile(path: string): PassphraseRead {
  const content = Buffer.alloc(secretAtMost + 4);
  try {
    const file = openSync(path, 'r');
    try {
      const size = readSync(file, content);
      const line = secretLine(false);
      line.add(content.subarray(0, size));
      const typed = line.takeRest();
      if (typed instanceof Buffer && typed.length > 0) return { ok: true, value: typed };
      return { ok: false, message: `the first line of ${path} is no passphrase: 1 to ${secretAtMost} bytes` };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `the passphrase file cannot be read: ${reason}` };
  } finally {
    content.fill(0);
  }
}
