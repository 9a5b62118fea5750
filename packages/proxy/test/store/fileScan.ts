import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Secret = string | Uint8Array;

/** The files of a folder that hold any of these bytes, each with what was found: `history.db: some text`. */
export function filesWith(folder: string, secrets: readonly Secret[]): string[] {
  return readdirSync(folder).flatMap((file) => {
    const bytes = readFileSync(join(folder, file));
    return secrets
      .filter((secret) => bytes.includes(Buffer.from(secret)))
      .map((secret) => `${file}: ${nameOf(secret)}`);
  });
}

function nameOf(secret: Secret): string {
  return typeof secret === 'string' ? secret : Buffer.from(secret).toString('hex');
}
