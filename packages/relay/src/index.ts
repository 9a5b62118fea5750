/** The delivery service: orders and keeps ciphertext. */
export type { Log } from './log.ts';
export {
  type CleanupOptions,
  defaultCleanup,
  defaultLimits,
  type RelayLimits,
  type RelayOptions,
} from './options.ts';
export { type Pruned, pruneStore } from './pruneStore.ts';
export { type Relay, startRelay } from './server.ts';
export { StartRefused } from './startRefused.ts';
export type { StoreOptions } from './storage/openStorage.ts';
