import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DiskReport, Held } from './fullDisk.ts';
import { Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

/** In a mount namespace that ends with the process: a disk of 2 MiB is mounted there and the scenario runs on it. */
function onSmallDisk(scenario: string): string {
  const disk = join(places.folder, 'disk');
  mkdirSync(disk);
  const program = join(import.meta.dirname, 'fullDisk.ts');
  const script = 'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" "$3" "$4" "$1"';
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const command = [...namespace, 'sh', '-c', script, 'sh', disk, process.execPath, program, scenario];
  return execFileSync('unshare', command, { encoding: 'utf8' });
}

function expectNothingLost({ stored, refusals, allStoreErrors, afterwards, reopened }: DiskReport): void {
  expect(refusals.length).toBeGreaterThan(1);
  expect(allStoreErrors).toBe(true);
  // The last one was said after room was made.
  const both = (orders: number[]): Held => ({ rows: orders, outbox: orders });
  expect(afterwards).toEqual(both(stored));
  expect(reopened).toEqual(both(stored));
}

test('on a full disk a step is refused as a whole, what was stored stays readable, and it goes on when there is room', () => {
  const report: DiskReport = JSON.parse(onSmallDisk('full'));
  expectNothingLost(report);
  for (const refusal of report.refusals) expect(refusal).toBe('database or disk is full');
  const before = report.stored.slice(0, -1);
  expect(before.length).toBeGreaterThan(4);
  expect(report.whileFull).toEqual({ rows: before, outbox: before });
});

test('[M11] a disk that fills up between the two commits loses nothing: the step has happened, the next ones wait', () => {
  const report: DiskReport = JSON.parse(onSmallDisk('fullBetweenCommits'));
  expectNothingLost(report);
  expect(report.stored).toEqual([1, 2, 3, 4, 5, 6, 9]);
  expect(report.whileFull.rows, 'negative control: history.db did lack it').toEqual([1, 2, 3, 4, 5]);
  expect(report.whileFull.outbox).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a profile on a read-only disk is refused with a sentence, and opens when it can be written again', () => {
  const report: { refusal: string; before: Held; after: Held } = JSON.parse(onSmallDisk('readOnly'));
  expect(report.refusal).toMatch(/^The profile in .* cannot be used .*read-only/);
  expect(report.before.rows).toEqual([1, 2, 3]);
  expect(report.after).toEqual(report.before);
});
