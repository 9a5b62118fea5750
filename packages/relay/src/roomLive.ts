import type { RelayDownEvent, RelayMessage } from '@otr/protocol';
import { mapKey } from './bytes.ts';

/** What a room needs of a connection. */
export interface Listener {
  readonly id: string;
  /** Sends a live event, or leaves it out when the connection has not read what is due. */
  sendLive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void;
}

/** Public keys (as map keys) that now have a first connection, and that have lost their last one. */
export interface PresenceChange {
  came: string[];
  went: string[];
}

interface Room {
  readonly id: Uint8Array;
  /** Each connection with the public keys it answers for. */
  readonly listeners: Map<Listener, Set<string>>;
  /** How many connections answer for a public key. */
  readonly answering: Map<string, number>;
}

/** Who listens to which room in this process, and for which public keys. Holds only rooms with a listener. */
export class RoomLive {
  readonly #rooms = new Map<string, Room>();
  readonly #keysPerListener: number;

  constructor(keysPerListener: number) {
    this.#keysPerListener = keysPerListener;
  }

  enter(listener: Listener, id: Uint8Array, keys: readonly Uint8Array[]): PresenceChange {
    const name = mapKey(id);
    const room = this.#rooms.get(name) ?? {
      id: Buffer.from(id),
      listeners: new Map(),
      answering: new Map(),
    };
    this.#rooms.set(name, room);
    return replaceKeys(room, listener, new Set(keys.map(mapKey)));
  }

  exit(listener: Listener, id: Uint8Array): PresenceChange {
    const room = this.#rooms.get(mapKey(id));
    if (room === undefined) return { came: [], went: [] };
    const change = replaceKeys(room, listener, new Set());
    room.listeners.delete(listener);
    if (room.listeners.size === 0) this.#rooms.delete(mapKey(id));
    return change;
  }

  /** The connection answers for these keys and no others. */
  answer(listener: Listener, id: Uint8Array, keys: readonly Uint8Array[]): PresenceChange {
    return this.enter(listener, id, keys);
  }

  /** The connection answers for one key more; beyond the limit it no longer answers for the oldest. */
  answerAlso(listener: Listener, id: Uint8Array, key: Uint8Array): PresenceChange {
    const keys = this.keysOf(listener, id).filter((held) => held !== mapKey(key));
    const kept = keys.slice(Math.max(0, keys.length + 1 - this.#keysPerListener));
    const room = this.#rooms.get(mapKey(id));
    if (room === undefined) return { came: [], went: [] };
    return replaceKeys(room, listener, new Set([...kept, mapKey(key)]));
  }

  keysOf(listener: Listener, id: Uint8Array): string[] {
    return [...(this.#rooms.get(mapKey(id))?.listeners.get(listener) ?? [])];
  }

  answersFor(listener: Listener, id: Uint8Array, key: Uint8Array): boolean {
    return this.#rooms.get(mapKey(id))?.listeners.get(listener)?.has(mapKey(key)) ?? false;
  }

  isOnline(id: Uint8Array, key: Uint8Array): boolean {
    return this.#rooms.get(mapKey(id))?.answering.has(mapKey(key)) ?? false;
  }

  /** The room's connections, each with the public keys it answers for. */
  listeners(id: Uint8Array): ReadonlyMap<Listener, ReadonlySet<string>> {
    return this.#rooms.get(mapKey(id))?.listeners ?? new Map();
  }

  roomIds(): Uint8Array[] {
    return [...this.#rooms.values()].map((room) => room.id);
  }
}

function replaceKeys(room: Room, listener: Listener, keys: Set<string>): PresenceChange {
  const before = room.listeners.get(listener) ?? new Set<string>();
  room.listeners.set(listener, keys);
  const came = [...keys].filter((key) => !before.has(key) && count(room, key, 1) === 1);
  const went = [...before].filter((key) => !keys.has(key) && count(room, key, -1) === 0);
  return { came, went };
}

function count(room: Room, key: string, by: 1 | -1): number {
  const now = (room.answering.get(key) ?? 0) + by;
  if (now === 0) room.answering.delete(key);
  else room.answering.set(key, now);
  return now;
}
