import { fromMapKey } from './bytes.ts';
import type { Connection } from './connection.ts';
import { deliverTo } from './delivery.ts';
import type { RelayParts } from './relayParts.ts';
import { unlessStorageFails } from './storage/storage.ts';

/** The connection no longer listens to this room: by its wish, or because it ended. */
export function leaveRoom(relay: RelayParts, connection: Connection, room: Uint8Array): void {
  connection.exited(room);
  const knocked = relay.live.exit(connection, room);
  relay.feed.release(room, 'listening');
  if (knocked) relay.cleanup.knockerLeft(room);
}

/**
 * The newest entry that it may read, for a connection that missed live entries: it sees the hole and fetches (rule L6).
 */
export async function hintNewest(relay: RelayParts, connection: Connection, room: Uint8Array): Promise<void> {
  await unlessStorageFails(relay.log, async () => {
    const access = relay.live.accessOf(connection, room);
    if (access === undefined) return;
    const keys = relay.live.keysOf(connection, room).map(fromMapKey);
    const reading = { room, access, limit: 1, maxBytes: 0, keys };
    const { head } = await relay.storage.fetch({ ...reading, after: 0 });
    const { entries } = await relay.storage.fetch({ ...reading, after: Math.max(0, head - 1) });
    if (entries.length > 0 && connection.hasEntered(room)) deliverTo(connection, room, entries);
  });
}
