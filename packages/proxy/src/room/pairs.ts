import type { Member } from '../core/group/view.ts';
import { type Identity, identityOf } from '../core/identity/identity.ts';
import { type Pair, pairOf } from '../core/identity/pair.ts';
import { toText } from '../core/text.ts';

/** As many as the largest room has members. */
const pairsKept = 2_048;

/**
 * The keys that our leaf shares with others (D3, D4): worked out when they are needed, and once for each two leaves. Those
 * of a former leaf of ours are forgotten with it.
 */
export class Pairs {
  readonly #identity: Identity;
  #own: { bytes: Uint8Array; ephemeral: Identity } | null = null;
  readonly #known = new Map<string, Pair>();

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** `ephemeral` is *e* of our leaf, 32 bytes. */
  of(ephemeral: Uint8Array, { identityKey, ephemeralKey }: Member): Pair {
    if (this.#own?.bytes !== ephemeral) {
      this.#known.clear();
      this.#own = { bytes: ephemeral, ephemeral: identityOf(ephemeral) };
    }
    const name = `${toText(identityKey)} ${toText(ephemeralKey)}`;
    const known = this.#known.get(name);
    if (known) return known;
    const own = { identity: this.#identity, ephemeral: this.#own.ephemeral };
    const pair = pairOf(own, { identityKey, ephemeralKey });
    if (this.#known.size >= pairsKept) this.#known.clear();
    this.#known.set(name, pair);
    return pair;
  }
}
