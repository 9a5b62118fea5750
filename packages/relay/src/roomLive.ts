import type { RelayDownEvent, RelayMessageSent } from '@otr/protocol';
import { fromMapKey, mapKey } from './bytes.ts';
import { Elsewhere } from './elsewhere.ts';

/** What a room needs of a connection. */
export interface Listener {
  readonly id: string;
  /** Sends a live event, or leaves it out when the connection has not read what is due. */
  sendLive<Event extends RelayDownEvent>(event: Event, message: RelayMessageSent<Event>): void;
  /** The same for a room's entries, as a whole WebSocket frame. */
  sendEntries(room: Uint8Array, frame: Buffer): void;
}

/** Public keys (as map keys) that are online now and were not, and that no longer are. */
export interface PresenceChange {
  came: string[];
  went: string[];
}

/** A connection that has entered a room. */
export interface Reader {
  /** The epoch whose access key it has proven. */
  readonly access: number;
  /** It was told of the entries up to this `seq` when it entered: live ones follow. */
  readonly after: number;
  /** The public keys that it answers for. */
  readonly keys: ReadonlySet<string>;
}

interface Room {
  readonly id: Uint8Array;
  /** The epoch that the newest commit known here opened; readers with an older access get nothing live. */
  access: number;
  readonly readers: Map<Listener, Reader>;
  /** Connections whose knock waits, by the knock's id. */
  readonly knockers: Map<string, Listener>;
  /** How many connections answer for a public key. */
  readonly answering: Map<string, number>;
}

const nobody: ReadonlyMap<Listener, Reader> = new Map();

/** Who listens to which room in this process, and for which public keys. Holds only rooms with a listener. */
export class RoomLive {
  readonly #rooms = new Map<string, Room>();
  readonly #elsewhere = new Elsewhere();
  readonly #keysPerReader: number;

  constructor(keysPerReader: number) {
    this.#keysPerReader = keysPerReader;
  }

  enter(
    listener: Listener,
    id: Uint8Array,
    { access, after, keys }: { access: number; after: number; keys: readonly Uint8Array[] },
  ): PresenceChange {
    return this.#replace(this.#room(id), listener, { access, after, keys: new Set(keys.map(mapKey)) });
  }

  exit(listener: Listener, id: Uint8Array): PresenceChange {
    const room = this.#rooms.get(mapKey(id));
    if (room === undefined) return { came: [], went: [] };
    const change = this.#replace(room, listener, { access: 0, after: 0, keys: new Set() });
    room.readers.delete(listener);
    for (const [knock, knocker] of room.knockers) if (knocker === listener) room.knockers.delete(knock);
    this.#dropIfEmpty(room);
    return change;
  }

  /** The connection answers for these keys and no others. */
  answer(listener: Listener, id: Uint8Array, keys: readonly Uint8Array[]): PresenceChange {
    const room = this.#rooms.get(mapKey(id));
    const reader = room?.readers.get(listener);
    if (room === undefined || reader === undefined) return { came: [], went: [] };
    return this.#replace(room, listener, { ...reader, keys: new Set(keys.map(mapKey)) });
  }

