import { fromMapKey } from './bytes.ts';
import type { RelayParts } from './relayParts.ts';
import type { PresenceChange } from './roomLive.ts';
import { unlessStorageFails } from './storage/storage.ts';

type Parts = Pick<RelayParts, 'storage' | 'live' | 'fanout' | 'log' | 'cleanup'>;

/** Tells the room which members came and went at this node. Keys that are not registered are nobody's business. */
export async function announcePresence(
  relay: Parts,
  room: Uint8Array,
  { came, went }: PresenceChange,
  except: string,
): Promise<void> {
  const keys = await registered(relay, room, [...came, ...went].map(fromMapKey));
  for (const publicKey of keys) {
    // As it is now: the question whether it is registered may have taken long.
    const online = relay.live.isOnline(room, publicKey);
    tellHere(relay, room, publicKey, online, except);
    relay.fanout.publish({ kind: 'presence', room, publicKey, online });
  }
  if (keys.some((key) => !relay.live.isOnline(room, key))) relay.cleanup.memberLeft(room);
}

/** What another node says of a key, for the connections of this one. */
export function hearPresence(
  relay: Parts,
  node: string,
  said: { room: Uint8Array; publicKey: Uint8Array; online: boolean },
): void {
  const { room, publicKey, online } = said;
  if (!relay.live.has(room)) return;
  const { came, went } = relay.live.heard(node, room, publicKey, online);
  if (came.length + went.length > 0) tellHere(relay, room, publicKey, online);
}

/** A node asks who is online in a room that it begins to follow. */
export async function answerPresenceAsked(relay: Parts, room: Uint8Array): Promise<void> {
  for (const publicKey of await registered(relay, room, relay.live.keysHere(room))) {
    relay.fanout.publish({ kind: 'presence', room, publicKey, online: true });
  }
}

/** A node is gone: whoever was online there is not, and may come back to another. */
export function forgetNode(relay: Parts, node: string): void {
  for (const { room, went } of relay.live.nodeGone(node)) {
    for (const key of went) tellHere(relay, room, fromMapKey(key), false);
    if (went.length > 0) relay.cleanup.memberLeft(room);
  }
}

function tellHere(
  { live }: Parts,
  room: Uint8Array,
  publicKey: Uint8Array,
  online: boolean,
  except?: string,
): void {
  const needed = live.roomAccess(room);
  for (const [listener, { access }] of live.listeners(room)) {
    if (access >= needed && listener.id !== except)
      listener.sendLive('presence', { room, publicKey, online });
  }
}

async function registered({ storage, log }: Parts, room: Uint8Array, keys: readonly Uint8Array[]) {
  if (keys.length === 0) return [];
  return (await unlessStorageFails(log, () => storage.registered(room, keys))) ?? [];
}
