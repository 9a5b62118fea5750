/** More nodes than anyone runs; what further ones say is not heard. */
const maxNodes = 1_000;

/**
 * Which nodes are there, by what is heard of them. Time is counted in beats of this process, so that one that was
 * stopped for a while blames nobody else.
 */
export class NodeWatch {
  readonly #goneAfterBeats: number;
  readonly #silentBeats = new Map<string, number>();

  constructor(goneAfterBeats: number) {
    this.#goneAfterBeats = goneAfterBeats;
  }

  /** False for one too many. */
  heard(node: string): boolean {
    if (!this.#silentBeats.has(node) && this.#silentBeats.size >= maxNodes) return false;
    this.#silentBeats.set(node, 0);
    return true;
  }

  /** Whether this node was there. */
  remove(node: string): boolean {
    return this.#silentBeats.delete(node);
  }

  /** Returns those that have been silent for too long, once. */
  beat(): string[] {
    for (const [node, beats] of this.#silentBeats) this.#silentBeats.set(node, beats + 1);
    const gone = [...this.#silentBeats].filter(([, beats]) => beats > this.#goneAfterBeats);
    for (const [node] of gone) this.#silentBeats.delete(node);
    return gone.map(([node]) => node);
  }
}
