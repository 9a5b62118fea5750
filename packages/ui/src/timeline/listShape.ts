import { unsentOrder } from '@otr/protocol';

interface Ordered {
  readonly id: string;
  readonly order: number;
}

/** How a list of rows came out of the one before, for the virtual list. */
export interface ListShape {
  readonly rows: readonly Ordered[];
  /** Rows were added at the start: the position is kept from the end. */
  readonly shift: boolean;
  /** Counts the windows: another one has nothing in common with the last, and begins at its own position. */
  readonly generation: number;
}

export function firstShape(rows: readonly Ordered[]): ListShape {
  return { rows, shift: false, generation: 0 };
}

export function nextShape(before: ListShape, rows: readonly Ordered[]): ListShape {
  const first = before.rows[0];
  if (first === undefined) return { rows, shift: false, generation: before.generation + 1 };
  if (rows[0]?.id === first.id) return { ...before, rows, shift: false };
  // Rows at the start are gone, their time was over: the rest keeps its position from the end.
  const next = rows[0];
  if (next !== undefined && before.rows.some((row) => row.id === next.id))
    return { ...before, rows, shift: true };
  const known = rows.some((row) => row.id === first.id);
  // An own message moves from its unsent order to its place: the list is still the same.
  if (!known && first.order < unsentOrder) return { rows, shift: false, generation: before.generation + 1 };
  return { ...before, rows, shift: rows.length > before.rows.length };
}
