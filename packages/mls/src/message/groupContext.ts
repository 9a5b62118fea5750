import type { Reader } from '../codec/reader.ts';
import { encode, type Writer } from '../codec/writer.ts';
import { check } from '../errors.ts';
import { MLS10 } from './capabilities.ts';
import { type Extension, readExtensions, writeExtensions } from './extension.ts';

/** RFC 9420 §8.1: the public state of a group in one epoch. */
export interface GroupContext {
  readonly suiteId: number;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: readonly Extension[];
}

export function writeGroupContext(w: Writer, value: GroupContext): void {
  w.u16(MLS10).u16(value.suiteId).opaque(value.groupId).u64(value.epoch);
  w.opaque(value.treeHash).opaque(value.confirmedTranscriptHash);
  writeExtensions(w, value.extensions);
}

export const encodeGroupContext = (value: GroupContext): Uint8Array => encode(value, writeGroupContext);

export function readGroupContext(r: Reader): GroupContext {
  check(r.u16() === MLS10, 'unknownVersion');
  return {
    suiteId: r.u16(),
    groupId: r.opaque(),
    epoch: r.u64(),
    treeHash: r.opaque(),
    confirmedTranscriptHash: r.opaque(),
    extensions: readExtensions(r),
  };
}
