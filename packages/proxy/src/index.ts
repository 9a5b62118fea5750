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
