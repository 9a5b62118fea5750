import type { Fanout } from './fanout/fanout.ts';
import { faultFields, type Log } from './log.ts';
import { type Storage, StorageFailure } from './storage/storage.ts';

const roomsAtOnce = 1_000;

export interface PollTimes {
  /** While the fan-out is not healthy, and for a while after it is again: other nodes may take longer. */
  unhealthyMs: number;
  /** A net below a fan-out that may lose events without knowing it; and how long that while is. */
  healthyMs: number;
}

const defaultPollTimes: PollTimes = { unhealthyMs: 250, healthyMs: 5_000 };

export interface Polling {
  storage: Pick<Storage, 'heads'>;
  fanout: Pick<Fanout, 'isHealthy'>;
  /** Those that somebody listens to at this node. */
  rooms: () => readonly Uint8Array[];
  /** Told the newest `seq` of each of them that has entries; it knows itself whether it is behind. */
  behind: (room: Uint8Array, head: number) => void;
  log: Log;
  times?: PollTimes;
}

/** Asks the log for what the fan-out did not bring. Returns the way to stop. */
export function keepPolling(polling: Polling): () => void {
  const poll = new LogPoll(polling);
  poll.wait();
  return () => poll.stop();
}

class LogPoll {
  readonly #polling: Polling;
  readonly #times: PollTimes;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isFailing = false;
  #polledAt = performance.now();
  #unhealthyAt = Number.NEGATIVE_INFINITY;

  constructor(polling: Polling) {
    this.#polling = polling;
    this.#times = polling.times ?? defaultPollTimes;
  }

  /** One poll at a time: the next one waits for the end of the last. */
  wait(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#turn(), this.#times.unhealthyMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    if (this.#isDue(performance.now())) {
      this.#polledAt = performance.now();
      await this.#poll();
    }
    this.wait();
  }

  #isDue(now: number): boolean {
    if (!this.#polling.fanout.isHealthy) this.#unhealthyAt = now;
    const { healthyMs } = this.#times;
    return now - this.#unhealthyAt < healthyMs || now - this.#polledAt >= healthyMs;
  }

  async #poll(): Promise<void> {
    const rooms = this.#polling.rooms();
    try {
      for (let start = 0; start < rooms.length && !this.#isStopped; start += roomsAtOnce) {
        const heads = await this.#polling.storage.heads(rooms.slice(start, start + roomsAtOnce));
        if (this.#isStopped) return;
        for (const { room, head } of heads) this.#polling.behind(room, head);
      }
      this.#isFailing = false;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A store that fails is said once and asked on. */
  #failed(error: unknown): void {
    if (!(error instanceof StorageFailure)) this.#polling.log('internalError', faultFields(error));
    else if (!this.#isFailing) this.#polling.log('storageFailed', { reason: error.message });
    this.#isFailing = true;
  }
}
