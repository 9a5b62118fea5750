/** Ids of new entries of one room, as map keys, with their `seq`; in its order. */
export interface AddedIds {
  readonly room: number;
  readonly ids: ReadonlyMap<string, number>;
}

/** What one transaction does for the index of entry ids. */
export interface IndexStep {
  /** Counts the transactions that add ids, from 1. */
  readonly number: number;
  readonly added: readonly AddedIds[];
  /** Put into the index. */
  readonly indexed: readonly { readonly room: number; readonly id: string; readonly seq: number }[];
  /** With this step everything is in the index that was added up to the step with this number. */
  readonly completed: number | undefined;
}

/** Map keys of ids with their `seq`, by room. */
type IdsByRoom = Map<number, Map<string, number>>;
type Turn = { readonly room: number; readonly id: string };

/**
 * Ids of entries that are stored and not yet in the index. Ids are random: an index that takes each with its entry
 * writes a page for nearly every entry. So they are gathered, and when there are enough put into the index in its
 * order, with each transaction a few more than it adds. Thereby their number is bounded, and no transaction is long.
 *
 * Only what was committed changes it: a transaction carries out a `step`, and then the step is `taken`.
 */
export class UnindexedIds {
  readonly #idsAtOnce: number;
  #steps = 0;
  #gathered: IdsByRoom = new Map();
  /** So many were gathered, also such as are gone again. */
  #count = 0;
  /** Those whose turn it is; they were added up to the step with this number. */
  #leaving:
    | { readonly ids: IdsByRoom; readonly turns: Iterator<Turn, void>; readonly upTo: number }
    | undefined;
  /** Turns of a step that was not taken. */
  #again: Turn[] = [];

  /** So many wait before their turn begins; with more of them, more fall on one page of the index. */
  constructor(idsAtOnce: number) {
    this.#idsAtOnce = idsAtOnce;
  }

  seqOf(room: number, id: string): number | undefined {
    return this.#gathered.get(room)?.get(id) ?? this.#leaving?.ids.get(room)?.get(id);
  }

  step(added: readonly AddedIds[]): IndexStep {
    const count = countIds(added);
    const isLast = this.#callTurns(count + Math.ceil(count / 8));
    const indexed = this.#again.flatMap(({ room, id }) => {
      const seq = this.#leaving?.ids.get(room)?.get(id);
      return seq === undefined ? [] : [{ room, id, seq }];
    });
    return { number: this.#steps + 1, added, indexed, completed: isLast ? this.#leaving?.upTo : undefined };
  }

  /** The step's transaction was committed. */
  taken({ number, added, indexed, completed }: IndexStep): void {
    this.#steps = number;
    this.#again = [];
    for (const { room, id } of indexed) this.#leaving?.ids.get(room)?.delete(id);
    if (completed !== undefined) this.#leaving = undefined;
    for (const { room, ids } of added) {
      const gathered = this.#gathered.get(room);
      if (gathered === undefined) this.#gathered.set(room, new Map(ids));
      else for (const [id, seq] of ids) gathered.set(id, seq);
    }
    this.#count += countIds(added);
    if (this.#leaving === undefined && this.#count >= this.#idsAtOnce) this.#beginTurns();
  }

  /** The room's entries up to this `seq` are gone. */
  pruned(room: number, upTo: number): void {
    deleteUpTo(this.#gathered.get(room), upTo);
    deleteUpTo(this.#leaving?.ids.get(room), upTo);
  }

  /** The room is gone, and its number may be given to another. */
  forget(room: number): void {
    this.#gathered.delete(room);
    this.#leaving?.ids.delete(room);
  }

  /** Until there are so many; true when these were the last. */
  #callTurns(most: number): boolean {
    while (this.#leaving && this.#again.length < most) {
      const turn = this.#leaving.turns.next();
      if (turn.done) return true;
      this.#again.push(turn.value);
    }
    return false;
  }

  #beginTurns(): void {
    const ids = this.#gathered;
    this.#leaving = { ids, turns: inOrderOfIndex(ids), upTo: this.#steps };
    this.#gathered = new Map();
    this.#count = 0;
  }
}

function* inOrderOfIndex(rooms: IdsByRoom): Generator<Turn, void> {
  for (const room of Float64Array.from(rooms.keys()).sort()) {
    for (const ids of parted([...(rooms.get(room)?.keys() ?? [])])) {
      for (const id of ids.sort()) yield { room, id };
    }
  }
}

/** By the first byte: many are sorted a part at a time, since all at once take too long. */
function parted(ids: string[]): string[][] {
  if (ids.length < 256) return [ids];
  const parts = Array.from({ length: 256 }, (): string[] => []);
  for (const id of ids) parts[id.charCodeAt(0)]?.push(id);
  return parts;
}

function countIds(added: readonly AddedIds[]): number {
  return added.reduce((sum, { ids }) => sum + ids.size, 0);
}

function deleteUpTo(ids: Map<string, number> | undefined, upTo: number): void {
  for (const [id, seq] of ids ?? []) {
    // In order of `seq`.
    if (seq > upTo) return;
    ids?.delete(id);
  }
}
