/**
 * Both wires and the payload: every message that crosses a process boundary has its schema here, and each
 * schema makes its type. No I/O, no cryptography.
 */
export * from './bytes.ts';
export * from './limits.ts';
export * from './local/down.ts';
export * from './local/model.ts';
export * from './local/session.ts';
export * from './local/up.ts';
export * from './payload/payload.ts';
export * from './relay/admission.ts';
export * from './relay/appendFrame.ts';
export * from './relay/down.ts';
export * from './relay/entry.ts';
export * from './relay/frames.ts';
export * from './relay/knock.ts';
export * from './relay/packedEntry.ts';
export * from './relay/up.ts';
export * from './result.ts';
