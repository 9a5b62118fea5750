import { type Reader, readU16 } from '../codec/reader.ts';
import { type Writer, writeU16 } from '../codec/writer.ts';

/** RFC 9420 §7.2: what a client can do. Unknown values are kept and ignored. */
export interface Capabilities {
  readonly versions: readonly number[];
  readonly suites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
}

/** The protocol version `mls10`. */
export const MLS10 = 1;

export function writeCapabilities(w: Writer, value: Capabilities): void {
  for (const list of [value.versions, value.suites, value.extensions, value.proposals, value.credentials]) {
    w.list(list, writeU16);
  }
}

/** Octets of one list: a thousand numbers are more than any client has. */
export const MAXIMUM_TYPES = 2048;

export function readCapabilities(r: Reader): Capabilities {
  return {
    versions: r.list(readU16, MAXIMUM_TYPES),
    suites: r.list(readU16, MAXIMUM_TYPES),
    extensions: r.list(readU16, MAXIMUM_TYPES),
    proposals: r.list(readU16, MAXIMUM_TYPES),
    credentials: r.list(readU16, MAXIMUM_TYPES),
  };
}
