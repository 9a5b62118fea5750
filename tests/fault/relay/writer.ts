import { randomBytes } from 'node:crypto';
import type { SeededRandom } from '../seededRandom.ts';
import type { Acknowledgement } from './history.ts';
import { pause } from './pause.ts';
import type { Entered, Reader } from './reader.ts';

/** Unacknowledged messages of one writer. */
const inFlight = 64;

interface Outgoing {
  id: Buffer;
  body: Buffer;
  sentFor: number[];
}

/**
 * Appends as a proxy's outbox does: many at once, each again under the same id, for the epoch that then is, until it is
 * acknowledged.
 */
export class Writer {
  readonly acknowledged: Acknowledgement[] = [];
  readonly sent: string[] = [];
  readonly #reader: Reader;
  readonly #room: Buffer;
  readonly #random: SeededRandom;
  readonly #open = new Set<Promise<void>>();

  constructor(reader: Reader, room: Buffer, random: SeededRandom) {
    this.#reader = reader;
    this.#room = room;
    this.#random = random;
  }

  /** Writes until told to stop, and resolves when everything is acknowledged. */
  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      for (let left = 1 + this.#random.below(12); left > 0; left--) this.#begin();
      await pause(this.#random.below(40));
      while (this.#open.size >= inFlight) await Promise.race(this.#open);
    }
    await Promise.all(this.#open);
  }

  #begin(): void {
    const outgoing = { id: randomBytes(16), body: randomBytes(16 + this.#random.below(200)), sentFor: [] };
    this.sent.push(outgoing.id.toString('hex'));
    const sending = this.#send(outgoing).finally(() => this.#open.delete(sending));
    this.#open.add(sending);
  }

  async #send(outgoing: Outgoing): Promise<void> {
    for (;;) {
      const entered = await this.#reader.entered();
      if (entered === undefined) return;
      const seq = await this.#try(outgoing, entered);
      if (seq === undefined) continue;
      const { id, sentFor } = outgoing;
      this.acknowledged.push({ id: id.toString('hex'), seq, kind: 'message', sentFor });
      return;
    }
  }

  /** `seq`, if it was acknowledged. */
  async #try({ id, body, sentFor }: Outgoing, { connection, epoch, seen }: Entered) {
    if (sentFor.at(-1) !== epoch) sentFor.push(epoch);
    const answer = await connection.ask('append', { room: this.#room, id, epoch, seen, slices: [], body });
    if (answer?.ok) return answer.value.seq;
    if (answer?.error.code === 'epochConflict') {
      const { epoch: current = epoch + 1, missed = [] } = answer.error;
      this.#reader.refused(current, missed);
    }
    // A relay that has lost its database, or a connection that was cut.
    await pause(10 + this.#random.below(40));
    return undefined;
  }
}
