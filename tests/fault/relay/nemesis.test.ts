import { expect, it } from 'vitest';
import { seededRandom } from '../seededRandom.ts';
import type { Fault } from './fault.ts';
import { describeStep, schedule, wreak } from './nemesis.ts';

const nothing = () => {};
const faults: Fault[] = ['one', 'two', 'three'].flatMap((target) =>
  (['kill', 'cut', 'hold'] as const).map((kind) => ({ kind, target, begin: nothing, end: nothing })),
);
const size = { lengthMs: 1_000, steps: 12 };

it('makes the same schedule of the same seed, and another of another', () => {
  const of = (seed: number) => schedule(faults, seededRandom(seed), size).map(describeStep);
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

it('draws every fault of every target, and never two of one target at a time', () => {
  const drawn = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const steps = schedule(faults, seededRandom(seed), size);
    for (const [index, { fault, atMs, forMs }] of steps.entries()) {
      drawn.add(`${fault.kind} ${fault.target}`);
      const later = steps.slice(index + 1).filter((other) => other.fault.target === fault.target);
      expect(later.every((other) => other.atMs > atMs + forMs)).toBe(true);
    }
  }
  expect(drawn.size).toBe(faults.length);
});

it('begins a fault when the one before it at the same target is over, however long that takes', async () => {
  const said: string[] = [];
  const slow = Promise.withResolvers<void>();
  const fault = (name: string, end: () => Promise<void> | void): Fault => ({
    ...{ kind: 'kill', target: 'one' },
    begin: () => void said.push(`begin ${name}`),
    end: async () => {
      await end();
      said.push(`end ${name}`);
    },
  });
  const done = wreak([
    { fault: fault('first', () => slow.promise), atMs: 0, forMs: 1 },
    { fault: fault('second', nothing), atMs: 5, forMs: 1 },
  ]);
  setTimeout(() => slow.resolve(), 30);
  await done;
  expect(said).toEqual(['begin first', 'end first', 'begin second', 'end second']);
});
