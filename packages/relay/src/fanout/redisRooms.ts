import type { RedisLink } from './redisLink.ts';
import { roomChannel } from './redisMessages.ts';

const channelsAtOnce = 1_000;

interface Subscription {
  readonly room: Buffer;
  readonly channel: string;
  isJoined: boolean;
  /** As the present link knows it. While it changes no other change is asked for. */
  state: 'out' | 'changing' | 'in';
  /** Joins that have not resolved. */
  waiting: (() => void)[];
}

/** The rooms that this node has joined, and what the present link to Redis has to do about them. */
export class RedisRooms {
  readonly #subscriptions = new Map<string, Subscription>();
  #link: RedisLink | undefined;
  /** Joined in this turn: they are one command. */
  #coming: Subscription[] = [];

  join(room: Uint8Array): Promise<void> {
    const subscription = this.#subscriptionOf(Buffer.from(room));
    subscription.isJoined = true;
    const link = this.#link;
    if (link === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      subscription.waiting.push(resolve);
      this.#settle(link, subscription);
    });
  }

  leave(room: Uint8Array): void {
    const subscription = this.#subscriptions.get(roomChannel(Buffer.from(room)));
    if (subscription === undefined) return;
    subscription.isJoined = false;
    if (this.#link) this.#settle(this.#link, subscription);
    else this.#forgetUnlessJoined(subscription);
  }

  /** The room of this channel, if it is joined. */
  joined(channel: string): Buffer | undefined {
    const subscription = this.#subscriptions.get(channel);
    return subscription?.isJoined ? subscription.room : undefined;
  }

  /** Subscribes all on a new link. True when all are confirmed, false when the link was lost before. */
  async start(link: RedisLink): Promise<boolean> {
    this.#link = link;
    for (const some of inPortions(this.#subscriptions.values(), channelsAtOnce)) {
      if (!(await this.#change(link, some.filter(isWanted), 'in'))) return false;
    }
    return true;
  }

  /** The link is lost. */
  stop(): void {
    this.#link = undefined;
    this.#coming = [];
    for (const subscription of this.#subscriptions.values()) {
      subscription.state = 'out';
      release(subscription);
      this.#forgetUnlessJoined(subscription);
    }
  }

  #subscriptionOf(room: Buffer): Subscription {
    const channel = roomChannel(room);
    const known = this.#subscriptions.get(channel);
    if (known) return known;
    const subscription: Subscription = { room, channel, isJoined: false, state: 'out', waiting: [] };
    this.#subscriptions.set(channel, subscription);
    return subscription;
  }

  #settle(link: RedisLink, subscription: Subscription): void {
    const { isJoined, state } = subscription;
    if (!isJoined || state === 'in') release(subscription);
    if (state === 'changing') return;
    if (isJoined && state === 'out') this.#subscribeSoon(link, subscription);
    if (!isJoined && state === 'in') void this.#change(link, [subscription], 'out');
    if (!isJoined && state === 'out') this.#forgetUnlessJoined(subscription);
  }

  #subscribeSoon(link: RedisLink, subscription: Subscription): void {
    subscription.state = 'changing';
    this.#coming.push(subscription);
    if (this.#coming.length > 1) return;
    queueMicrotask(() => {
      if (link !== this.#link) return;
      for (const some of inPortions(this.#coming.splice(0), channelsAtOnce)) {
        void this.#change(link, some, 'in');
      }
    });
  }

  async #change(link: RedisLink, subscriptions: Subscription[], to: 'in' | 'out'): Promise<boolean> {
    if (subscriptions.length === 0) return true;
    for (const subscription of subscriptions) subscription.state = 'changing';
    const channels = subscriptions.map(({ channel }) => channel);
    const isDone = await (to === 'in' ? link.subscribe(channels) : link.unsubscribe(channels));
    if (!isDone || link !== this.#link) return false;
    for (const subscription of subscriptions) {
      subscription.state = to;
      this.#settle(link, subscription);
    }
    return true;
  }

  #forgetUnlessJoined({ isJoined, channel }: Subscription): void {
    if (!isJoined) this.#subscriptions.delete(channel);
  }
}

function inPortions<Item>(items: Iterable<Item>, size: number): Item[][] {
  const all = [...items];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

function isWanted({ isJoined, state }: Subscription): boolean {
  return isJoined && state === 'out';
}

function release(subscription: Subscription): void {
  for (const resolve of subscription.waiting) resolve();
  subscription.waiting = [];
}
