import { type Slice, withSlices } from '@otr/protocol';

/** An entry at its place, as the relay keeps and sends it. */
export interface LogEntry {
  readonly seq: number;
  readonly epoch: number;
  readonly isCommit: boolean;
  /** The same bytes for every reader (rule W6). */
  readonly packed: Buffer;
  /** All of them where the entry was just appended, the reader's own where it was fetched. */
  readonly slices: readonly Slice[];
}

/** What an entry takes on the wire and on disk, in bytes. */
export function sizeOf({ packed, slices }: LogEntry): number {
  return slices.reduce((sum, { to, ciphertext }) => sum + to.length + 2 + ciphertext.length, packed.length);
}

/** As it goes to a reader: its slices behind it (rule W6). */
export function asSent({ packed, slices }: LogEntry): Buffer {
  return withSlices(packed, slices);
}
