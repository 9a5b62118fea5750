import type {
  LocalMessage,
  Member,
  Profile,
  RelayStatus,
  RoomDetails,
  RoomSummary,
  Vault,
} from '@otr/protocol';
import type { Connection } from './localClient.ts';
import type { Timeline } from './timeline.ts';

/** Somebody else is typing, until then (milliseconds since 1970). */
export interface Typist {
  readonly key: string;
  readonly name: string;
  readonly until: number;
}

/** How an exchange of words with a member goes. */
export type WordsState = LocalMessage<'words'>['state'];

/** Everything a front end shows, as a value. Parts that did not change keep their identity. */
export interface View {
  readonly connection: Connection;
  /** Of the proxy; null before the first snapshot. */
  readonly version: string | null;
  /** What guards the profile. Null before it is known; while it is locked nothing of the profile is here. */
  readonly vault: Vault | null;
  readonly profile: Profile | null;
  readonly relay: RelayStatus | null;
  /** The latest first. */
  readonly rooms: readonly RoomSummary[];
  readonly openRoom: string | null;
  /** By room: the loaded windows. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** By room; known for rooms that were opened. */
  readonly members: ReadonlyMap<string, readonly Member[]>;
  /** By room; known once they were asked for (`getDetails`), and kept up to date from then on. */
  readonly details: ReadonlyMap<string, RoomDetails>;
  /** By room; rooms in which nobody types are absent. */
  readonly typing: ReadonlyMap<string, readonly Typist[]>;
  /** By room, then by the member's key: what was last told of an exchange of words, until it is forgotten. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, WordsState>>;
}

export const emptyView: View = {
  connection: 'connecting',
  version: null,
  vault: null,
  profile: null,
  relay: null,
  rooms: [],
  openRoom: null,
  timelines: new Map(),
  members: new Map(),
  details: new Map(),
  typing: new Map(),
  words: new Map(),
};
