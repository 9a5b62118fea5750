import { randomBytes } from 'node:crypto';
import type { RelayDownEvent, RelayMessage } from '@otr/protocol';
import type { Socket } from 'socket.io';
import { fromMapKey, mapKey } from './bytes.ts';
import type { RelayLimits } from './options.ts';
import type { Listener } from './roomLive.ts';
import { TokenBucket } from './tokenBucket.ts';
import { terminate, unreadBytes, whenRead } from './transport.ts';

/** One proxy's connection: its challenge, the rooms it has entered, and what it may still send and be sent. */
export class Connection implements Listener {
  readonly id: string;
  /** What an access key signs to enter a room on this connection and no other (rule S3). */
  readonly challenge = randomBytes(32);
  readonly #socket: Socket;
  readonly #limits: RelayLimits;
  readonly #bucket: TokenBucket;
  readonly #rooms = new Map<string, Uint8Array>();
  /** Rooms with entries that were left out while this connection read too slowly. */
  readonly #behind = new Set<string>();
  readonly #onCaughtUp: (connection: Connection, room: Uint8Array) => void;
  readonly #idle: Set<Connection>;
  readonly #enterTimer: NodeJS.Timeout;

  constructor(
    socket: Socket,
    limits: RelayLimits,
    /** All connections that have entered no room; this one is added. */
    idle: Set<Connection>,
    onCaughtUp: (connection: Connection, room: Uint8Array) => void,
  ) {
    this.id = socket.id;
    this.#socket = socket;
    this.#limits = limits;
    this.#bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, Date.now());
    this.#onCaughtUp = onCaughtUp;
    this.#idle = idle.add(this);
    this.#enterTimer = setTimeout(() => {
      if (idle.size > limits.idleConnections) this.cut();
    }, limits.enterWithinMs);
  }

  get rooms(): readonly Uint8Array[] {
    return [...this.#rooms.values()];
  }

  hasEntered(room: Uint8Array): boolean {
    return this.#rooms.has(mapKey(room));
  }

  entered(room: Uint8Array): void {
    this.ended();
    this.#rooms.set(mapKey(room), Buffer.from(room));
  }

  exited(room: Uint8Array): void {
    this.#rooms.delete(mapKey(room));
  }

  /** It idles no longer. */
  ended(): void {
    clearTimeout(this.#enterTimer);
    this.#idle.delete(this);
  }

  /** Returns 0, or the milliseconds until a request of this cost is allowed. */
  take(cost: number): number {
    return this.#bucket.take(cost, Date.now());
  }

  /** Asks for more without reading what it was given. */
  get isHopeless(): boolean {
    return unreadBytes(this.#socket) > this.#limits.unreadBytes;
  }

  send<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void {
    this.#socket.emit(event, message);
  }

  sendLive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void {
    if (unreadBytes(this.#socket) <= this.#limits.behindBytes) this.send(event, message);
    else if (event === 'entries' && 'room' in message) this.#fellBehind(message.room);
  }

  /** Ends the connection without a Socket.IO goodbye, after which a client would not come back. */
  cut(): void {
    terminate(this.#socket);
  }

  #fellBehind(room: Uint8Array): void {
    const isFirst = this.#behind.size === 0;
    this.#behind.add(mapKey(room));
    if (!isFirst) return;
    whenRead(this.#socket, this.#limits.behindBytes / 2, () => {
      const rooms = [...this.#behind];
      this.#behind.clear();
      for (const name of rooms) if (this.#rooms.has(name)) this.#onCaughtUp(this, fromMapKey(name));
    });
  }
}
