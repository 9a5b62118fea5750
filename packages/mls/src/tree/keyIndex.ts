import { mapKey } from '../codec/bytes.ts';

/**
 * Which public keys a tree uses: asked at every added leaf and every update path. Copies share a frozen base and
 * carry only what changed since, so that a copy per commit does not cost the group's size.
 */
export class KeyIndex {
  #base: ReadonlyMap<string, number>;
  #delta: Map<string, number | undefined>;

  private constructor(base: ReadonlyMap<string, number>, delta: Map<string, number | undefined>) {
    this.#base = base;
    this.#delta = delta;
  }

  static empty(): KeyIndex {
    return new KeyIndex(new Map(), new Map());
  }

  copy(): KeyIndex {
    if (this.#delta.size > 64 && this.#delta.size * 8 > this.#base.size) {
      const merged = new Map(this.#base);
      for (const [key, node] of this.#delta) {
        if (node === undefined) merged.delete(key);
        else merged.set(key, node);
      }
      this.#base = merged;
      this.#delta = new Map();
    }
    return new KeyIndex(this.#base, new Map(this.#delta));
  }

  #find(name: string): number | undefined {
    return this.#delta.has(name) ? this.#delta.get(name) : this.#base.get(name);
  }

  /** The node that uses `key`. */
  find(key: Uint8Array): number | undefined {
    return this.#find(mapKey(key));
  }

  /** Records that `node` uses `key`; false, and nothing changes, when another node does. */
  add(key: Uint8Array, node: number): boolean {
    const name = mapKey(key);
    const known = this.#find(name);
    if (known !== undefined && known !== node) return false;
    this.#delta.set(name, node);
    return true;
  }

  remove(key: Uint8Array): void {
    this.#delta.set(mapKey(key), undefined);
  }
}
