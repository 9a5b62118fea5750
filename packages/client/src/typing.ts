import type { LocalMessage, Row } from '@otr/protocol';
import type { Typist, View } from './view.ts';

/** Who types says so every three seconds; one lost hint is bridged. */
const fadesAfterMs = 7_000;

export function typed(view: View, { room, key, name }: LocalMessage<'typing'>, at: number): View {
  const others = (view.typing.get(room) ?? []).filter((typist) => typist.key !== key);
  return withTypists(view, room, [...others, { key, name, until: at + fadesAfterMs }]);
}

/** Whose message has come types no more. */
export function stoppedTyping(view: View, room: string, rows: readonly Row[]): View {
  const typists = view.typing.get(room);
  if (typists === undefined) return view;
  const spoke = new Set(rows.map((row) => (row.kind === 'message' ? row.from : null)));
  const still = typists.filter((typist) => !spoke.has(typist.key));
  return still.length === typists.length ? view : withTypists(view, room, still);
}

/** The view at this time: who has said nothing for a while types no more. */
export function typingAt(view: View, at: number): View {
  let now = view;
  for (const [room, typists] of view.typing) {
    const still = typists.filter((typist) => typist.until > at);
    if (still.length < typists.length) now = withTypists(now, room, still);
  }
  return now;
}

/** When the next one fades, for a timer; null: nobody types. */
export function nextFade(view: View): number | null {
  const times = [...view.typing.values()].flat().map((typist) => typist.until);
  return times.length === 0 ? null : Math.min(...times);
}

function withTypists(view: View, room: string, typists: readonly Typist[]): View {
  const typing = new Map(view.typing);
  if (typists.length === 0) typing.delete(room);
  else typing.set(room, typists);
  return { ...view, typing };
}
