import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { closeAll, otherThan, type Person, pair } from './wordsPair.ts';

afterEach(closeAll);

/** What one of two people does; `receives`: the next that the other has said. Random, so that starts, answers and stops cross. */
const act = fc.record({
  who: fc.constantFrom('alice', 'bob'),
  does: fc.oneof(
    { weight: 6, arbitrary: fc.constant('receives') },
    { weight: 3, arbitrary: fc.constant('enters') },
    { weight: 1, arbitrary: fc.constantFrom('starts', 'enters wrong', 'stops') },
  ),
});

test('[D8] in any order only right words verify, and afterwards two people can still verify each other', () => {
  // A failure prints its seed and the shortest list of acts that fails.
  const seed = Number(process.env['WORDS_SEED'] ?? 20_261_123);
  let verified = 0;
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => {
      const { alice, bob, deliver } = pair();
      const both = { alice, bob };
      for (const { who, does } of acts) perform(both[who], who === 'alice' ? bob : alice, does);
      deliver();
      for (const session of [...alice.verifiedSessions, ...bob.verifiedSessions]) {
        const drawn = alice.drawn.get(session) ?? bob.drawn.get(session);
        expect(alice.entered.get(session) ?? bob.entered.get(session)).toEqual(drawn);
        verified += 1;
      }
      expect(alice.talk.asking('bob') && bob.talk.asking('alice')).toBe(false);

      // Whoever is asked enters the last words of the other; where nobody is, Alice begins.
      if (!alice.talk.asking('bob') && !bob.talk.asking('alice')) alice.starts(bob);
      deliver();
      const [reader, writer] = bob.talk.asking('alice') ? [alice, bob] : [bob, alice];
      reader.told.length = 0;
      writer.told.length = 0;
      expect(writer.enters(reader, [...reader.drawn.values()].at(-1)?.join(' ') ?? '')).toBe('ok');
      deliver();
      expect(reader.told).toEqual([`${writer.name} verified`]);
      expect(writer.told).toEqual([`${reader.name} verified`]);
      alice.talk.clear();
      bob.talk.clear();
    }),
    { seed, numRuns: 300 },
  );
  expect(verified).toBeGreaterThan(20); // else the loop shows nothing
});

function perform(own: Person, other: Person, does: string): void {
  if (does === 'starts') own.starts(other);
  if (does === 'stops') own.talk.stop(other.name);
  if (does === 'receives') {
    const content = other.sent.shift();
    if (content) own.receives(other, content);
  }
  if (!does.startsWith('enters')) return;
  const words = [...other.drawn.values()].at(-1) ?? ['abandon', 'zoo', 'oyster'];
  own.enters(other, (does === 'enters' ? words : otherThan(words)).join(' '));
}
