import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { faultFields, type Log } from '../log.ts';
import { StartRefused } from '../startRefused.ts';
import { type Fanout, type FanoutListener, type RoomEvent, roomOf } from './fanout.ts';
import { NodeWatch } from './nodeWatch.ts';
import { RedisLink } from './redisLink.ts';
import {
  decodeNodeNews,
  encodeNodeNews,
  headOf,
  isSameNode,
  type NodeNews,
  nodesChannel,
  roomChannel,
  splitMessage,
} from './redisMessages.ts';
import { RedisRooms } from './redisRooms.ts';
import { decodeRoomEvent, encodeRoomEvent } from './roomEventCodec.ts';

export interface RedisTimes {
  /** Between two signs of life. */
  beatMs: number;
  /** A node that was silent for more beats than this is gone. */
  goneAfterBeats: number;
  /** What Redis does not answer within this time is lost, and the connection with it. */
  answerWithinMs: number;
  /** Waits between attempts to connect: the first one, doubled each time up to the longest. */
  retryMs: { first: number; longest: number };
}

export const defaultRedisTimes: RedisTimes = {
  beatMs: 5_000,
  goneAfterBeats: 3,
  answerWithinMs: 3_000,
  retryMs: { first: 100, longest: 5_000 },
};

const roomsAskedAtOnce = 100;
const roomsAskedEveryMs = 20;

/**
 * A fan-out over Redis 7 or Valkey, `redis://` or `rediss://` (TLS). Resolves after the first attempt to connect, whatever
 * comes of it: without Redis it is not healthy, and tries on for ever. Rejects with `StartRefused` for what is no address.
 */
export async function openRedis(url: string, log: Log, times = defaultRedisTimes): Promise<Fanout> {
  if (!isRedisUrl(url)) {
    throw new StartRefused(
      'redisUnusable',
      'The address of Redis must read redis://host:port, or rediss://host:port for TLS.',
    );
  }
  const fanout = new RedisFanout(url, log, times);
  await fanout.connect();
  return fanout;
}

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || !/^(\/\d*)?$/.test(url.pathname)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

