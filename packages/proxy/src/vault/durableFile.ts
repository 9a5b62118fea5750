import { chmod, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is being written: what a crash may leave, and the next start removes. */
export const unfinished = (name: string) => `${name}.new`;

/** Replaces a file at once: after a crash it is the old one or the new one, and on disk when this resolves. */
export async function replaceFile(
  folder: string,
  name: string,
  content: Uint8Array,
  beforeRename: () => void = () => {},
): Promise<void> {
  const written = join(folder, unfinished(name));
  await rm(written, { force: true });
  const file = await open(written, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(written, 0o600);
  beforeRename();
  await rename(written, join(folder, name));
  await syncFolder(folder);
}

/** At most `limit` bytes of a plain file. Null where there is none; undefined where it is something else or longer. */
export async function readSmallFile(path: string, limit: number): Promise<Buffer | null | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (size > limit) return undefined;
    const content = Buffer.alloc(limit + 1);
    const { bytesRead } = await file.read(content, 0, content.length, 0);
    return bytesRead > limit ? undefined : content.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Overwrites and removes a file of secrets. A journaling file system or a flash disk may keep older copies of its
 * blocks all the same.
 */
export async function destroyFile(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return;
  try {
    const { size } = await file.stat();
    await file.write(Buffer.alloc(Math.min(size, 64 * 1024)), 0, undefined, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path, { force: true });
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // Folders cannot be opened there.
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
