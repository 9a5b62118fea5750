import { randomBytes } from 'node:crypto';
import type { SeededRandom } from '../seededRandom.ts';
import type { Acknowledgement } from './history.ts';
import type { Keyring } from './keyring.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';

/** Tries to end epochs, as several members may at once; a commit that lost its race is given up. */
export class Committer {
  readonly acknowledged: Acknowledgement[] = [];
  readonly sent: string[] = [];
  readonly #reader: Reader;
  readonly #keyring: Keyring;
  readonly #random: SeededRandom;

  constructor(reader: Reader, keyring: Keyring, random: SeededRandom) {
    this.#reader = reader;
    this.#keyring = keyring;
    this.#random = random;
  }

  /** Commits until told to stop, and resolves when it knows what became of the last one. */
  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await this.#commit();
      await pause(20 + this.#random.below(150));
    }
  }

  async #commit(): Promise<void> {
    const first = await this.#reader.entered();
    if (first === undefined) return;
    const { epoch } = first;
    const id = randomBytes(16);
    const name = id.toString('hex');
    const { room, accessKey } = this.#keyring.next();
    const body = randomBytes(300);
    this.sent.push(name);
    // Where no answer came it is sent again under the same id: it may have won.
    for (let entered = first; ; ) {
      const { connection, seen } = entered;
      const answer = await connection.ask('commit', {
        ...{ room, id, epoch, seen, accessKey, body },
        welcomes: [],
      });
      if (answer?.ok) {
        this.acknowledged.push({ id: name, seq: answer.value.seq, kind: 'commit', sentFor: [epoch] });
        return;
      }
      if (answer?.error.code === 'epochConflict') {
        const { epoch: current = epoch + 1, missed = [] } = answer.error;
        this.#reader.refused(current, missed);
        return;
      }
      await pause(10 + this.#random.below(40));
      const next = await this.#reader.entered();
      if (next === undefined) return;
      entered = next;
    }
  }
}
