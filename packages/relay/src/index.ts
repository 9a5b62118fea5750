/** The delivery service: orders and keeps ciphertext. */
export type { Log } from './log.ts';
export {
  type CleanupOptions,
  defaultCleanup,
  defaultLimits,
  type RelayLimits,
  type RelayOptions,
} from './options.ts';
export { type Relay, startRelay } from './server.ts';
export { StartRefused } from './startRefused.ts';
