import { randomBytes } from 'node:crypto';
import type { RelayDownEvent, RelayMessageSent, RelayResultSent } from '@otr/protocol';
import type { Socket } from 'socket.io';
import { fromMapKey, mapKey } from './bytes.ts';
import { answerFrame, eventFrame } from './eventFrame.ts';
import { FrameWriter } from './frameWriter.ts';
import type { RelayLimits } from './options.ts';
import { RequestOrder } from './requestOrder.ts';
import type { Listener } from './roomLive.ts';
import { TokenBucket } from './tokenBucket.ts';
import { holdReading, readInPieces, terminate, whenRead } from './transport.ts';

/** A flooding connection's requests are taken up at its rate, as many as are due after so many milliseconds. */
const paceMs = 20;
/** It is read again when it has so many seconds' worth of its rate. */
const readAgainSeconds = 0.1;
/** Requests of one connection in one turn of the event loop; what else it has sent is read in the next. */
const requestsPerTurn = 100;
/** Of a connection that was paced once so many bytes are read in one turn: some thirty small requests. */
const bytesPerTurn = 4 * 1024;
/** Requests within the rate for each refusal beyond it that is answered before the connection is paced. */
const requestsPerRefusal = 10;

/** What becomes of a connection that reads too slowly. */
export interface SlowReading {
  /** It gets no live events until it has read what is due. */
  fellBehind(): void;
  /** It has, and missed entries of this room. */
  caughtUp(connection: Connection, room: Uint8Array): void;
}

/** One proxy's connection: its challenge, the rooms it has entered, and what it may still send and be sent. */
export class Connection implements Listener {
  readonly id: string;
  /** What an access key signs to enter a room on this connection and no other (rule S3). */
  readonly challenge = randomBytes(32);
  readonly order = new RequestOrder();
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #limits: RelayLimits;
  readonly #bucket: TokenBucket;
  /** Refusals beyond the rate that are answered; who asks for more of them is paced. */
  readonly #refusals: TokenBucket;
  readonly #rooms = new Map<string, Uint8Array>();
  /** Rooms with entries that were left out while this connection read too slowly. */
  readonly #behind = new Set<string>();
  readonly #slow: SlowReading;
  readonly #idle: Set<Connection>;
  readonly #enterTimer: NodeJS.Timeout;
  #isOver = false;
  #arrivedThisTurn = 0;
  /** While its reading is held. */
  #goOnReading: (() => void) | undefined;
  /** What a flooding connection has sent and is not taken up yet; it is not read until nothing is left. */
  #postponed: (() => void)[] | undefined;
  #isTakingUp = false;
  #isReadInPieces = false;

  constructor(
    socket: Socket,
    limits: RelayLimits,
    /** All connections that have entered no room; this one is added. */
    idle: Set<Connection>,
    slow: SlowReading,
  ) {
    this.id = socket.id;
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    this.#limits = limits;
    this.#bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, Date.now());
    const { requestsPerSecond } = limits;
    this.#refusals = new TokenBucket(requestsPerSecond / requestsPerRefusal, requestsPerSecond, Date.now());
    this.#slow = slow;
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
    this.#idlesNoLonger();
    this.#rooms.set(mapKey(room), Buffer.from(room));
  }

  exited(room: Uint8Array): void {
    this.#rooms.delete(mapKey(room));
  }

