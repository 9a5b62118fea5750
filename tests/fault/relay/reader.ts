import { type Entry, limits, type RelayMessage, type RelayResponse } from '@otr/protocol';
import type { TestRoom } from '../../../packages/relay/test/testRoom.ts';
import type { SeededRandom } from '../seededRandom.ts';
import { Connection } from './connection.ts';
import type { Reading, Sighting } from './history.ts';
import type { Keyring } from './keyring.ts';
import { pause } from './pause.ts';

/** A connection that has entered the room with the newest access key that its reader knows. */
export interface Entered {
  connection: Connection;
  epoch: number;
  /** The newest entry that the reader has processed. */
  seen: number;
}

export interface ReaderPlan {
  name: string;
  keyring: Keyring;
  /** Where the nodes can be reached; one is drawn for each connection. */
  urls: readonly string[];
  random: SeededRandom;
  /** The commit that opens this epoch removes this reader: it is not given the key, and tries with its last one. */
  removedAt?: number;
}

/**
 * Follows a room as a proxy does: enters, takes live entries in order, fetches where it sees a hole, and connects to
 * any node again. Keeps everything that it was shown.
 */
export class Reader {
  readonly #plan: ReaderPlan;
  readonly #entries: Sighting[] = [];
  readonly #contradictions: string[] = [];
  #key: TestRoom;
  #epoch = 0;
  #isRemoved = false;
  /** The connection, when it has proven the last key that a removed reader has. */
  #former: Connection | undefined;
  #entered: Connection | undefined;
  /** Entries that came live and are not processed. */
  #arrived: Entry[] = [];
  #wake: () => void = () => {};
  #waiting: (() => void)[] = [];
  #isStopped = false;
  #connections = 0;
  #live = 0;

  constructor(plan: ReaderPlan) {
    this.#plan = plan;
    this.#key = plan.keyring.first;
  }

