import type { Entry, RelayMessage } from '@otr/protocol';

/** Events that reach a room's connections as they are. */
export type PlainEvent = 'keyCleanup' | 'mark' | 'volatile' | 'presence';

/** Something for everyone in a room. `except` is the id of the connection it came from. */
export type RoomEvent =
  | { kind: 'entries'; room: Uint8Array; entries: Entry[] }
  | { [Kind in PlainEvent]: { kind: Kind; message: RelayMessage<Kind>; except?: string } }[PlainEvent];

/**
 * Carries events to every connection of a room, wherever it is held. What it carries is a hint (rule L6): it may
 * lose an event, it must not reorder the entries of a room that one process publishes.
 */
export interface Fanout {
  publish(event: RoomEvent): void;
  /** The one who brings events to the connections of this process. */
  onEvent(listener: (event: RoomEvent) => void): void;
}
