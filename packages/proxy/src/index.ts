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
export type { ForgedLine } from './transcript/forgeProblem.ts';
export { forgeWithProfile, type ProfileForgeOptions } from './transcript/forgeWithProfile.ts';
export type { Recorder } from './transcript/recorder.ts';
export { readTranscript, transcriptLimits } from './transcript/transcript.ts';
export { unsafeRecorder } from './transcript/unsafeRecorder.ts';
export {
  type ShownTranscript,
  type TranscriptProblem,
  verifyTranscript,
} from './transcript/verifyTranscript.ts';
