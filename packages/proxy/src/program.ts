/** What every program here needs of the proxy, whether or not it runs one: loading all of it takes as long as the rest. */
export { refuseInspector } from './local/inspector.ts';
export { type Log, silent } from './log.ts';
export { findSocketFile } from './profileFolder.ts';
