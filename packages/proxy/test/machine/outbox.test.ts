import { refuse } from '@otr/protocol';
import { expect, test } from 'vitest';
import {
  type OutboxEffect,
  type OutboxInput,
  type OutboxState,
  outboxOf,
  stepOutbox,
} from '../../src/machine/outbox.ts';

const waiting = (id: string, sealedFor: number | null = null) => ({
  ...{ id, sealedFor, acknowledged: null, free: false },
});
const queued = (id: string, more = {}): OutboxInput => ({
  ...{ kind: 'queued', id, first: false, free: false },
  ...more,
});
const refusal = (code: Parameters<typeof refuse>[0], more = {}): OutboxInput => ({
  kind: 'refused',
  id: 'a',
  error: refuse(code, 'No.', more).error,
  luck: 1,
});

function outbox(change: Partial<OutboxState> = {}): OutboxState {
  return { ...outboxOf([waiting('a'), waiting('b')]), epoch: 3, ...change };
}
const sent = outbox({ gate: 'open', inFlight: 'a', items: [waiting('a', 3), waiting('b')] });

type Line = [
  title: string,
  state: OutboxState,
  input: OutboxInput,
  after: Partial<OutboxState>,
  effects: OutboxEffect[],
];

const table: Line[] = [
  ['closed × queued: kept', outbox(), queued('c'), { inFlight: null }, []],
  [
    'closed × inStep: the first is sealed for the epoch',
    outbox(),
    { kind: 'inStep', epoch: 4 },
    { gate: 'open', inFlight: 'a' },
    [{ kind: 'seal', id: 'a', epoch: 4 }],
  ],
  [
    '[M11] closed × inStep: what is sealed for this epoch is sent as it is',
    outbox({ items: [waiting('a', 4), waiting('b')] }),
    { kind: 'inStep', epoch: 4 },
    { inFlight: 'a' },
    [{ kind: 'send', id: 'a' }],
  ],
  ['in flight × queued: waits its turn', sent, queued('c'), { inFlight: 'a' }, []],
  [
    '[D3] what comes first goes before what waits, and after what is under way',
    sent,
    queued('c', { first: true }),
    { items: [waiting('a', 3), waiting('c'), waiting('b')] },
    [],
  ],
  [
    '[D3] what comes first goes before all where nothing is under way',
    outbox(),
    queued('c', { first: true }),
    { items: [waiting('c'), waiting('a'), waiting('b')] },
    [],
  ],
  [
    '[D6] held × inStep: nothing that a person wrote goes',
    outbox({ held: true }),
    { kind: 'inStep', epoch: 4 },
    { gate: 'open', inFlight: null },
    [],
  ],
  [
    '[D6] held × queued: what a person did not write goes',
    outbox({ gate: 'open', held: true }),
    queued('c', { first: true, free: true }),
    { inFlight: 'c' },
    [{ kind: 'seal', id: 'c', epoch: 3 }],
  ],
  [
    '[D6] held × released: the first goes',
    outbox({ gate: 'open', held: true }),
    { kind: 'held', held: false },
    { held: false, inFlight: 'a' },
    [{ kind: 'seal', id: 'a', epoch: 3 }],
  ],
  [
    '[D6] open × held: what is under way stays so, nothing follows it',
    sent,
    { kind: 'held', held: true },
    { held: true, inFlight: 'a' },
    [],
  ],
  ['queued twice is one item', sent, queued('b'), { items: sent.items }, []],
  [
    'in flight × acknowledged: the first stays, and the next waits, until the log shows it',
    sent,
    { kind: 'acknowledged', id: 'a', seq: 9 },
    { inFlight: null, items: [{ ...waiting('a', 3), acknowledged: 9 }, waiting('b')] },
    [],
  ],
  ['an acknowledgement of another id is nothing', sent, { kind: 'acknowledged', id: 'b', seq: 9 }, sent, []],
  [
    '[M12] in flight × epochConflict: nothing goes',
    sent,
    refusal('epochConflict'),
    { gate: 'behind', inFlight: null },
    [{ kind: 'catchUp' }],
  ],
  [
    '[L9] [M12] in flight × epochConflict whose epoch the log has reached: sealed anew at once',
    { ...sent, epoch: 4 },
    refusal('epochConflict', { epoch: 4 }),
    { gate: 'open', inFlight: 'a', items: [waiting('a', 4), waiting('b')] },
    [{ kind: 'seal', id: 'a', epoch: 4 }],
  ],
  [
    '[M12] in flight × epochConflict whose epoch the log has not reached: nothing goes',
    { ...sent, epoch: 4 },
    refusal('epochConflict', { epoch: 5 }),
    { gate: 'behind', inFlight: null },
    [{ kind: 'catchUp' }],
  ],
  [
    'in flight × epochConflict for the epoch that it was sealed for: nothing goes',
    sent,
    refusal('epochConflict', { epoch: 3 }),
    { gate: 'behind', inFlight: null },
    [{ kind: 'catchUp' }],
  ],
  [
    '[A3] in flight × notAuthorised: the epoch has ended, and the log tells',
    sent,
    refusal('notAuthorised'),
    { gate: 'behind' },
    [{ kind: 'catchUp' }],
  ],
  [
    '[M12] behind × inStep: sealed anew under the same id',
    outbox({ gate: 'behind', items: [waiting('a', 3), waiting('b')] }),
    { kind: 'inStep', epoch: 4 },
    { gate: 'open', inFlight: 'a' },
    [{ kind: 'seal', id: 'a', epoch: 4 }],
  ],
  [
    'in flight × rateLimited: waits as long as it is told',
    sent,
    refusal('rateLimited', { retryAfter: 7_000 }),
    { gate: 'waiting', inFlight: null, problem: null },
    [{ kind: 'wait', milliseconds: 7_000 }],
  ],
  [
    'in flight × any other refusal: kept, and said',
    sent,
    refusal('tooLarge'),
    { gate: 'waiting', items: sent.items, problem: refuse('tooLarge', 'No.').error },
    [{ kind: 'wait', milliseconds: 500 }],
  ],
  [
    'waiting × timeout: the same one again',
    outbox({ gate: 'waiting', items: [waiting('a', 3)] }),
    { kind: 'timeout' },
    { gate: 'open', inFlight: 'a' },
    [{ kind: 'send', id: 'a' }],
  ],
  ['closed × timeout: nothing', outbox(), { kind: 'timeout' }, { gate: 'closed' }, []],
  [
    'in flight × outOfStep: it is not known whether it arrived',
    sent,
    { kind: 'outOfStep' },
    { gate: 'closed', inFlight: null, items: sent.items },
    [],
  ],
  [
    '[M13] logged: what is at its place is forgotten, and the next goes',
    sent,
    { kind: 'logged', placed: ['a'], cursor: 9, epoch: 3, luck: 1 },
    { inFlight: 'b', items: [waiting('b', 3)] },
    [
      { kind: 'forget', id: 'a' },
      { kind: 'seal', id: 'b', epoch: 3 },
    ],
  ],
];

