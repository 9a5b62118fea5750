import type { Memory } from './memory.ts';

/** The same thing twice: over a database on disk, and over the one in memory for rooms off the record. */
export class Sides<Side> {
  readonly disk: Side;
  readonly memory: Side;
  readonly #memory: Memory;

  constructor(memory: Memory, sides: { disk: Side; memory: Side }) {
    this.#memory = memory;
    this.disk = sides.disk;
    this.memory = sides.memory;
  }

  of(room: number): Side {
    return this.#memory.has(room) ? this.memory : this.disk;
  }
}
