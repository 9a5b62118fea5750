import { createReadStream } from 'node:fs';
import type { Chosen } from './choose.ts';
import type { Terminal } from './terminal.ts';

/** All of a file as UTF-8, or of standard input for `-`; refused above `limit` bytes. */
export async function readTextFile(file: string, limit: number, terminal: Terminal): Promise<Chosen<string>> {
  try {
    const text = file === '-' ? await terminal.readInput(limit) : await readFile(file, limit);
    if (text !== undefined) return { ok: true, value: text };
    return { ok: false, message: `${file === '-' ? 'standard input' : file} has more than ${limit} bytes` };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return { ok: false, message: `${file} cannot be read: ${error.message}` };
  }
}

/** Whatever size it says it has. */
async function readFile(file: string, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: limit })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return bytes.length > limit ? undefined : bytes.toString('utf8');
}
