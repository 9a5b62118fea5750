import { decodeMessage, type GroupState } from '@otr/mls';
import { openSenderData } from '../../../packages/mls/src/message/privateMessage.ts';
import { keptIn } from '../../../packages/proxy/src/room/records.ts';
import type { Store } from '../../../packages/proxy/src/store/store.ts';

/**
 * A member that does nothing but look: with the keys of each epoch, which open who sent a ciphertext and as the how
 * manieth, it finds two ciphertexts under one key of the ratchet (RFC 9420 §9.1).
 */
export class Generations {
  readonly #groups = new Map<bigint, GroupState>();
  readonly #bodies = new Map<string, Set<string>>();
  #unknown = 0;
  #checked = 0;

  /** Learns the epoch that this member's store is in. */
  learn(store: Store): void {
    const [room] = store.rooms.all();
    const { group } = room ? keptIn(store.records.load(room.number)) : { group: null };
    if (group) this.#groups.set(group.context.epoch, group);
  }

  /** Looks at ciphertexts as they went over the wire; the same one twice is no reuse. */
  look(bodies: readonly Uint8Array[]): void {
    for (const body of bodies) {
      const message = decodeMessage(body);
      const sealed = message.type === 'privateMessage' ? message.privateMessage : null;
      const group = sealed && this.#groups.get(sealed.epoch);
      if (!sealed || !group) {
        this.#unknown += 1;
        continue;
      }
      const { leafIndex, generation } = openSenderData(group.config.suite, sealed, group.secrets.senderData);
      const key = `epoch ${sealed.epoch} ${sealed.contentType} leaf ${leafIndex} generation ${generation}`;
      const known = this.#bodies.get(key) ?? new Set();
      known.add(Buffer.from(body).toString('base64'));
      this.#bodies.set(key, known);
      this.#checked += 1;
    }
  }

  /** Keys that sealed more than one ciphertext; none is the good answer. */
  get reused(): string[] {
    return [...this.#bodies].flatMap(([key, bodies]) => (bodies.size > 1 ? [key] : []));
  }

  get checked(): number {
    return this.#checked;
  }

  /** Of epochs that the observer was not in. */
  get unknown(): number {
    return this.#unknown;
  }
}
