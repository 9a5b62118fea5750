import { epochOf, isCommit, limits, seqOf } from '@otr/protocol';
import { mapKey } from './bytes.ts';
import { deliverEntries } from './delivery.ts';
import type { Fanout } from './fanout/fanout.ts';
import { faultFields, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RoomLive } from './roomLive.ts';
import { type LogEntry, sizeOf } from './storage/logEntry.ts';
import { type Storage, unlessStorageFails, wholeLog } from './storage/storage.ts';

/** Entries that came before the ones in front of them: so many wait in memory, further ones are read from the log. */
const entriesAhead = 2_000;
/** How long the fan-out may take to bring what is missing, in milliseconds; then the log is read. */
const patienceMs = 10;
/** Bytes of entries that travel with a wake-up; of more the other nodes read the log. */
const bytesAlong = 128 * 1024;

interface Feed {
  readonly room: Uint8Array;
  /** `seq` of the newest entry that this node has delivered; undefined until the first one has entered. */
  delivered: number | undefined;
  /** The epoch that the newest commit up to there opened: readers with an older access have all that is theirs. */
  access: number;
  /** `seq` of the newest entry that this node has heard of. */
  head: number;
  /** By `seq`. */
  readonly ahead: Map<number, LogEntry>;
  reading: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Connections that are about to enter. */
  joining: number;
  /** Resolves when the fan-out brings what other nodes tell. */
  readonly joined: Promise<void>;
}

interface Parts {
  readonly storage: Storage;
  readonly fanout: Fanout;
  readonly live: RoomLive;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Brings each room's entries to its connections of this node in the order of `seq` and without holes (rule L12),
 * whether they were appended here, are told by another node, or are read from the log because nobody told.
 */
export class RoomFeed {
  readonly #parts: Parts;
  readonly #feeds = new Map<string, Feed>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** From when it resolves on nothing that happens in the room escapes this node. To be followed by `release`. */
  async join(room: Uint8Array): Promise<void> {
    const feed = this.#feeds.get(mapKey(room)) ?? newFeed(room, this.#parts.fanout);
    this.#feeds.set(mapKey(room), feed);
    feed.joining += 1;
    await feed.joined;
  }

  /** Somebody has entered, or has not, or has left: a room without listeners is not followed. */
  release(room: Uint8Array, was: 'joining' | 'listening'): void {
    const feed = this.#feeds.get(mapKey(room));
    if (feed === undefined) return;
    if (was === 'joining') feed.joining -= 1;
    if (feed.joining > 0 || this.#parts.live.has(room)) return;
    clearTimeout(feed.timer);
    this.#feeds.delete(mapKey(room));
    this.#parts.fanout.leave(room);
  }

  /** Whether this node has delivered entries after this one. */
  isPast(room: Uint8Array, seq: number): boolean {
    return (this.#feeds.get(mapKey(room))?.delivered ?? 0) > seq;
  }

  /** A connection enters with a snapshot up to `head`, of the epoch `access`. Returns whether entries after it were delivered already. */
  entered(room: Uint8Array, head: number, access: number): boolean {
    const feed = this.#feeds.get(mapKey(room));
    if (feed === undefined) return false;
    if (feed.delivered === undefined) {
      feed.delivered = head;
      feed.access = access;
      this.#advance(feed);
    }
    return feed.delivered > head;
  }

  /** Entries that this node has appended, in order: delivered here, told to the other nodes. */
  appended(room: Uint8Array, entries: readonly LogEntry[]): void {
    const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq];
    if (first === undefined || last === undefined) return;
    this.#arrived(room, last, entries);
    this.#parts.fanout.publish({ kind: 'entries', room, first, last, ...along(entries) });
  }

  /** Another node, or the store, says that the log goes up to `last`. Returns whether that is news. */
  told(room: Uint8Array, last: number, packed: readonly Buffer[] = []): boolean {
    const feed = this.#feeds.get(mapKey(room));
    const isNews = feed?.delivered !== undefined && last > Math.max(feed.delivered, feed.head);
    this.#arrived(room, last, packed.map(unsliced));
    return isNews;
  }

  stop(): void {
    for (const feed of this.#feeds.values()) clearTimeout(feed.timer);
    this.#feeds.clear();
  }

  #arrived(room: Uint8Array, last: number, entries: readonly LogEntry[]): void {
    const feed = this.#feeds.get(mapKey(room));
    if (feed === undefined) return;
    feed.head = Math.max(feed.head, last);
    // Nobody but readers of former epochs is here.
    if (feed.delivered === undefined && feed.joining === 0) return;
    if (feed.delivered !== undefined && feed.ahead.size === 0 && entries[0]?.seq === feed.delivered + 1) {
      this.#deliver(feed, entries);
      return;
    }
    for (const entry of entries) {
      if (feed.ahead.size >= entriesAhead) break;
      if (entry.seq > (feed.delivered ?? 0)) feed.ahead.set(entry.seq, entry);
    }
    this.#advance(feed);
  }

  /** Delivers what is next, and asks the log for what is missing. */
  #advance(feed: Feed): void {
    if (feed.delivered === undefined) return;
    const next: LogEntry[] = [];
    for (let seq = feed.delivered + 1; ; seq += 1) {
      const entry = feed.ahead.get(seq);
      if (entry === undefined) break;
      next.push(entry);
    }
    if (next.length > 0) this.#deliver(feed, next);
    for (const seq of feed.ahead.keys()) if (seq <= feed.delivered) feed.ahead.delete(seq);
    if (feed.head > feed.delivered && !feed.reading)
      feed.timer ??= setTimeout(() => this.#look(feed), patienceMs);
  }

  #deliver(feed: Feed, entries: readonly LogEntry[]): void {
    feed.delivered = entries.at(-1)?.seq ?? feed.delivered;
    for (const { seq } of feed.ahead.size > 0 ? entries : []) feed.ahead.delete(seq);
    const { live, metrics } = this.#parts;
    metrics.count('entriesDelivered', deliverEntries(live, feed.room, entries, feed.access));
    for (const { isCommit, epoch } of entries) {
      if (!isCommit) continue;
      feed.access = epoch;
      live.opened(feed.room, epoch);
    }
  }

