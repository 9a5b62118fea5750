import { followNpm } from './npmParents.ts';

/** How long an orderly end may take before the process just ends, in milliseconds. */
const patience = 10_000;

/**
 * Aborted when this process is asked to end: by Ctrl-C, by SIGTERM, by the terminal's closing, or by the end of the
 * launcher or the npm that started it. Asked again (a terminal and a launcher both pass Ctrl-C on), nothing more happens.
 */
export function listenForEnd(): AbortSignal {
  const ending = new AbortController();
  const end = () => {
    if (ending.signal.aborted) return;
    ending.abort();
    setTimeout(() => process.exit(1), patience).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  followNpm(end);
  if (process.channel !== undefined) {
    process.on('disconnect', end);
    process.channel?.unref();
  }
  return ending.signal;
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
