/** The delivery service: orders and keeps ciphertext. */
export { collectGarbageOften } from './garbage.ts';
export type { Log } from './log.ts';
export { backupSqlite, checkStore, pruneStore, restoreSqlite } from './maintenance.ts';
export {
  type CleanupOptions,
  defaultCleanup,
  defaultLimits,
  type RelayLimits,
  type RelayOptions,
} from './options.ts';
export { type Relay, startRelay } from './server.ts';
export { StartRefused } from './startRefused.ts';
export type { CheckReport } from './storage/checkReport.ts';
export type { StoreOptions } from './storage/openStorage.ts';
