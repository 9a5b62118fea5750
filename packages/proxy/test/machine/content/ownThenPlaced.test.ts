import type { Content } from '@otr/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ContentPlace } from '../../../src/machine/applyContent.ts';
import { deletion, edit, openTimeline, place, reaction, said, text, waiting } from './room.ts';

const timed: ContentPlace = { ...place, disappearAfter: 60_000 };
const voices = {
  own: { from: 'ada', name: 'Ada', own: true },
  other: { from: 'bob', name: 'Bob', own: false },
};

const words = fc.constantFrom('tea', 'milk', 'sugar');
const emoji = fc.constantFrom('👍', '🎉', '😀');
/** Something said at a place of the log, about one of those before it: nobody knows of what is not there yet. */
const spoken = fc.record({
  by: fc.constantFrom('own' as const, 'other' as const),
  about: fc.nat(),
  say: fc.oneof(
    words.map((one) => () => text(one)),
    words.map((one) => (target: string) => text(one, target)),
    words.map((one) => (target: string) => edit(target, one)),
    fc.constant(deletion),
    fc.tuple(emoji, fc.boolean()).map(
      ([one, on]) =>
        (target: string) =>
          reaction(target, one, on),
    ),
  ),
});
type Entry = { by: 'own' | 'other'; content: Content };
const log = fc.array(spoken, { minLength: 1, maxLength: 25 }).map((all) =>
  all.map(
    ({ by, about, say }, index): Entry => ({
      by,
      content: index === 0 ? text('tea') : say(`m${1 + (about % index)}`),
    }),
  ),
);

/**
 * Two things are as they came here, not as they stand in the log: in which order emoji and members are shown, and how
 * an answered message read (an own change that waits is seen here first).
 */
function settled(timeline: ReturnType<typeof openTimeline>) {
  return [...timeline.rows.values()]
    .map((row) => {
      if (row.kind !== 'message') return row;
      const reactions = (row.reactions ?? [])
        .map((one) => ({ ...one, from: [...one.from].sort() }))
        .sort((a, b) => (a.emoji < b.emoji ? -1 : 1));
      return { ...row, reactions, replyTo: row.replyTo?.id };
    })
    .sort((a, b) => a.order - b.order);
}

/**
 * One person's own content waits `ahead` places before it gets to its own, as it does while the relay is away; the
 * other reads the log alone.
 */
function play(entries: readonly Entry[], ahead: number) {
  const timeline = openTimeline();
  const show = (index: number, placed: boolean) => {
    const entry = entries[index];
    if (entry === undefined) return;
    const one = said(index + 1, voices[entry.by]);
    timeline.apply(placed ? one : waiting(one, index), entry.content, timed);
  };
  let shown = 0;
  for (let index = 0; index < entries.length; index += 1) {
    for (; shown <= index + ahead && ahead > 0; shown += 1) {
      if (entries[shown]?.by === 'own') show(shown, false);
    }
    show(index, true);
  }
  return timeline;
}

it.each([0, 1, 3, 30])(
  'own content that was shown %i places ahead ends as if it had been placed only',
  (ahead) => {
    fc.assert(
      fc.property(log, (entries) => {
        expect(settled(play(entries, ahead + 1))).toEqual(settled(play(entries, 0)));
      }),
      { seed: 20_261_123 + ahead, numRuns: 400 },
    );
  },
);

it('what was shown when stored is what is shown at its place, but for seq, order and delivery', () => {
  fc.assert(
    fc.property(log, (entries) => {
      const timeline = play(entries.slice(0, -1), 0);
      const last = entries.at(-1)?.content ?? text('tea');
      const one = said(entries.length, { ...voices.own, recipients: ['bob'] });
      const ahead = openTimeline();
      ahead.write(...timeline.rows.values());
      const stored = ahead.apply(waiting(one, 1), last, timed);
      const placed = timeline.apply(one, last, timed);
      const { seq, order, delivery } = one;
      const moved = stored.map((row) => (row.id === one.id ? { ...row, seq, order, delivery } : row));
      expect(moved).toEqual(placed);
      ahead.apply(one, last, timed);
      expect(settled(ahead)).toEqual(settled(timeline));
    }),
    { seed: 7, numRuns: 400 },
  );
});

it('every member ends with the same rows, whoever it is', () => {
  const others = { own: voices.own, other: voices.other };
  fc.assert(
    fc.property(log, (entries) => {
      const readAs = (mine: 'own' | 'other') => {
        const timeline = openTimeline();
        for (const [index, entry] of entries.entries()) {
          const voice = { ...others[entry.by], own: entry.by === mine };
          timeline.apply(said(index + 1, voice), entry.content, timed);
        }
        return [...timeline.rows.values()].map((row) => ({ ...row, own: null }));
      };
      expect(readAs('own')).toEqual(readAs('other'));
    }),
    { seed: 11, numRuns: 400 },
  );
});
