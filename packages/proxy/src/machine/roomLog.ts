import type { Content, Row } from '@otr/protocol';

/** What is known of a member from the log. */
export interface Heard {
  /** Its last accepted counter (M5); null for one that was not heard since we are here. */
  readonly counter: number | null;
  /** When it last said or did anything, milliseconds since 1970. */
  readonly at: number;
}

/** What this proxy knows of a room after having processed the log up to `cursor`. */
export interface RoomLog {
  readonly cursor: number;
  /** The place of the commit that let us in; 0 for who made the room. */
  readonly joinedAt: number;
  /** The log digest at `cursor`; null until one is adopted (M7). */
  readonly digest: Uint8Array | null;
  /** By pseudonym. */
  readonly heard: ReadonlyMap<string, Heard>;
  /** Members who said that they leave and are not removed yet. */
  readonly leaving: ReadonlySet<string>;
  /** The last counter that we used ourselves. */
  readonly ownCounter: number;
}

export type LogEffect =
  | { readonly kind: 'writeRow'; readonly row: Row }
  /** A member's content was accepted. */
  | { readonly kind: 'said'; readonly from: string; readonly at: number; readonly content: Content }
  /** Digests of entries that were processed before one was known. */
  | { readonly kind: 'writeDigests'; readonly digests: readonly { seq: number; digest: Uint8Array }[] };

/** One entry's outcome before the cursor moves. */
export interface Step {
  readonly log: RoomLog;
  readonly effects: readonly LogEffect[];
}

export function newLog(cursor: number, digest: Uint8Array | null): RoomLog {
  return { cursor, joinedAt: cursor, digest, heard: new Map(), leaving: new Set(), ownCounter: 0 };
}

export function withRows(log: RoomLog, rows: readonly Row[]): Step {
  return { log, effects: rows.map((row) => ({ kind: 'writeRow', row })) };
}

export function withHeard(log: RoomLog, id: string, heard: Heard): RoomLog {
  return { ...log, heard: new Map(log.heard).set(id, heard) };
}
