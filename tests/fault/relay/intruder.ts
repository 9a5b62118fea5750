import { randomBytes } from 'node:crypto';
import type { SeededRandom } from '../seededRandom.ts';
import type { Keyring } from './keyring.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';

/** Tries to write and to commit with the last access key that a removed member has, for the epochs that may be now. */
export class Intruder {
  readonly #reader: Reader;
  readonly #keyring: Keyring;
  readonly #random: SeededRandom;
  #refusals = 0;

  constructor(reader: Reader, keyring: Keyring, random: SeededRandom) {
    this.#reader = reader;
    this.#keyring = keyring;
    this.#random = random;
  }

  get refusals(): number {
    return this.#refusals;
  }

  /** Nothing that it sends is known as sent: the checker reports it if it gets into the log (rule A3). */
  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const { former } = this.#reader;
      if (former) {
        const { room, accessKey } = this.#keyring.next();
        const epoch = former.epoch + this.#random.below(4);
        const place = { room, epoch, seen: this.#reader.position, body: randomBytes(50) };
        const answers = await Promise.all([
          former.connection.ask('append', { ...place, id: randomBytes(16), slices: [] }),
          former.connection.ask('commit', { ...place, id: randomBytes(16), accessKey, welcomes: [] }),
        ]);
        for (const answer of answers) {
          if (answer?.ok !== false) continue;
          this.#refusals += 1;
          const { epoch: current = epoch, missed = [] } = answer.error;
          // Nothing of it may be news (rule L9).
          this.#reader.refused(current, missed);
        }
      }
      await pause(20 + this.#random.below(100));
    }
  }
}
