import type { Member, Profile, RelayStatus, RoomSummary } from '@otr/protocol';
import type { Connection } from './localClient.ts';
import type { Timeline } from './timeline.ts';

/** Somebody else is typing, until then (milliseconds since 1970). */
export interface Typist {
  readonly key: string;
  readonly name: string;
  readonly until: number;
}

/** Everything a front end shows, as a value. Parts that did not change keep their identity. */
export interface View {
  readonly connection: Connection;
  /** Of the proxy; null before the first snapshot. */
  readonly version: string | null;
  readonly profile: Profile | null;
  readonly relay: RelayStatus | null;
  /** The latest first. */
  readonly rooms: readonly RoomSummary[];
  readonly openRoom: string | null;
  /** By room: the loaded windows. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** By room; known for rooms that were opened. */
  readonly members: ReadonlyMap<string, readonly Member[]>;
  /** By room; rooms in which nobody types are absent. */
  readonly typing: ReadonlyMap<string, readonly Typist[]>;
}

export const emptyView: View = {
  connection: 'connecting',
  version: null,
  profile: null,
  relay: null,
  rooms: [],
  openRoom: null,
  timelines: new Map(),
  members: new Map(),
  typing: new Map(),
};
