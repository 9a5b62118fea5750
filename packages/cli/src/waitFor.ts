/**
 * What `watch` reports; undefined when it reports nothing within `time` milliseconds or the process is asked to end.
 * `watch` returns the way to stop.
 */
export function waitFor<Value>(
  watch: (found: (value: Value) => void) => () => void,
  time: number,
  ending: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const settle = (value: Value | undefined) => {
      clearTimeout(timer);
      ending.removeEventListener('abort', giveUp);
      stop();
      resolve(value);
    };
    const giveUp = () => settle(undefined);
    // More than a timer can hold means: as long as it takes.
    const timer = setTimeout(giveUp, Math.min(time, 2 ** 31 - 1));
    ending.addEventListener('abort', giveUp, { once: true });
    const stop = watch(settle);
    if (ending.aborted) giveUp();
  });
}
