import type { RelayDownEvent, RelayMessageSent } from '@otr/protocol';

/** Events that go to the members of a room as they are, to those who have proven the epoch `access` or a later one. */
export type MemberEvent = 'keyCleanup' | 'volatile' | 'knock' | 'knockEnded';
/** Events that go to the connection that made a knock. */
export type KnockerEvent = 'welcome' | 'knockDismissed';

type Plain<Event extends RelayDownEvent> = {
  [Kind in Event]: { kind: Kind; message: RelayMessageSent<Kind> };
}[Event];

/** Something that happened in a room, for the other processes that hold connections of it. */
export type RoomEvent =
  /**
   * The log has grown by these entries. `packed` has them all where they are few and nobody has slices of them;
   * otherwise the log has them.
   */
  | { kind: 'entries'; room: Uint8Array; first: number; last: number; packed?: readonly Buffer[] }
  | (Plain<MemberEvent> & { access: number })
  | Plain<KnockerEvent>;

export function roomOf(event: RoomEvent): Uint8Array {
  return 'message' in event ? event.message.room : event.room;
}

/** Told of what happened at other nodes in the rooms that were joined. */
export type FanoutListener = (event: RoomEvent) => void;

/**
 * Carries events from the process where they happen to all others. What it carries is a hint (rule L6): it may lose an
 * event, or bring those of two nodes in either order. `test/fanoutContract.ts` is the acceptance suite.
 */
export interface Fanout {
  /** To all nodes but this one. Never throws, never waits: what cannot be sent is lost. */
  publish(event: RoomEvent): void;
  /** Called once, before anything else. */
  onEvent(listener: FanoutListener): void;
  /**
   * Resolves when events of this room reach this node, or when they cannot (then `isHealthy` is false). A
   * room is joined or it is not, however often `join` was called.
   */
  join(room: Uint8Array): Promise<void>;
  leave(room: Uint8Array): void;
  /** While false the log has to be polled. */
  readonly isHealthy: boolean;
  close(): Promise<void>;
}
