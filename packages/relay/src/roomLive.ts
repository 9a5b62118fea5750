import type { RelayDownEvent, RelayMessageSent } from '@otr/protocol';
import { fromMapKey, mapKey } from './bytes.ts';

/** What a room needs of a connection. */
export interface Listener {
  readonly id: string;
  /** Sends a live event, or leaves it out when the connection has not read what is due. */
  sendLive<Event extends RelayDownEvent>(event: Event, message: RelayMessageSent<Event>): void;
  /** The same for a room's entries, as a whole WebSocket frame. */
  sendEntries(room: Uint8Array, frame: Buffer): void;
}

/** A connection that has entered a room. */
export interface Reader {
  /** The epoch whose access key it has proven. */
  readonly access: number;
  /** It was told of the entries up to this `seq` when it entered: live ones follow. */
  readonly after: number;
  /** The public keys (as map keys) whose slices it is given. */
  readonly keys: ReadonlySet<string>;
}

interface Room {
  readonly id: Uint8Array;
  /** The epoch that the newest commit known here opened; readers with an older access get nothing live. */
  access: number;
  readonly readers: Map<Listener, Reader>;
  /** Connections whose knock waits, by the knock's id. */
  readonly knockers: Map<string, Listener>;
}

const nobody: ReadonlyMap<Listener, Reader> = new Map();

/** Who listens to which room in this process. Holds only rooms with a listener. */
export class RoomLive {
  readonly #rooms = new Map<string, Room>();

  /** In place of how it had entered before, if it had. */
  enter(
    listener: Listener,
    id: Uint8Array,
    { access, after, keys }: { access: number; after: number; keys: readonly Uint8Array[] },
  ): void {
    this.#room(id).readers.set(listener, { access, after, keys: new Set(keys.map(mapKey)) });
  }

  /** Returns whether a knock of it waited. */
  exit(listener: Listener, id: Uint8Array): boolean {
    const room = this.#rooms.get(mapKey(id));
    if (room === undefined) return false;
    room.readers.delete(listener);
    const knocks = [...room.knockers].filter(([, knocker]) => knocker === listener);
    for (const [knock] of knocks) room.knockers.delete(knock);
    this.#dropIfEmpty(room);
    return knocks.length > 0;
  }

  /** The epoch whose access key this connection has proven; undefined when it has not entered. */
  accessOf(listener: Listener, id: Uint8Array): number | undefined {
    return this.#rooms.get(mapKey(id))?.readers.get(listener)?.access;
  }

  keysOf(listener: Listener, id: Uint8Array): string[] {
    return [...(this.#rooms.get(mapKey(id))?.readers.get(listener)?.keys ?? [])];
  }

  /** The room's connections that have entered it, whatever their access. */
  listeners(id: Uint8Array): ReadonlyMap<Listener, Reader> {
    return this.#rooms.get(mapKey(id))?.readers ?? nobody;
  }

  /** All public keys whose slices connections of this process are given in the room. */
  keysHere(id: Uint8Array): Uint8Array[] {
    const keys = new Set<string>();
    for (const reader of this.listeners(id).values()) for (const key of reader.keys) keys.add(key);
    return [...keys].map(fromMapKey);
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
    const room: Room = { id: Buffer.from(id), access: 0, readers: new Map(), knockers: new Map() };
    this.#rooms.set(mapKey(id), room);
    return room;
  }

  #dropIfEmpty(room: Room): void {
    if (room.readers.size + room.knockers.size === 0) this.#rooms.delete(mapKey(room.id));
  }
}