  #look(feed: Feed): void {
    feed.timer = undefined;
    if (feed.reading || feed.delivered === undefined || feed.head <= feed.delivered) return;
    feed.reading = true;
    this.#read(feed)
      .catch((error: unknown) => this.#parts.log('internalError', faultFields(error)))
      .finally(() => {
        feed.reading = false;
        if (this.#feeds.get(mapKey(feed.room)) === feed) this.#advance(feed);
      });
  }

  /** One page; `#advance` asks for the next. A failing store is asked again when the log is looked at the next time. */
  async #read(feed: Feed): Promise<void> {
    const { storage, live, log } = this.#parts;
    const { delivered } = feed;
    if (delivered === undefined) return;
    const page = await unlessStorageFails(log, () =>
      storage.fetch({
        room: feed.room,
        access: wholeLog,
        after: delivered,
        limit: limits.fetchEntries,
        maxBytes: limits.relayFrame / 2,
        keys: live.keysHere(feed.room),
      }),
    );
    if (page === undefined) {
      // Until the store is back: polling looks again.
      feed.head = delivered;
      return;
    }
    const entries = page.entries.filter(({ seq }) => seq > (feed.delivered ?? 0));
    feed.head = Math.max(feed.head, page.head);
    // Pruned before this node came to deliver them: who misses them learns it from the floor.
    const first = entries[0]?.seq ?? page.head + 1;
    if (first > (feed.delivered ?? 0) + 1) {
      feed.delivered = first - 1;
      feed.access = Math.max(feed.access, live.roomAccess(feed.room));
    }
    if (entries.length > 0) this.#deliver(feed, entries);
    if (entries.length === 0) feed.head = Math.min(feed.head, feed.delivered ?? 0);
  }
}

function newFeed(room: Uint8Array, fanout: Fanout): Feed {
  return {
    room: Buffer.from(room),
    delivered: undefined,
    access: 0,
    head: 0,
    ahead: new Map(),
    reading: false,
    timer: undefined,
    joining: 0,
    joined: fanout.join(room),
  };
}

function along(entries: readonly LogEntry[]): { packed?: readonly Buffer[] } {
  const isSmall = entries.reduce((sum, entry) => sum + sizeOf(entry), 0) <= bytesAlong;
  const isForAll = entries.every(({ slices }) => slices.length === 0);
  return isSmall && isForAll ? { packed: entries.map(({ packed }) => packed) } : {};
}

function unsliced(packed: Buffer): LogEntry {
  return { seq: seqOf(packed), epoch: epochOf(packed), isCommit: isCommit(packed), packed, slices: [] };
}
