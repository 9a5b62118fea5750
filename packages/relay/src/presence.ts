import { fromMapKey } from './bytes.ts';
import type { RelayParts } from './relayParts.ts';
import type { PresenceChange } from './roomLive.ts';
import { unlessStorageFails } from './storage/storage.ts';

/** Tells the room which members came and went. Keys that are not registered are nobody's business. */
export function announcePresence(
  relay: RelayParts,
  room: Uint8Array,
  { came, went }: PresenceChange,
  except: string,
): void {
  unlessStorageFails(relay.log, () => {
    const registered = (key: string) => relay.storage.isRegistered(room, fromMapKey(key));
    const tell = (key: string, online: boolean) =>
      relay.fanout.publish({
        kind: 'presence',
        message: { room, publicKey: fromMapKey(key), online },
        except,
      });
    for (const key of came.filter(registered)) tell(key, true);
    const gone = went.filter(registered);
    for (const key of gone) tell(key, false);
    if (gone.length > 0) relay.cleanup.memberLeft(room);
  });
}
