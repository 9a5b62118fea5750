import { fromMapKey } from './bytes.ts';
import type { Connection } from './connection.ts';
import { announcePresence } from './presence.ts';
import type { RelayParts } from './relayParts.ts';
import { unlessStorageFails } from './storage/storage.ts';

/** The connection no longer listens to this room: by its wish, or because it ended. */
export function leaveRoom(relay: RelayParts, connection: Connection, room: Uint8Array): void {
  connection.exited(room);
  announcePresence(relay, room, relay.live.exit(connection, room), connection.id);
}

/** The newest entry of a room, for a connection that missed live entries: it sees the hole and fetches (rule L6). */
export function hintNewest(relay: RelayParts, connection: Connection, room: Uint8Array): void {
  unlessStorageFails(relay.log, () => {
    const keys = relay.live.keysOf(connection, room).map(fromMapKey);
    const after = relay.storage.head(room) - 1;
    const { entries } = relay.storage.fetch({ room, after, limit: 1, maxBytes: 0, keys });
    if (entries.length > 0) connection.sendLive('entries', { room, entries });
  });
}
