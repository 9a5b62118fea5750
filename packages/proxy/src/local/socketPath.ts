import { randomBytes } from 'node:crypto';
import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What fits into a socket address on every system (104 bytes on macOS, 108 on Linux), with some room. */
const pathBytesAtMost = 100;
const fileName = 'proxy.sock';
const runtimePrefix = 'otr-socket-';

/** In the profile where the path is short enough. On Windows a pipe whose name nobody can guess beforehand. */
export function socketFileIn(folder: string): string | null {
  if (process.platform === 'win32') return null;
  const path = join(folder, fileName);
  return Buffer.byteLength(path) <= pathBytesAtMost ? path : null;
}

/** A place for the socket file outside of the profile. Recorded in the profile, so that clients find it. */
export async function drawSocketFile(recorded: string | null): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\otr-${randomBytes(16).toString('hex')}`;
  if (recorded !== null) await dropSocketFolder(recorded);
  for (const parent of [process.env['XDG_RUNTIME_DIR'], tmpdir(), '/tmp']) {
    const isShort =
      parent && Buffer.byteLength(join(parent, `${runtimePrefix}XXXXXX`, fileName)) <= pathBytesAtMost;
    const folder = isShort ? await mkdtemp(join(parent, runtimePrefix)).catch(() => null) : null;
    if (folder !== null) return join(folder, fileName);
  }
  throw new Error('No folder for temporary files has a path short enough for a socket file.');
}

/** Removes the folder that `drawSocketFile` made; only what looks like one and belongs to us. */
export async function dropSocketFolder(socketFile: string): Promise<void> {
  const folder = dirname(socketFile);
  if (basename(socketFile) !== fileName || !basename(folder).startsWith(runtimePrefix)) return;
  const found = await lstat(folder).catch(() => null);
  if (found?.isDirectory() && found.uid === process.getuid?.()) {
    await rm(folder, { recursive: true, force: true });
  }
}
