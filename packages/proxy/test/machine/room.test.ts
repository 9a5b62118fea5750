import { type MessageEntry, refuse } from '@otr/protocol';
import { expect, test } from 'vitest';
import {
  awayRoom,
  type RoomEffect,
  type RoomInput,
  type RoomState,
  splitBatch,
  stepRoom,
} from '../../src/machine/room.ts';

const entering: RoomState = { phase: 'entering', failures: 0 };
const catchingUp: RoomState = { phase: 'catchingUp', failures: 0, head: 9 };
const live: RoomState = { phase: 'live' };
const waiting = (retry: 'enter' | 'fetch'): RoomState => ({
  phase: 'waiting',
  failures: 1,
  retry,
});

const at = (cursor: number, current = true) => ({ cursor, current });
const refusal = (code: Parameters<typeof refuse>[0]): RoomInput => ({
  kind: 'refused',
  error: refuse(code, 'No.').error,
  luck: 1,
});
const entered = (head: number, cursor: number, current = true): RoomInput => ({
  kind: 'entered',
  head,
  luck: 1,
  ...at(cursor, current),
});
const fetched = (before: number, cursor: number, head: number, current = true): RoomInput => ({
  kind: 'fetched',
  before,
  head,
  luck: 1,
  ...at(cursor, current),
});

type Line = [string, RoomState, RoomInput, RoomState['phase'], RoomEffect['kind'][]];

const table: Line[] = [
  ['away × connected', awayRoom, { kind: 'connected' }, 'entering', ['outOfStep', 'enter']],
  ['away × processed', awayRoom, { kind: 'processed', ...at(3) }, 'away', []],
  ['live × disconnected', live, { kind: 'disconnected' }, 'away', ['outOfStep']],
  ['live × connected (again)', live, { kind: 'connected' }, 'entering', ['outOfStep', 'enter']],
  ['entering × entered, in step', entering, entered(5, 5), 'live', ['inStep']],
  ['entering × entered, behind', entering, entered(9, 5), 'catchingUp', ['fetch']],
  [
    '[A4] entering × entered, a commit came meanwhile: with the next access key',
    entering,
    entered(5, 5, false),
    'entering',
    ['outOfStep', 'enter'],
  ],
  [
    '[M9] entering × an older head',
    entering,
    entered(4, 5),
    'waiting',
    ['outOfStep', 'alarm', 'stop', 'wait'],
  ],
  ['entering × roomNotFound', entering, refusal('roomNotFound'), 'waiting', ['outOfStep', 'stop', 'wait']],
  ['entering × rateLimited', entering, refusal('rateLimited'), 'waiting', ['wait']],
  ['entering × processed', entering, { kind: 'processed', ...at(5) }, 'entering', []],
  ['catchingUp × fetched in part', catchingUp, fetched(3, 6, 9), 'catchingUp', ['fetch']],
  ['catchingUp × fetched all', catchingUp, fetched(3, 9, 9), 'live', ['inStep']],
  [
    '[A4] catchingUp × fetched up to a commit',
    catchingUp,
    fetched(3, 9, 9, false),
    'entering',
    ['outOfStep', 'enter'],
  ],
  ['[M9] catchingUp × a hole', catchingUp, fetched(3, 3, 9), 'waiting', ['wait']],
  [
    '[M9] catchingUp × an older head',
    catchingUp,
    fetched(3, 3, 2),
    'waiting',
    ['outOfStep', 'alarm', 'stop', 'wait'],
  ],
  [
    'catchingUp × expired: what entering tells is needed',
    catchingUp,
    { kind: 'expired', luck: 1 },
    'waiting',
    ['wait'],
  ],
  ['catchingUp × behind', catchingUp, { kind: 'behind', head: 12, ...at(3) }, 'catchingUp', []],
  ['catchingUp × relayUnreachable', catchingUp, refusal('relayUnreachable'), 'waiting', ['wait']],
  ['live × processed', live, { kind: 'processed', ...at(6) }, 'live', ['inStep']],
  [
    '[A4] live × processed a commit: with the next access key',
    live,
    { kind: 'processed', ...at(6, false) },
    'entering',
    ['outOfStep', 'enter'],
  ],
  ['[L6] live × behind', live, { kind: 'behind', head: 9, ...at(6) }, 'catchingUp', ['fetch']],
  ['waiting × timeout: enter', waiting('enter'), { kind: 'timeout', ...at(5) }, 'entering', ['enter']],
  ['waiting × timeout: fetch', waiting('fetch'), { kind: 'timeout', ...at(5) }, 'catchingUp', ['fetch']],
  ['waiting × processed', waiting('fetch'), { kind: 'processed', ...at(5) }, 'waiting', []],
];

test.each(table)('%s', (_title, state, input, phase, effects) => {
  const step = stepRoom(state, input);
  expect(step.state.phase).toBe(phase);
  expect(step.effects.map(({ kind }) => kind)).toEqual(effects);
});

test('[M9] a hole that three answers did not fill is an alarm at its place, and is asked for ever more slowly', () => {
  let state: RoomState = catchingUp;
  const alarms: RoomEffect[] = [];
  const delays: number[] = [];
  for (let round = 0; round < 5; round++) {
    const step = stepRoom(state, fetched(3, 3, 9));
    for (const effect of step.effects) {
      if (effect.kind === 'alarm') alarms.push(effect);
      if (effect.kind === 'wait') delays.push(effect.milliseconds);
    }
    state = stepRoom(step.state, { kind: 'timeout', ...at(3) }).state;
  }
  expect(alarms[0]).toEqual({ kind: 'alarm', problem: 'entryWithheld', seq: 4 });
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  expect(stepRoom(state, fetched(3, 9, 9)).state).toMatchObject(live);
});

test('a relay cannot make us wait so long that the timer overflows, nor for ever', () => {
  const error = refuse('rateLimited', 'Wait.', { retryAfter: 2 ** 40 }).error;
  const { effects } = stepRoom(catchingUp, { kind: 'refused', error, luck: 1 });
  expect(effects).toEqual([{ kind: 'wait', milliseconds: 600_000 }]);
});

test('a batch is split into what is known, what is next and whether there is a hole', () => {
  const body = new Uint8Array(1);
  const entry = (seq: number): MessageEntry => ({
    ...{ kind: 'message', seq, id: new Uint8Array(16), epoch: 1, slices: [], body },
  });
  const seqs = (entries: { seq: number }[]) => entries.map(({ seq }) => seq);
  const split = splitBatch([entry(2), entry(3), entry(4), entry(6)], 2);
  expect([seqs(split.known), seqs(split.next), split.hole, split.head]).toEqual([[2], [3, 4], true, 6]);
  expect(splitBatch([entry(3)], 2).hole).toBe(false);
  expect(splitBatch([], 2)).toMatchObject({ next: [], hole: false });
});
