import { plain } from './terminal.ts';

export type Chosen<Value> = { ok: true; value: Value } | { ok: false; message: string };

/** How the candidates of one kind are named on the command line. */
export interface Naming<Value> {
  /** `room`, `member`: for sentences. */
  readonly what: string;
  /** The command that lists them. */
  readonly listedBy: string;
  idOf(value: Value): string;
  /** None has a name where nothing is given; null: this one has none. */
  nameOf?(value: Value): string | null;
}

/** By id, by a name that only one has, or by the beginning of only one's id. */
export function choose<Value>(all: readonly Value[], wanted: string, naming: Naming<Value>): Chosen<Value> {
  const { what, listedBy, idOf, nameOf } = naming;
  const exact = all.find((value) => idOf(value) === wanted);
  if (exact !== undefined) return { ok: true, value: exact };
  const named = all.filter((value) => nameOf?.(value) === wanted);
  const candidates =
    named.length > 0 ? named : all.filter((value) => wanted !== '' && idOf(value).startsWith(wanted));
  const [value, ...others] = candidates;
  if (value === undefined) {
    return { ok: false, message: `there is no ${what} "${plain(wanted)}"; otr ${listedBy} shows them` };
  }
  if (others.length === 0) return { ok: true, value };
  const ids = candidates.map(idOf).join(', ');
  return { ok: false, message: `"${plain(wanted)}" may mean several ${what}s: ${ids}; give the id` };
}