class RedisFanout implements Fanout {
  readonly #url: string;
  readonly #log: Log;
  readonly #times: RedisTimes;
  readonly #node = randomBytes(12);
  readonly #rooms = new RedisRooms();
  readonly #watch: NodeWatch;
  #listener: FanoutListener | undefined;
  /** Counts the connections. */
  #connection = 0;
  #head = headOf(this.#node, 0);
  #link: RedisLink | undefined;
  #isHealthy = false;
  #healthySince = 0;
  #isLossLogged = false;
  #failures = 0;
  #malformed = 0;
  #ownBeatsUnheard = 0;
  #beatAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, log: Log, times: RedisTimes) {
    this.#url = url;
    this.#log = log;
    this.#times = times;
    this.#watch = new NodeWatch(times.goneAfterBeats);
  }

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  onEvent(listener: FanoutListener): void {
    this.#listener = listener;
  }

  publish(event: RoomEvent): void {
    if (!this.#isHealthy) return;
    const message = Buffer.concat([this.#head, encodeRoomEvent(event)]);
    this.#link?.publish(roomChannel(Buffer.from(roomOf(event))), message);
  }

  join(room: Uint8Array): Promise<void> {
    return this.#rooms.join(room);
  }

  leave(room: Uint8Array): void {
    this.#rooms.leave(room);
  }

  async close(): Promise<void> {
    const link = this.#link;
    if (this.#isHealthy) this.#tell('gone');
    this.#stop();
    await link?.close();
  }

  async connect(): Promise<void> {
    this.#connection += 1;
    const connection = this.#connection;
    this.#head = headOf(this.#node, connection);
    const link = new RedisLink(this.#url, this.#times.answerWithinMs, {
      heard: (channel, message) => this.#heard(connection, channel, message),
      lost: (reason) => this.#lost(reason),
    });
    this.#link = link;
    const isListening =
      (await link.open()) && (await link.subscribe([nodesChannel])) && (await this.#rooms.start(link));
    if (isListening && link === this.#link) this.#healed(link);
  }

  #healed(link: RedisLink): void {
    this.#isHealthy = true;
    this.#healthySince = performance.now();
    this.#ownBeatsUnheard = 0;
    if (this.#isLossLogged) this.#log('redisBack');
    this.#isLossLogged = false;
    this.#beatAt = performance.now();
    this.#timer = setInterval(() => this.#beat(link), this.#times.beatMs);
    this.#tell('alive');
    void this.#renewPresence(link);
  }

  #lost(reason: string): void {
    const { first, longest } = this.#times.retryMs;
    if (!this.#isLossLogged) this.#log('redisLost', { reason });
    this.#isLossLogged = true;
    const wasStable = this.#isHealthy && performance.now() - this.#healthySince > longest;
    this.#failures = wasStable ? 1 : this.#failures + 1;
    this.#stop();
    const longestNow = Math.min(longest, first * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(() => this.connect(), longestNow * (0.5 + Math.random() / 2));
  }

  #stop(): void {
    this.#link = undefined;
    this.#isHealthy = false;
    this.#rooms.stop();
    clearTimeout(this.#timer);
  }

  /**
   * A link is given up when Redis no longer brings what this node says itself, or when this process was stopped for so
   * long that the others must think it gone.
   */
  #beat(link: RedisLink): void {
    const sinceLast = performance.now() - this.#beatAt;
    this.#beatAt = performance.now();
    if (this.#ownBeatsUnheard > 1) link.lose('silent');
    else if (sinceLast > this.#times.beatMs * this.#times.goneAfterBeats) link.lose('stopped');
    if (link !== this.#link) return;
    for (const node of this.#watch.beat()) this.#pass((listener) => listener.nodeGone(node));
    this.#tell('alive');
  }

  #tell(what: NodeNews): void {
    if (what === 'alive') this.#ownBeatsUnheard += 1;
    this.#link?.publish(nodesChannel, Buffer.concat([this.#head, encodeNodeNews(what)]));
  }

  /**
   * Before this link events were lost in both directions. The others are asked in each room who is there, and by the
   * same question to itself this node tells them who is here.
   */
  async #renewPresence(link: RedisLink): Promise<void> {
    for (const rooms of this.#rooms.joinedInPortions(roomsAskedAtOnce)) {
      for (const room of rooms) {
        const event: RoomEvent = { kind: 'presenceAsked', room };
        this.publish(event);
        this.#pass((listener) => listener.event(event, this.#node.toString('base64url')));
      }
      // Each answer is a question to the store: they are not to crowd out the rest.
      await wait(roomsAskedEveryMs);
      if (link !== this.#link) return;
    }
  }

  #heard(connection: number, channel: string, message: Buffer): void {
    const parts = splitMessage(message);
    if (parts === undefined) {
      this.#dropMalformed();
    } else if (isSameNode(parts.head, this.#head)) {
      if (channel === nodesChannel) this.#ownBeatsUnheard = 0;
    } else {
      // Another node for whoever was cut off, on either side: what it said before may be out of date.
      const node = `${parts.head.toString('base64url', 1)}.${connection}`;
      if (channel === nodesChannel) this.#heardNews(node, parts.body);
      else this.#heardEvent(node, channel, parts.body);
    }
  }

  #heardNews(node: string, body: Buffer): void {
    const what = decodeNodeNews(body);
    if (what === undefined) this.#dropMalformed();
    if (what === 'alive') this.#watch.heard(node);
    if (what === 'gone' && this.#watch.remove(node)) this.#pass((listener) => listener.nodeGone(node));
  }

  #heardEvent(node: string, channel: string, body: Buffer): void {
    const room = this.#rooms.joined(channel);
    if (room === undefined) return;
    const event = decodeRoomEvent(room, body);
    if (event === undefined) this.#dropMalformed();
    else if (this.#watch.heard(node)) this.#pass((listener) => listener.event(event, node));
  }

  /** A fault of the listener is not one of the connection. */
  #pass(tell: (listener: FanoutListener) => void): void {
    try {
      if (this.#listener) tell(this.#listener);
    } catch (error) {
      this.#log('internalError', faultFields(error));
    }
  }

  /** Said of the first, the tenth, the hundredth …: whoever writes to the channels may not fill the log. */
  #dropMalformed(): void {
    this.#malformed += 1;
    if (/^10*$/.test(`${this.#malformed}`)) this.#log('fanoutMalformed', { messages: this.#malformed });
  }
}