  /** Resolves after `stop`. */
  async run(): Promise<void> {
    const { urls, random } = this.#plan;
    for (let waitMs = 25; !this.#isStopped; ) {
      const before = this.#connections;
      await this.#follow(urls[random.below(urls.length)] ?? '');
      this.#entered = undefined;
      this.#former = undefined;
      // Nodes that start share this machine with all who want to reach them.
      waitMs = this.#connections > before ? 25 : Math.min(2 * waitMs, 400);
      await pause(random.below(2 * waitMs));
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when a connection has entered; undefined after `stop`. */
  async entered(): Promise<Entered | undefined> {
    while (!this.#isStopped && this.#entered === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const connection = this.#entered;
    return connection && !this.#isStopped
      ? { connection, epoch: this.#epoch, seen: this.position }
      : undefined;
  }

  /** Something was refused because the room is in this epoch; entries that the refusal carried (L9) are like others. */
  refused(epoch: number, missed: readonly Entry[]): void {
    if (epoch <= this.#epoch) return;
    this.#arrived.push(...missed);
    this.#entered = undefined;
    this.#wake();
  }

  /** Where a removed reader goes on listening, and the epoch that it was last a member of. */
  get former(): { connection: Connection; epoch: number } | undefined {
    return this.#former && { connection: this.#former, epoch: this.#epoch };
  }

  /** Whether it has been shown a log of this length, as far as it may see it. */
  hasSeen(length: number): boolean {
    return this.#isRemoved || this.position >= length;
  }

  /** `seq` of the newest entry that it was shown. */
  get position(): number {
    return this.#entries.length;
  }

  get reading(): Reading {
    const { name: reader, removedAt } = this.#plan;
    const shown = { reader, entries: this.#entries, contradictions: this.#contradictions };
    return removedAt === undefined ? shown : { ...shown, removedAt };
  }

  get connections(): number {
    return this.#connections;
  }

  /** How many entries came live, without being asked for. */
  get live(): number {
    return this.#live;
  }

  /** One connection from its beginning to its end. */
  async #follow(url: string): Promise<void> {
    let isOver = false;
    this.#arrived = [];
    const hearer = {
      entries: (message: RelayMessage<'entries'>) => {
        this.#arrived.push(...message.entries);
        this.#wake();
      },
      ended: () => {
        isOver = true;
        this.#wake();
      },
    };
    const connection = await Connection.open(url, hearer);
    if (connection === undefined) return;
    this.#connections += 1;
    while (!isOver && !this.#isStopped) {
      if (!(await this.#process(connection))) break;
      const isOutside = () => this.#entered === undefined && this.#former === undefined;
      if (isOutside() && !(await this.#enter(connection))) break;
      if (isOutside() || this.#arrived.length > 0) continue;
      if (isOver || this.#isStopped) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    connection.close();
  }

  /** Proves the newest access key and reads what was missed. False where the connection is of no more use. */
  async #enter(connection: Connection): Promise<boolean> {
    const key = this.#key;
    const wasRemoved = this.#isRemoved;
    const answer = await this.#ask(connection);
    if (answer === undefined) return false;
    if (answer.head < this.position) this.#contradict(`the log ends at ${answer.head}`);
    if (!(await this.#readUpTo(connection, answer.head))) return false;
    // It read as far as the commit that ends this epoch, and enters again.
    if (this.#key !== key) return true;
    if (this.#isRemoved && !wasRemoved) return true;
    if (wasRemoved) {
      if (!answer.ended) this.#contradict(`it entered epoch ${this.#epoch} that has ended`);
      this.#former = connection;
      return true;
    }
    if (answer.ended) this.#contradict(`epoch ${this.#epoch} has ended and no commit says so`);
    if (answer.ended) return false;
    this.#entered = connection;
    for (const wake of this.#waiting.splice(0)) wake();
    return true;
  }

  async #ask(connection: Connection): Promise<RelayResponse<'enterRoom'> | undefined> {
    const { room, accessKey, signFor } = this.#key;
    const signature = signFor(connection.challenge);
    const answer = await connection.ask('enterRoom', { room, accessKey, signature, keys: [] });
    if (answer?.ok) return answer.value;
    // Forgotten, or never there: a relay that has failed says so by other codes.
    if (answer?.error.code === 'roomNotFound' || answer?.error.code === 'notAuthorised')
      this.#contradict(`enterRoom of epoch ${this.#epoch}: ${answer.error.code}`);
    return undefined;
  }

  /** What came live, in order. False where a hole could not be filled. */
  async #process(connection: Connection): Promise<boolean> {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const entry of arrived) {
      if (entry.seq > this.position + 1 && !(await this.#readUpTo(connection, entry.seq - 1))) return false;
      if (entry.seq === this.position + 1) this.#live += 1;
      this.#take(entry);
    }
    return true;
  }

  async #readUpTo(connection: Connection, head: number): Promise<boolean> {
    const { room } = this.#plan.keyring.first;
    while (this.position < head) {
      const after = this.position;
      const answer = await connection.ask('fetch', { room, after, limit: limits.fetchEntries });
      if (!answer?.ok) return false;
      for (const entry of answer.value.entries) this.#take(entry);
      if (this.position === after) {
        this.#contradict(`fetch after ${after} gave nothing up to ${head}`);
        return false;
      }
    }
    return true;
  }

  #take(entry: Entry): void {
    const sighting = sightingOf(entry);
    const known = this.#entries[entry.seq - 1];
    if (known !== undefined) {
      if (known.id !== sighting.id) this.#contradict(`${entry.seq} is ${sighting.id} and was ${known.id}`);
      return;
    }
    if (this.#isRemoved) {
      this.#contradict(`it was shown ${entry.seq} after it was removed at ${this.position}`);
      return;
    }
    if (entry.seq !== this.position + 1) {
      this.#contradict(`${entry.seq} came after ${this.position}`);
      return;
    }
    this.#entries.push(sighting);
    if (entry.kind !== 'commit') return;
    this.#entered = undefined;
    this.#isRemoved = this.#plan.removedAt !== undefined && entry.epoch >= this.#plan.removedAt;
    if (this.#isRemoved) return;
    const key = this.#plan.keyring.find(entry.accessKey);
    if (key === undefined) {
      this.#contradict(`the commit at ${entry.seq} has a key that nobody made`);
      return;
    }
    this.#key = key;
    this.#epoch = entry.epoch;
  }

  #contradict(sentence: string): void {
    // One that is told again and again is told often enough.
    if (this.#contradictions.length < 20) this.#contradictions.push(sentence);
  }
}

export function sightingOf({ seq, id, kind, epoch }: Entry): Sighting {
  const name = Buffer.from(id).toString('hex');
  return { seq, id: name, kind: kind === 'commit' ? 'commit' : 'message', epoch };
}
