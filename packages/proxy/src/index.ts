export { type BackupOptions, backupProfile } from './backup/backupProfile.ts';
export type { Counts as BackupCounts } from './backup/records.ts';
export type { BackupRefusal, Outcome as BackupOutcome } from './backup/refusals.ts';
export { type RestoreOptions, restoreProfile } from './backup/restoreProfile.ts';
export type { Chat, ChatEvent } from './chat.ts';
export { refuseInspector } from './local/inspector.ts';
export { type Log, silent } from './log.ts';
export { findSocketFile } from './profileFolder.ts';
export {
  type ProxyOptions,
  type RunningProxy as Proxy,
  type Started,
  startProxy,
} from './proxy.ts';
export type { StartRefusal } from './refusals.ts';
