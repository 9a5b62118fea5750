import { createClient } from '@redis/client';

/** Published and not yet confirmed by Redis; what would exceed it is dropped. */
const maxUnconfirmedBytes = 8 * 1024 * 1024;
/** What a publication costs beside its channel and message: its frame, and its place in the client's queue. */
const publicationBytes = 256;

export interface LinkEvents {
  heard(channel: string, message: Buffer): void;
  /** Called once, unless the link was closed. `reason` is a code that names no host and no secret. */
  lost(reason: string): void;
}

/**
 * One connection to Redis. Lost once, it is gone with all that it knew: the client's own reconnecting is not used, since
 * it mixes up what was asked for before and after the loss.
 */
export class RedisLink {
  readonly #client: ReturnType<typeof clientOf>;
  readonly #answerWithinMs: number;
  readonly #events: LinkEvents;
  readonly #listener = (message: Buffer, channel: Buffer) =>
    this.#events.heard(channel.toString('latin1'), message);
  #unconfirmedBytes = 0;
  #isOver = false;

  constructor(url: string, answerWithinMs: number, events: LinkEvents) {
    this.#answerWithinMs = answerWithinMs;
    this.#events = events;
    this.#client = clientOf(url, answerWithinMs);
    this.#client.on('error', (error) => this.lose(reasonOf(error)));
  }

  /** True when connected, false when lost. */
  open(): Promise<boolean> {
    return this.#answered(() => this.#client.connect());
  }

  /** True when Redis has confirmed all of them, false when the link was lost before. */
  subscribe(channels: string[]): Promise<boolean> {
    return this.#answered(() => this.#client.subscribe(channels, this.#listener, true));
  }

  /** Not before their `subscribe` was confirmed, and the other way round: the client confuses the two. */
  unsubscribe(channels: string[]): Promise<boolean> {
    return this.#answered(() => this.#client.unsubscribe(channels, this.#listener, true));
  }

  /** The client writes what was published in one turn at once. */
  publish(channel: string, message: Buffer): void {
    const bytes = channel.length + message.length + publicationBytes;
    if (this.#isOver || this.#unconfirmedBytes + bytes > maxUnconfirmedBytes) return;
    this.#unconfirmedBytes += bytes;
    this.#client.publish(channel, message).then(
      () => {
        this.#unconfirmedBytes -= bytes;
      },
      (error) => this.lose(reasonOf(error)),
    );
  }

  lose(reason: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#events.lost(reason);
  }

  /** What was published before still leaves, if Redis takes it. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const impatience = setTimeout(() => this.#client.destroy(), this.#answerWithinMs);
    await this.#client.close().catch(() => this.#client.destroy());
    clearTimeout(impatience);
  }

  #end(): void {
    this.#isOver = true;
    this.#client.destroy();
  }

  async #answered(ask: () => Promise<unknown>): Promise<boolean> {
    if (this.#isOver) return false;
    const impatience = setTimeout(() => this.lose('timeout'), this.#answerWithinMs);
    try {
      await ask();
    } catch (error) {
      this.lose(reasonOf(error));
    } finally {
      clearTimeout(impatience);
    }
    return !this.#isOver;
  }
}

function clientOf(url: string, connectTimeout: number) {
  return createClient({
    url,
    // One connection publishes and listens, and messages are told from answers.
    RESP: 3,
    socket: { reconnectStrategy: false, connectTimeout },
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // The default is a timer for each command.
    commandOptions: { timeout: 0 },
  });
}

/** The system's or Redis's own code (`ECONNREFUSED`, `WRONGPASS`), without the rest of the message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]+(?= )/.exec(error.message)?.[0] ?? error.constructor.name;
}
