import { afterEach, expect, test, vi } from 'vitest';
import type * as cpace from '../../src/core/words/cpace.ts';
import { closeAll, otherThan, pair } from './wordsPair.ts';

/** The very arrays that secrets lie in, as CPace gets and gives them. */
const secrets: Uint8Array[] = [];

vi.mock('../../src/core/words/cpace.ts', async (importOriginal) => {
  const real = await importOriginal<typeof cpace>();
  const note = <Bytes extends Uint8Array | null>(bytes: Bytes): Bytes => {
    if (bytes) secrets.push(bytes);
    return bytes;
  };
  return {
    ...real,
    calculateGenerator: (setting: cpace.Setting) => {
      note(setting.password);
      return note(real.calculateGenerator(setting));
    },
    shareOf: (scalar: Uint8Array, generator: Uint8Array) => real.shareOf(note(scalar), generator),
    sessionKey: (...given: Parameters<typeof real.sessionKey>) => note(real.sessionKey(...given)),
  };
});

afterEach(() => {
  closeAll();
  secrets.length = 0;
});

type Pair = ReturnType<typeof pair>;

/** Each begins after Alice's start has been received, and ends the exchange. */
const ends: [string, (people: Pair, words: string[]) => void][] = [
  ['verified', ({ alice, bob }, words) => void bob.enters(alice, words.join(' '))],
  ['ended by a wrong word', ({ alice, bob }, words) => void bob.enters(alice, otherThan(words).join(' '))],
  ['given up by the starter', ({ alice }) => void alice.talk.stop('bob')],
  ['given up by the other', ({ bob }) => void bob.talk.stop('alice')],
  ['cut off by the room’s end', ({ alice }) => alice.talk.clear()],
];

test.each(ends)('[D8] an exchange that was %s leaves no secret in memory', (_how, end) => {
  const people = pair();
  const words = people.alice.starts(people.bob);
  people.deliver();
  expect(secrets.filter(isWiped)).toHaveLength(2); // password and generator
  expect(secrets.filter((bytes) => !isWiped(bytes))).toHaveLength(1); // the scalar, until the answer comes
  end(people, words);
  people.deliver();
  expect(secrets.filter((bytes) => !isWiped(bytes))).toEqual([]);
});

function isWiped(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
