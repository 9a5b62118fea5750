import type { Content, Entry, EnvelopeEntry, Registration, Row } from '@otr/protocol';
import type { Decoded } from '../core/payloadCodec.ts';
import type { Opened } from '../core/roomCipher.ts';
import type { Members, ShownNames } from './members.ts';

/** What this proxy knows of a room after having processed the log up to `cursor`. */
export interface RoomLog {
  readonly cursor: number;
  readonly epoch: number;
  readonly members: Members;
  /** Each member's last accepted counter (M5); none for a member that was not heard since we are here. */
  readonly counters: ReadonlyMap<string, number>;
  /** Keys that were removed: never accepted again (K3). */
  readonly removed: ReadonlySet<string>;
  /** Our own current public key as text; null before one is made. */
  readonly me: string | null;
  /** The place of our own registration, from which on the room's messages are for us; null before. */
  readonly joinedAt: number | null;
  /** The log digest at `cursor`; null until one is adopted (M7). */
  readonly digest: Uint8Array | null;
  /** The run of entries that were not sealed for us, as long as nothing else comes between (M10). */
  readonly run: { readonly seq: number; readonly count: number } | null;
  /**
   * After entries expired unread: what the relay said of the room at `seq`. Until then we do not know all changes
   * of the roster and cannot hold another's against ours.
   */
  readonly settling: Settled | null;
}

export interface Settled {
  readonly seq: number;
  readonly epoch: number;
  readonly members: Members;
}

/** The cryptography and the store's memory that the rules of the log need, as values. */
export interface LogRules {
  /** Room id as text. */
  readonly room: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly createdHere: boolean;
  open(entry: EnvelopeEntry): Opened;
  decode(plaintext: Uint8Array): Decoded | null;
  openRegistration(registration: Registration): { name: string } | null;
  rosterHash(members: Members): Uint8Array;
  names(members: Members): ShownNames;
  linkOf(entry: Entry): Uint8Array;
  nextDigest(digest: Uint8Array, link: Uint8Array): Uint8Array;
  /** Where an entry id was processed before. */
  placeOf(id: Uint8Array): number | null;
  digestAt(seq: number): Uint8Array | null;
  /** Links of the processed entries after a place, in order. */
  linksAfter(seq: number): { seq: number; link: Uint8Array }[];
  /** What we ourselves sent under this id and have not yet seen in the log. */
  ownContent(id: Uint8Array): Content | null;
}

export type LogEffect =
  | { readonly kind: 'writeRow'; readonly row: Row }
  /** Digests of entries that were processed before one was known. */
  | { readonly kind: 'writeDigests'; readonly digests: { seq: number; digest: Uint8Array }[] }
  /** An own envelope is at its place in the log (M13). */
  | { readonly kind: 'placeOwn'; readonly id: Uint8Array; readonly seq: number }
  | { readonly kind: 'nameRoom'; readonly name: string; readonly at: number };

export interface Applied {
  readonly log: RoomLog;
  readonly effects: readonly LogEffect[];
  readonly link: Uint8Array;
}

/** The log of a room that was created here: empty, with a known digest. */
export function emptyLog(digest: Uint8Array | null, me: string | null = null): RoomLog {
  return {
    cursor: 0,
    epoch: 0,
    members: new Map(),
    counters: new Map(),
    removed: new Set(),
    me,
    joinedAt: null,
    digest,
    run: null,
    settling: null,
  };
}