  /** Nothing can be sent to it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  ended(): void {
    this.#isOver = true;
    this.#idlesNoLonger();
  }

  #idlesNoLonger(): void {
    clearTimeout(this.#enterTimer);
    this.#idle.delete(this);
  }

  /** A request has come. Whoever sends many at once must not keep all others waiting for the end of the turn. */
  arrived(): void {
    if (this.#arrivedThisTurn === 0) setImmediate(() => this.#turnEnded());
    this.#arrivedThisTurn += 1;
    if (this.#arrivedThisTurn === requestsPerTurn) this.#goOnReading ??= holdReading(this.#socket);
  }

  #turnEnded(): void {
    this.#arrivedThisTurn = 0;
    this.#readOn();
  }

  /** Unless it is paced: the end of a turn must not cut that short. */
  #readOn(): void {
    if (this.#postponed !== undefined) return;
    this.#goOnReading?.();
    this.#goOnReading = undefined;
  }

  /** Whether `request` is kept for later, behind those that came before it. */
  postpones(request: () => void): boolean {
    if (this.#postponed === undefined || this.#isTakingUp) return false;
    this.#postponed.push(request);
    return true;
  }

  /** A flood costs no more than what is within the rate: nothing is read, and what was read waits its turn. */
  #pace(): void {
    this.#postponed = [];
    this.#goOnReading ??= holdReading(this.#socket);
    if (!this.#isReadInPieces) readInPieces(this.#socket, bytesPerTurn);
    this.#isReadInPieces = true;
    this.#takeUpLater();
  }

  #takeUpLater(): void {
    setTimeout(() => this.#takeUp(), paceMs).unref();
  }

  #takeUp(): void {
    const { length } = this.#postponed ?? [];
    this.#isTakingUp = true;
    let taken = 0;
    while (taken < length && !this.#isOver && this.#bucket.wait(1, Date.now()) === 0) {
      this.#postponed?.[taken]?.();
      taken += 1;
    }
    this.#isTakingUp = false;
    this.#postponed?.splice(0, taken);
    const leastTokens = this.#limits.requestsPerSecond * readAgainSeconds;
    const mayGoOn = taken === length && this.#bucket.wait(leastTokens, Date.now()) === 0;
    if (!mayGoOn && !this.#isOver) {
      this.#takeUpLater();
      return;
    }
    this.#postponed = undefined;
    this.#readOn();
  }

  /** Returns 0, or the milliseconds until a request of this cost is allowed. */
  take(cost: number): number {
    return this.#bucket.take(cost, Date.now());
  }

  /** A request beyond the rate was refused. Who is not slowed down by that is paced. */
  wasLimited(): void {
    if (this.#refusals.take(1, Date.now()) > 0 && this.#postponed === undefined) this.#pace();
  }

  /** Asks for more without reading what it was given. */
  get isHopeless(): boolean {
    return this.#writer.unreadBytes > this.#limits.unreadBytes;
  }

  send<Event extends RelayDownEvent>(event: Event, message: RelayMessageSent<Event>): void {
    this.#writer.write(eventFrame(event, message));
  }

  /** Answers the request to append that Socket.IO numbered `id`. */
  answerAppend(id: number, result: RelayResultSent<'append'>): void {
    if (result.ok) this.#writer.acknowledge({ id, seq: result.value.seq });
    else this.#writer.write(answerFrame(id, result));
  }

  sendLive<Event extends RelayDownEvent>(event: Event, message: RelayMessageSent<Event>): void {
    if (!this.#isBehind) this.send(event, message);
  }

  sendEntries(room: Uint8Array, frame: Buffer): void {
    if (this.#isBehind) this.#fellBehind(room);
    else this.#writer.write(frame);
  }

  /** Ends the connection without a Socket.IO goodbye, after which a client would not come back. */
  cut(): void {
    this.#isOver = true;
    terminate(this.#socket);
  }

  get #isBehind(): boolean {
    return this.#writer.unreadBytes > this.#limits.behindBytes;
  }

  #fellBehind(room: Uint8Array): void {
    const isFirst = this.#behind.size === 0;
    this.#behind.add(mapKey(room));
    if (!isFirst) return;
    this.#slow.fellBehind();
    whenRead(this.#socket, this.#limits.behindBytes / 2, () => {
      const rooms = [...this.#behind];
      this.#behind.clear();
      for (const name of rooms) if (this.#rooms.has(name)) this.#slow.caughtUp(this, fromMapKey(name));
    });
  }
}
