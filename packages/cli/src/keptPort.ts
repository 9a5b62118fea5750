import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Invite links name the relay's port, so it is drawn once and kept beside the relay's data. 0 when none is kept. */
export async function readKeptPort(folder: string): Promise<number> {
  if (folder === ':memory:') return 0;
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '');
  const port = Number(text.trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

export async function keepPort(folder: string, port: number): Promise<void> {
  if (folder === ':memory:') return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(fileIn(folder), `${port}\n`, { mode: 0o600 });
}

const fileIn = (folder: string) => join(folder, 'port');