test.each(table)('%s', (_title, state, input, after, effects) => {
  const step = stepOutbox(state, input);
  expect(step.state).toMatchObject(after);
  expect(step.effects).toEqual(effects);
});

test('an acknowledged entry that the log denies is kept, said, and tried again later', () => {
  const acknowledged = stepOutbox(sent, { kind: 'acknowledged', id: 'a', seq: 9 }).state;
  const step = stepOutbox(acknowledged, { kind: 'logged', placed: [], cursor: 9, epoch: 3, luck: 1 });
  expect(step.state.items[0]).toEqual(waiting('a', 3));
  expect(step.state.gate).toBe('waiting');
  expect(step.effects.map(({ kind }) => kind)).toEqual(['withheld', 'wait']);
});

test('a relay cannot make us wait so long that the timer overflows, nor for ever', () => {
  const { effects } = stepOutbox(sent, refusal('rateLimited', { retryAfter: 2 ** 40 }));
  expect(effects).toEqual([{ kind: 'wait', milliseconds: 600_000 }]);
});

test('an acknowledged entry that never came is sent again on the next connection', () => {
  const acknowledged = stepOutbox(sent, { kind: 'acknowledged', id: 'a', seq: 9 }).state;
  const away = stepOutbox(acknowledged, { kind: 'outOfStep' }).state;
  expect(stepOutbox(away, { kind: 'inStep', epoch: 3 }).effects).toEqual([{ kind: 'send', id: 'a' }]);
});

test('a relay that always answers epochConflict is asked ever more slowly', () => {
  let state: OutboxState = sent;
  const delays: number[] = [];
  for (let round = 0; round < 8; round++) {
    const step = stepOutbox(state, refusal('epochConflict', { epoch: 3 }));
    for (const effect of step.effects) if (effect.kind === 'wait') delays.push(effect.milliseconds);
    const inStep = stepOutbox(step.state, { kind: 'inStep', epoch: 3 }).state;
    state = inStep.gate === 'waiting' ? stepOutbox(inStep, { kind: 'timeout' }).state : inStep;
  }
  expect(delays).toEqual([4_000, 8_000, 10_000, 10_000, 10_000]);
});

test('nothing is ever dropped: only the log takes an item out', () => {
  const inputs: OutboxInput[] = [
    { kind: 'inStep', epoch: 5 },
    refusal('internal'),
    refusal('epochConflict'),
    refusal('notAuthorised'),
    { kind: 'outOfStep' },
    { kind: 'timeout' },
    { kind: 'acknowledged', id: 'a', seq: 4 },
    { kind: 'logged', placed: [], cursor: 100, epoch: 3, luck: 0 },
  ];
  for (const first of inputs) {
    for (const second of inputs) {
      for (const third of inputs) {
        const end = [first, second, third].reduce((state, input) => stepOutbox(state, input).state, sent);
        expect(end.items.map(({ id }) => id)).toEqual(['a', 'b']);
      }
    }
  }
});
