import type { Row } from '@otr/protocol';
import type { History } from './history.ts';
import type { Memory } from './memory.ts';
import { Sides } from './sides.ts';
import type { Steps } from './steps.ts';
import {
  type Hit,
  type Search,
  type TimelineFrom,
  type TimelinePage,
  TimelineTable,
} from './timelineTable.ts';

/** The timelines of all rooms, each where it is kept: on disk, or in memory (D9). */
export class Timelines implements Pick<TimelineTable, keyof TimelineTable> {
  readonly #tables: Sides<TimelineTable>;

  constructor(history: History, memory: Memory, steps: Steps) {
    this.#tables = new Sides(memory, {
      disk: new TimelineTable(history, steps),
      memory: new TimelineTable(memory, steps),
    });
  }

  write(room: number, row: Row): void {
    this.#tables.of(room).write(room, row);
  }

  get(room: number, id: string): Row | null {
    return this.#tables.of(room).get(room, id);
  }

  all(room: number): Row[] {
    return this.#tables.of(room).all(room);
  }

  lastMessage(room: number): Row | null {
    return this.#tables.of(room).lastMessage(room);
  }

  countAfter(room: number, order: number): number {
    return this.#tables.of(room).countAfter(room, order);
  }

  remove(room: number, ids: readonly string[]): void {
    this.#tables.of(room).remove(room, ids);
  }

  removeAll(room: number): void {
    this.#tables.of(room).removeAll(room);
  }

  page(room: number, from: TimelineFrom, limit: number): TimelinePage | null {
    return this.#tables.of(room).page(room, from, limit);
  }

  tidy(): boolean {
    const { disk, memory } = this.#tables;
    const more = [disk.tidy(), memory.tidy()];
    return more.includes(true);
  }

  due(at: number): { room: number; ids: string[] }[] {
    const { disk, memory } = this.#tables;
    return [...disk.due(at), ...memory.due(at)];
  }

  nextExpiry(): number | null {
    const { disk, memory } = this.#tables;
    const next = [disk.nextExpiry(), memory.nextExpiry()].filter((at) => at !== null);
    return next.length > 0 ? Math.min(...next) : null;
  }

  search(search: Search): Hit[] {
    if (search.room !== undefined) return this.#tables.of(search.room).search(search);
    const { disk, memory } = this.#tables;
    return newestFirst(disk.search(search), memory.search(search)).slice(0, search.limit);
  }

  /** What was written of a room before it was known to be off the record: notices. */
  moveToMemory(room: number): void {
    const { disk, memory } = this.#tables;
    const rows = disk.all(room);
    for (const row of rows) memory.write(room, row);
    disk.remove(
      room,
      rows.map(({ id }) => id),
    );
  }
}

/**
 * Both are sorted, each by when its messages were written. That of one says nothing to the other, and shall not: the
 * numbers in a file would count what is said off the record. Their times decide.
 */
function newestFirst(ones: readonly Hit[], others: readonly Hit[]): Hit[] {
  const merged: Hit[] = [];
  let next = 0;
  for (const one of ones) {
    while (true) {
      const other = others[next];
      if (!other || other.row.at <= one.row.at) break;
      merged.push(other);
      next += 1;
    }
    merged.push(one);
  }
  return [...merged, ...others.slice(next)];
}
