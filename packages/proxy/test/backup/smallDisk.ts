import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup, codeOf, restore } from './profiles.ts';

/**
 * Backs up onto a small disk and restores onto it, and says as JSON how that ended and what is left there. Run by
 * disk.test.ts, in a mount namespace of its own.
 */
export interface DiskReport {
  readonly small: string;
  readonly large: string;
  readonly restored: string;
  readonly left: string[];
}

async function report(folder: string, disk: string): Promise<DiskReport> {
  const small = await codeOf(backup(join(folder, 'little'), join(disk, 'little.backup')));
  const large = await codeOf(backup(join(folder, 'much'), join(disk, 'much.backup')));
  const restored = await codeOf(restore(join(folder, 'much.backup'), join(disk, 'profile')));
  return { small, large, restored, left: readdirSync(disk) };
}

const [folder, disk] = process.argv.slice(2);
if (folder !== undefined && disk !== undefined && process.argv[1]?.endsWith('smallDisk.ts')) {
  console.log(JSON.stringify(await report(folder, disk)));
}
