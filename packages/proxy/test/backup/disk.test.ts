import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addRoom, message } from '../store/places.ts';
import { backup, mustDo, Shelf, storeIn } from './profiles.ts';
import type { DiskReport } from './smallDisk.ts';

let shelf: Shelf;
beforeEach(() => {
  shelf = new Shelf();
});
afterEach(() => shelf.clean());

async function profileOf(name: string, rows: number): Promise<string> {
  const store = await storeIn(shelf.place(name));
  store.step(() => {
    const { number } = addRoom(store);
    for (let order = 1; order <= rows; order++) {
      store.timeline.write(number, message(order, { text: `${order} ${'x'.repeat(10_000)}` }));
    }
  });
  store.close();
  return shelf.place(name);
}

/** A disk of 2 MiB, mounted in a namespace that ends with the process. */
function onSmallDisk(): DiskReport {
  const disk = shelf.place('disk');
  mkdirSync(disk);
  const program = join(import.meta.dirname, 'smallDisk.ts');
  const script = 'mount -t tmpfs -o size=2m tmpfs "$3" && exec "$0" "$1" "$2" "$3"';
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const command = [...namespace, 'sh', '-c', script, process.execPath, program, shelf.folder, disk];
  return JSON.parse(execFileSync('unshare', command, { encoding: 'utf8' }));
}

test('a disk that is full is said, and nothing of a half backup or profile is left on it', async () => {
  await profileOf('little', 5);
  await mustDo(backup(await profileOf('much', 300), shelf.place('much.backup')));
  expect(onSmallDisk()).toEqual({
    small: 'done',
    large: 'diskFull',
    restored: 'diskFull',
    left: ['little.backup'],
  });
});
