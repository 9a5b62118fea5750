import { limits, type RelayResponse } from '@otr/protocol';
import type { SeededRandom } from '../seededRandom.ts';
import { Committer } from './committer.ts';
import { Connection } from './connection.ts';
import type { History, Sighting } from './history.ts';
import { Intruder } from './intruder.ts';
import { Keyring } from './keyring.ts';
import { pause } from './pause.ts';
import { Reader, sightingOf } from './reader.ts';
import { Writer } from './writer.ts';

/** Time for everything to be acknowledged, and for everyone to have it, after the last fault, in milliseconds. */
export const calmMs = 60_000;

/**
 * The members of one room, each with a connection of its own: two that write and commit, two that read, and one that is
 * removed and tries to stay.
 */
export class Crowd {
  readonly #keyring = new Keyring();
  readonly #urls: readonly string[];
  readonly #readers: Reader[];
  readonly #writers: Writer[];
  readonly #committers: Committer[];
  readonly #intruder: Intruder;
  #running: Promise<unknown> | undefined;

  constructor(urls: readonly string[], random: SeededRandom) {
    this.#urls = urls;
    const names = ['ann', 'bob', 'cleo', 'dan'];
    this.#readers = names.map((name) => new Reader({ name, keyring: this.#keyring, urls, random }));
    const removedAt = 2 + random.below(6);
    const removed = new Reader({ name: 'eve', keyring: this.#keyring, urls, random, removedAt });
    this.#readers.push(removed);
    this.#intruder = new Intruder(removed, this.#keyring, random);
    const members = this.#readers.slice(0, 2);
    this.#writers = members.map((reader) => new Writer(reader, this.#keyring.first.room, random));
    this.#committers = members.map((reader) => new Committer(reader, this.#keyring, random));
  }

  /** Makes the room and enters it, before the first fault. */
  async gather(): Promise<void> {
    const { room, accessKey, signFor } = this.#keyring.first;
    await this.#briefly(async (connection) => {
      const signature = signFor(connection.challenge);
      const created = await connection.ask('createRoom', { room, accessKey, signature });
      return created?.ok ? true : undefined;
    });
    this.#running = Promise.all(this.#readers.map((reader) => reader.run()));
    await Promise.all(this.#readers.map((reader) => reader.entered()));
  }

  /** Everyone writes until told to stop; resolves when everything that was sent is acknowledged or refused. */
  async talk(isDone: () => boolean): Promise<void> {
    const all = [...this.#writers, ...this.#committers, this.#intruder];
    await Promise.all(all.map((each) => each.run(isDone)));
  }

  /** What was seen, once all readers are at the end of the log, or have had time to be. */
  async disperse(): Promise<History> {
    const log = await this.#wholeLog();
    const lateAt = performance.now() + calmMs;
    while (performance.now() < lateAt && !this.#readers.every((each) => each.hasSeen(log.length)))
      await pause(20);
    for (const reader of this.#readers) reader.stop();
    await this.#running;
    const writing = [...this.#writers, ...this.#committers];
    return {
      room: this.#keyring.first.room.toString('hex').slice(0, 8),
      sent: new Set(writing.flatMap(({ sent }) => sent)),
      acknowledged: writing.flatMap(({ acknowledged }) => acknowledged),
      readings: this.#readers.map(({ reading }) => reading),
      log,
    };
  }

  /** How often a removed member was refused. */
  get refusals(): number {
    return this.#intruder.refusals;
  }

  /** How often somebody connected, and how many of the entries that were shown came without being asked for. */
  get figures(): { connections: number; shown: number; live: number } {
    const sum = (of: (reader: Reader) => number) =>
      this.#readers.reduce((total, each) => total + of(each), 0);
    return {
      connections: sum(({ connections }) => connections),
      shown: sum(({ position }) => position),
      live: sum(({ live }) => live),
    };
  }

  /** By `fetch` alone, from the first entry on, with one access key after the other. */
  async #wholeLog(): Promise<Sighting[]> {
    return await this.#briefly(async (connection) => {
      const log: Sighting[] = [];
      let key = this.#keyring.first;
      for (;;) {
        const { room, accessKey } = key;
        const signature = key.signFor(connection.challenge);
        const entered = await connection.ask('enterRoom', { room, accessKey, signature, keys: [] });
        if (!entered?.ok) return undefined;
        let next: typeof key | undefined;
        while ((log.at(-1)?.seq ?? 0) < entered.value.head) {
          const page = await this.#page(connection, log.at(-1)?.seq ?? 0);
          if (page === undefined || page.entries.length === 0) return undefined;
          log.push(...page.entries.map(sightingOf));
          const last = page.entries.at(-1);
          if (last?.kind === 'commit') next = this.#keyring.find(last.accessKey);
        }
        if (!entered.value.ended) return log;
        if (next === undefined) return undefined;
        key = next;
      }
    });
  }

  async #page(connection: Connection, after: number): Promise<RelayResponse<'fetch'> | undefined> {
    const { room } = this.#keyring.first;
    const answer = await connection.ask('fetch', { room, after, limit: limits.fetchEntries });
    return answer?.ok ? answer.value : undefined;
  }

  /** Asks again on a new connection until there is an answer. */
  async #briefly<Value>(ask: (connection: Connection) => Promise<Value | undefined>): Promise<Value> {
    for (let turn = 0; ; turn++) {
      const url = this.#urls[turn % this.#urls.length] ?? '';
      const connection = await Connection.open(url, { entries: () => {}, ended: () => {} });
      const value = connection && (await ask(connection));
      connection?.close();
      if (value !== undefined) return value;
      await pause(50);
    }
  }
}
