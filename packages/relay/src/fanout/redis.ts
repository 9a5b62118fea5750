import { randomBytes } from 'node:crypto';
import { faultFields, type Log } from '../log.ts';
import { StartRefused } from '../startRefused.ts';
import { type Fanout, type FanoutListener, type RoomEvent, roomOf } from './fanout.ts';
import { RedisLink } from './redisLink.ts';
import { headOf, nodeChannel, roomChannel, splitMessage } from './redisMessages.ts';
import { RedisRooms } from './redisRooms.ts';
import { decodeRoomEvent, encodeRoomEvent } from './roomEventCodec.ts';

export interface RedisTimes {
  /** Between two signs of life that a node sends to itself. */
  beatMs: number;
  /** What Redis does not answer within this time is lost, and the connection with it. */
  answerWithinMs: number;
  /** Waits between attempts to connect: the first one, doubled each time up to the longest. */
  retryMs: { first: number; longest: number };
}

export const defaultRedisTimes: RedisTimes = {
  beatMs: 5_000,
  answerWithinMs: 3_000,
  retryMs: { first: 100, longest: 5_000 },
};

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
  readonly #head = headOf(this.#node);
  readonly #rooms = new RedisRooms();
  #listener: FanoutListener | undefined;
  #link: RedisLink | undefined;
  #isHealthy = false;
  #healthySince = 0;
  #isLossLogged = false;
  #failures = 0;
  #malformed = 0;
  #beatsUnheard = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, log: Log, times: RedisTimes) {
    this.#url = url;
    this.#log = log;
    this.#times = times;
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
    this.#stop();
    await link?.close();
  }

  async connect(): Promise<void> {
    const link = new RedisLink(this.#url, this.#times.answerWithinMs, {
      heard: (channel, message) => this.#heard(channel, message),
      lost: (reason) => this.#lost(reason),
    });
    this.#link = link;
    const isListening =
      (await link.open()) &&
      (await link.subscribe([nodeChannel(this.#node)])) &&
      (await this.#rooms.start(link));
    if (isListening && link === this.#link) this.#healed(link);
  }

  #healed(link: RedisLink): void {
    this.#isHealthy = true;
    this.#healthySince = performance.now();
    this.#beatsUnheard = 0;
    if (this.#isLossLogged) this.#log('redisBack');
    this.#isLossLogged = false;
    this.#timer = setInterval(() => this.#beat(link), this.#times.beatMs);
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

  /** A link is given up when Redis no longer brings what this node says itself. */
  #beat(link: RedisLink): void {
    if (this.#beatsUnheard > 1) {
      link.lose('silent');
      return;
    }
    this.#beatsUnheard += 1;
    link.publish(nodeChannel(this.#node), this.#head);
  }

  #heard(channel: string, message: Buffer): void {
    const parts = splitMessage(message);
    if (parts === undefined) this.#dropMalformed();
    else if (channel === nodeChannel(this.#node)) this.#beatsUnheard = 0;
    else if (!parts.head.equals(this.#head)) this.#heardEvent(channel, parts.body);
  }

  #heardEvent(channel: string, body: Buffer): void {
    const room = this.#rooms.joined(channel);
    if (room === undefined) return;
    const event = decodeRoomEvent(room, body);
    if (event === undefined) this.#dropMalformed();
    else this.#pass(event);
  }

  /** A fault of the listener is not one of the connection. */
  #pass(event: RoomEvent): void {
    try {
      this.#listener?.(event);
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
