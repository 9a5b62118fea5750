import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreError } from '../../src/store/database.ts';
import type { StepPoint } from '../../src/store/steps.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { addRoom, message } from './places.ts';

/**
 * Fills the small disk that is mounted at a folder and says as JSON what the store did then. Run by disk.test.ts, in a
 * mount namespace of its own.
 */
export interface DiskReport {
  /** What the steps on the full disk threw. */
  readonly refusals: string[];
  readonly allStoreErrors: boolean;
  /** Orders of the messages whose step returned. */
  readonly stored: number[];
  /** Orders of the messages in the timeline and in the outbox: on the full disk, after room was made, opened anew. */
  readonly whileFull: Held;
  readonly afterwards: Held;
  readonly reopened: Held;
}
export interface Held {
  readonly rows: number[];
  readonly outbox: number[];
}

const key = new Uint8Array(32).fill(3);

/** The disk is full before a step begins. */
function full(disk: string): DiskReport {
  return report(disk, (writer) => {
    writer.say(5);
    fillDisk(disk);
    writer.sayUntilRefused();
    writer.say(2);
  });
}

/** The disk is full from the moment on when the ratchet has committed and history.db has not. */
function fullBetweenCommits(disk: string): DiskReport {
  return report(disk, (writer, onPoint) => {
    writer.say(5);
    // The write-ahead log begins anew, so that it has to grow.
    writer.store.wipeDeleted();
    onPoint('ratchetCommitted', () => fillDisk(disk));
    writer.say(1);
    writer.say(2);
  });
}

function report(
  disk: string,
  act: (writer: Writer, onPoint: (point: StepPoint, act: () => void) => void) => void,
): DiskReport {
  let armed: { point: StepPoint; act: () => void } | undefined;
  const writer = new Writer(disk, (point) => {
    if (armed?.point !== point) return;
    const { act } = armed;
    armed = undefined;
    act();
  });
  act(writer, (point, then) => {
    armed = { point, act: then };
  });
  const { refusals, allStoreErrors } = writer;
  const whileFull = writer.held();
  rmSync(join(disk, 'ballast'));
  writer.say(1);
  const afterwards = writer.held();
  writer.store.close();
  const again = new Writer(disk, () => {});
  const reopened = again.held();
  again.store.close();
  return {
    refusals: [...refusals],
    allStoreErrors,
    stored: writer.stored,
    whileFull,
    afterwards,
    reopened,
  };
}

/** Opening a profile on a disk that is read-only; and on the same disk when it is not. */
function readOnly(disk: string): { refusal: string; before: Held; after: Held } {
  const writer = new Writer(disk, () => {});
  writer.say(3);
  const before = writer.held();
  writer.store.close();
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const opened = openStore({ folder: join(disk, 'profile'), key });
  const refusal = opened.ok ? 'opened' : opened.message;
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  const again = new Writer(disk, () => {});
  const after = again.held();
  again.store.close();
  return { refusal, before, after };
}

class Writer {
  readonly store: Store;
  readonly stored: number[] = [];
  readonly refusals: string[] = [];
  allStoreErrors = true;
  readonly #room: number;
  #order = 0;

  constructor(disk: string, reached: (point: StepPoint) => void) {
    const opened = openStore({ folder: join(disk, 'profile'), key }, reached);
    if (!opened.ok) throw new Error(opened.message);
    this.store = opened.value;
    this.#room = this.store.rooms.all()[0]?.number ?? addRoom(this.store).number;
  }

  say(times: number): void {
    for (let time = 0; time < times; time++) this.#sayOne();
  }

  sayUntilRefused(): void {
    while (this.refusals.length === 0) this.#sayOne();
  }

  held(): Held {
    const rows = this.store.timeline.page(this.#room, { at: 'end' }, 500)?.rows ?? [];
    const items = this.store.outbox.of(this.#room);
    return { rows: rows.map(({ order }) => order), outbox: items.map(({ at }) => at) };
  }

  #sayOne(): void {
    this.#order += 1;
    const order = this.#order;
    try {
      this.store.step(() => {
        const text = `line ${order} ${'words '.repeat(300)}`;
        this.store.outbox.add(this.#room, `message-${order}`, { kind: 'text', version: 1, text }, order);
        this.store.timeline.write(this.#room, message(order, { text }));
      });
      this.stored.push(order);
    } catch (error) {
      this.allStoreErrors &&= isStoreError(error);
      this.refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
}

/** To the last byte. */
function fillDisk(disk: string): void {
  const ballast = openSync(join(disk, 'ballast'), 'w');
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    while (wrote(ballast, size));
  }
  closeSync(ballast);
  if (!readdirSync(disk).includes('ballast')) throw new Error('no ballast');
}

function wrote(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size, 1)) === size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

const [scenario, folder] = process.argv.slice(2);
const scenarios = { full, fullBetweenCommits, readOnly };
if (folder !== undefined && process.argv[1]?.endsWith('fullDisk.ts')) {
  const run = Object.entries(scenarios).find(([name]) => name === scenario)?.[1];
  console.log(JSON.stringify(run?.(folder)));
}
