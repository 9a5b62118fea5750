import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The official vectors live beside the repository; a user's clone does not have them. */
export const vectorsRoot = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url));

export const vectorsPresent = existsSync(`${vectorsRoot}mls`);
if (!vectorsPresent) console.warn(`mls: no vectors at ${vectorsRoot}: their tests are skipped`);

/** Parses one vector file; an empty list where the folder is missing. */
export function load<T>(name: string): T[] {
  return vectorsPresent ? (JSON.parse(readFileSync(`${vectorsRoot}${name}`, 'utf8')) as T[]) : [];
}

export const bytes = (hexadecimal: string): Uint8Array => new Uint8Array(Buffer.from(hexadecimal, 'hex'));
export const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

/** Prints what was checked, so that a suite that checked nothing is seen. */
export function report(what: string, count: number, detail = ''): void {
  process.stdout.write(`mls vectors: ${what}: ${count} passed ${detail}\n`);
}
