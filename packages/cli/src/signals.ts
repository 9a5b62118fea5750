import { constants } from 'node:os';
import { followNpm } from './npmParents.ts';

/** How long an orderly end may take before the process just ends, in milliseconds. */
const patience = 10_000;

/** One Ctrl-C comes twice where a terminal and a launcher both pass it on: within this time, in milliseconds. */
const echo = 500;

export interface Ending {
  /** Aborted when this process is asked to end. */
  readonly signal: AbortSignal;
  /** From now on SIGHUP means this, unless a terminal is hung up. */
  onHangUp(run: () => void): void;
}

/**
 * Listens for the end: Ctrl-C, SIGTERM, the terminal's closing, or the end of the launcher or the npm that started this
 * process. A second Ctrl-C or SIGTERM ends it at once.
 */
export function listenForEnd(): Ending {
  const ending = new AbortController();
  let askedAt: number | undefined;
  let hangUp: (() => void) | undefined;
  const end = () => {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    ending.abort();
    setTimeout(() => process.exit(1), patience).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (askedAt !== undefined && performance.now() - askedAt > echo)
        process.exit(128 + constants.signals[name]);
      end();
    });
  }
  process.on('SIGHUP', () => {
    if (hangUp !== undefined && process.stdin.isTTY !== true) hangUp();
    else end();
  });
  followNpm(end);
  if (process.channel !== undefined) {
    process.on('disconnect', end);
    process.channel?.unref();
  }
  return {
    signal: ending.signal,
    onHangUp: (run) => {
      hangUp = run;
    },
  };
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
