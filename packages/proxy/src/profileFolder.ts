import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readPlace } from './local/place.ts';
import { socketFileIn } from './local/socketPath.ts';
import { lockProfile } from './profileLock.ts';
import { profileInUse, profileUnusable, type Refused } from './refusals.ts';

export interface ProfileFolder {
  /** Absolute; of mode 0700. */
  path: string;
  close(): Promise<void>;
}

/** Makes the folder if need be, sees that it is private, and locks it for this process. */
export async function openProfileFolder(
  folder: string,
): Promise<{ ok: true; value: ProfileFolder } | Refused> {
  const path = resolve(folder);
  const problem = await makePrivate(path);
  if (problem !== null) return profileUnusable(problem);
  const lock = lockProfile(path);
  switch (lock.kind) {
    case 'held':
      return { ok: true, value: { path, close: async () => lock.unlock() } };
    case 'inUse':
      return profileInUse(path);
    case 'failed':
      return profileUnusable(unusable(path, lock.reason));
  }
}

/** A private temporary folder for what even an ephemeral profile needs (its socket file), removed at close. */
export async function openEphemeralFolder(): Promise<{ ok: true; value: ProfileFolder }> {
  const path = await mkdtemp(join(tmpdir(), 'otr-'));
  return { ok: true, value: { path, close: () => rm(path, { recursive: true, force: true }) } };
}

/**
 * Where the proxy of this profile listens for local programs; there need not be one running. Connect with
 * `connectSocketFile` of the client package.
 */
export async function findSocketFile(folder: string): Promise<string> {
  const path = resolve(folder);
  return socketFileIn(path) ?? (await readPlace(path)).socketFile ?? join(path, 'proxy.sock');
}

/** Null, or what is wrong with the folder. */
async function makePrivate(path: string): Promise<string | null> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (process.platform === 'win32') return null;
    const found = await stat(path);
    if (found.uid !== process.getuid?.())
      return `The folder ${path} belongs to another user. Choose another profile.`;
    if ((found.mode & 0o077) !== 0) await chmod(path, 0o700);
    return null;
  } catch (error) {
    return unusable(path, error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason');
  }
}

function unusable(path: string, reason: string): string {
  return `The profile folder ${path} cannot be used (${reason}). Choose another, or correct its permissions.`;
}