  /** The connection answers for one key more; beyond the limit it no longer answers for the oldest. */
  answerAlso(listener: Listener, id: Uint8Array, key: Uint8Array): PresenceChange {
    const held = this.keysOf(listener, id).filter((other) => other !== mapKey(key));
    const kept = held.slice(Math.max(0, held.length + 1 - this.#keysPerReader));
    return this.answer(listener, id, [...kept.map(fromMapKey), key]);
  }

  /** The epoch whose access key this connection has proven; undefined when it has not entered. */
  accessOf(listener: Listener, id: Uint8Array): number | undefined {
    return this.#rooms.get(mapKey(id))?.readers.get(listener)?.access;
  }

  keysOf(listener: Listener, id: Uint8Array): string[] {
    return [...(this.#rooms.get(mapKey(id))?.readers.get(listener)?.keys ?? [])];
  }

  answersFor(listener: Listener, id: Uint8Array, key: Uint8Array): boolean {
    return this.#rooms.get(mapKey(id))?.readers.get(listener)?.keys.has(mapKey(key)) ?? false;
  }

  /** Here or at another node. */
  isOnline(id: Uint8Array, key: Uint8Array): boolean {
    return this.#isOnline(mapKey(id), mapKey(key));
  }

  /** The room's connections that have entered it, whatever their access. */
  listeners(id: Uint8Array): ReadonlyMap<Listener, Reader> {
    return this.#rooms.get(mapKey(id))?.readers ?? nobody;
  }

  /** All public keys that connections of this process answer for in the room. */
  keysHere(id: Uint8Array): Uint8Array[] {
    return [...(this.#rooms.get(mapKey(id))?.answering.keys() ?? [])].map(fromMapKey);
  }

  /** A reader with an older access than this gets nothing live (rule A4). */
  roomAccess(id: Uint8Array): number {
    return this.#rooms.get(mapKey(id))?.access ?? 0;
  }

  /** A commit opened this epoch. */
  opened(id: Uint8Array, access: number): void {
    const room = this.#rooms.get(mapKey(id));
    if (room) room.access = Math.max(room.access, access);
  }

  knock(listener: Listener, id: Uint8Array, knock: Uint8Array): void {
    this.#room(id).knockers.set(mapKey(knock), listener);
  }

  /** The id of the knock that this connection has waiting in the room. */
  knockOf(listener: Listener, id: Uint8Array): string | undefined {
    const knockers = this.#rooms.get(mapKey(id))?.knockers ?? new Map<string, Listener>();
    return [...knockers].find(([, knocker]) => knocker === listener)?.[0];
  }

  knocker(id: Uint8Array, knock: Uint8Array): Listener | undefined {
    return this.#rooms.get(mapKey(id))?.knockers.get(mapKey(knock));
  }

  knockers(id: Uint8Array): Iterable<Listener> {
    return this.#rooms.get(mapKey(id))?.knockers.values() ?? [];
  }

  /** The connection waits no longer for an answer to this knock. */
  knockEnded(id: Uint8Array, knock: Uint8Array): void {
    const room = this.#rooms.get(mapKey(id));
    room?.knockers.delete(mapKey(knock));
    if (room) this.#dropIfEmpty(room);
  }

  /** What another node says of a key. */
  heard(node: string, id: Uint8Array, key: Uint8Array, online: boolean): PresenceChange {
    const [room, name] = [mapKey(id), mapKey(key)];
    const before = this.#isOnline(room, name);
    this.#elsewhere.set(node, room, name, online);
    return changeOf(name, before, this.#isOnline(room, name));
  }

  /** Whatever that node said is void: who went with it, room by room. */
  nodeGone(node: string): { room: Uint8Array; went: string[] }[] {
    const lost = this.#elsewhere.forget(node);
    return [...lost].map(([room, keys]) => ({
      room: fromMapKey(room),
      went: [...keys].filter((key) => !this.#isOnline(room, key)),
    }));
  }

  has(id: Uint8Array): boolean {
    return this.#rooms.has(mapKey(id));
  }

  roomIds(): Uint8Array[] {
    return [...this.#rooms.values()].map((room) => room.id);
  }

  get size(): number {
    return this.#rooms.size;
  }

  #room(id: Uint8Array): Room {
    const known = this.#rooms.get(mapKey(id));
    if (known) return known;
    const room: Room = {
      id: Buffer.from(id),
      access: 0,
      readers: new Map(),
      knockers: new Map(),
      answering: new Map(),
    };
    this.#rooms.set(mapKey(id), room);
    return room;
  }

  #dropIfEmpty(room: Room): void {
    if (room.readers.size + room.knockers.size > 0) return;
    const name = mapKey(room.id);
    this.#rooms.delete(name);
    this.#elsewhere.leave(name);
  }

  #replace(room: Room, listener: Listener, reader: Reader): PresenceChange {
    const before: ReadonlySet<string> = room.readers.get(listener)?.keys ?? new Set();
    room.readers.set(listener, reader);
    const name = mapKey(room.id);
    const elsewhere = (key: string) => this.#elsewhere.has(name, key);
    const came = [...reader.keys].filter((key) => !before.has(key) && count(room, key, 1) === 1);
    const went = [...before].filter((key) => !reader.keys.has(key) && count(room, key, -1) === 0);
    return {
      came: came.filter((key) => !elsewhere(key)),
      went: went.filter((key) => !elsewhere(key)),
    };
  }

  #isOnline(room: string, key: string): boolean {
    return (this.#rooms.get(room)?.answering.has(key) ?? false) || this.#elsewhere.has(room, key);
  }
}

function changeOf(key: string, before: boolean, after: boolean): PresenceChange {
  return { came: after && !before ? [key] : [], went: before && !after ? [key] : [] };
}

function count(room: Room, key: string, by: 1 | -1): number {
  const now = (room.answering.get(key) ?? 0) + by;
  if (now === 0) room.answering.delete(key);
  else room.answering.set(key, now);
  return now;
}
