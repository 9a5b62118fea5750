import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * JavaScript cannot wipe a string, and V8 leaves what it frees as it was. With this flag V8 writes zeros over what it
 * frees; it costs a few per cent of speed, so it is on only where a passphrase may be in memory.
 * `packages/proxy/test/vault/memory.test.ts` shows what it does.
 */
export function zeroFreedMemory(on: boolean): void {
  setFlagsFromString(on ? '--clear-free-memory' : '--no-clear-free-memory');
}

/** Frees now what nobody refers to any more: strings of a passphrase, copies of keys inside of OpenSSL. */
export function freeGarbage(): void {
  collect ??= collector();
  collect();
}

let collect: (() => void) | undefined;

/** Node shows its collector to contexts made while this flag is on. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? () => void found() : () => {};
}
