import type { Entry, ProblemCode, WireError } from '@otr/protocol';
import { backoff, politeBackoff } from './link.ts';

/**
 * How far a room is in step with its relay, drawn in docs/protocol/state-machines.md. Pure: state, input → state,
 * effects. What the entries mean is for `applyMessage` and `applyCommit` to say.
 */
export type RoomState =
  /** No connection. */
  | { readonly phase: 'away' }
  /** `enterRoom` is under way (after `createRoom` where the room is new). */
  | { readonly phase: 'entering'; readonly failures: number }
  /** `fetch` is under way; the relay has told of entries up to `head`. */
  | { readonly phase: 'catchingUp'; readonly failures: number; readonly head: number }
  | { readonly phase: 'live' }
  /** A request failed; the timer runs until it is tried again. */
  | { readonly phase: 'waiting'; readonly failures: number; readonly retry: Retry };

export type Retry = 'enter' | 'fetch';

/** Where the log stands after what was just processed. */
export interface Standing {
  readonly cursor: number;
  /** The connection has entered with the access key of our epoch: no commit was processed since (A4). */
  readonly current: boolean;
}

export type RoomInput =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  | ({ readonly kind: 'entered'; readonly head: number; readonly luck: number } & Standing)
  /** `before`: the cursor when it was asked for. */
  | ({
      readonly kind: 'fetched';
      readonly head: number;
      readonly before: number;
      readonly luck: number;
    } & Standing)
  | { readonly kind: 'refused'; readonly error: WireError; readonly luck: number }
  /** Entries that we have not processed are no longer kept: what `enterRoom` tells is needed to go on. */
  | { readonly kind: 'expired'; readonly luck: number }
  /** There are entries up to `head` at the relay that did not come by themselves. */
  | ({ readonly kind: 'behind'; readonly head: number } & Standing)
  /** Live entries were processed. */
  | ({ readonly kind: 'processed' } & Standing)
  | ({ readonly kind: 'timeout' } & Standing);

export type RoomEffect =
  | { readonly kind: 'enter' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** The outbox may send. */
  | { readonly kind: 'inStep' }
  | { readonly kind: 'outOfStep' }
  /** The room does not go on for now; the sentence says why. */
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'alarm'; readonly problem: ProblemCode; readonly seq: number };

export interface RoomStep {
  readonly state: RoomState;
  readonly effects: readonly RoomEffect[];
}

/** So many answers that do not fill a hole are an alarm. */
const patience = 3;

const sentences = {
  rolledBack:
    'The relay shows an older state of this room than it did before. Nothing is taken from it until it is back.',
  withheld: 'The relay announces messages in this room and does not hand them over. It is asked again.',
};

export const awayRoom: RoomState = { phase: 'away' };

export function stepRoom(state: RoomState, input: RoomInput): RoomStep {
  if (input.kind === 'disconnected') return { state: awayRoom, effects: [{ kind: 'outOfStep' }] };
  if (input.kind === 'connected') {
    return { state: { phase: 'entering', failures: 0 }, effects: [{ kind: 'outOfStep' }, { kind: 'enter' }] };
  }
  switch (state.phase) {
    case 'away':
      return same(state);
    case 'entering':
      if (input.kind === 'entered') return goOn(input, input.head, state.failures, input.luck);
      if (input.kind === 'refused') return refused('enter', state.failures, input);
      return same(state);
    case 'catchingUp':
      if (input.kind === 'fetched') return fetched(state, input);
      if (input.kind === 'refused') return refused('fetch', state.failures, input);
      if (input.kind === 'expired') return wait('enter', state.failures + 1, input.luck);
      if (input.kind === 'behind') return same({ ...state, head: Math.max(state.head, input.head) });
      return same(state);
    case 'live':
      if (input.kind === 'behind') return fetchUpTo(input.head, 0);
      if (input.kind !== 'processed') return same(state);
      return input.current ? live() : enterAgain(0);
    case 'waiting':
      return input.kind === 'timeout' ? tryAgain(state, input) : same(state);
  }
}

/** A batch of live entries against the cursor (L6): what was processed before, what is next, whether a hole is before it. */
export function splitBatch(entries: readonly Entry[], cursor: number) {
  const known = entries.filter(({ seq }) => seq <= cursor);
  const next: Entry[] = [];
  for (const entry of entries) {
    if (entry.seq === cursor + 1 + next.length) next.push(entry);
  }
  const head = entries.reduce((highest, { seq }) => Math.max(highest, seq), 0);
  return { known, next, hole: head > cursor + next.length, head };
}

function goOn(standing: Standing, head: number, failures: number, luck: number): RoomStep {
  if (head < standing.cursor) return rolledBack(standing.cursor, 'enter', failures, luck);
  if (head > standing.cursor) return fetchUpTo(head, failures);
  return standing.current ? live() : enterAgain(failures);
}

function fetched(
  state: Extract<RoomState, { phase: 'catchingUp' }>,
  input: Extract<RoomInput, { kind: 'fetched' }>,
): RoomStep {
  const { cursor, luck } = input;
  if (input.head < cursor) return rolledBack(cursor, 'fetch', state.failures, luck);
  const head = Math.max(state.head, input.head);
  if (cursor > input.before || cursor === head) return goOn(input, head, state.failures, luck);

  const failures = state.failures + 1;
  const waiting = wait('fetch', failures, luck);
  if (failures < patience) return waiting;
  const alarm: RoomEffect = { kind: 'alarm', problem: 'entryWithheld', seq: cursor + 1 };
  const stop: RoomEffect = { kind: 'stop', reason: sentences.withheld };
  return { state: waiting.state, effects: [{ kind: 'outOfStep' }, alarm, stop, ...waiting.effects] };
}

function wait(retry: Retry, failures: number, luck: number): RoomStep {
  return {
    state: { phase: 'waiting', failures, retry },
    effects: [{ kind: 'wait', milliseconds: backoff(failures, luck) }],
  };
}

function rolledBack(cursor: number, retry: Retry, failures: number, luck: number): RoomStep {
  return {
    state: { phase: 'waiting', failures: failures + 1, retry },
    effects: [
      { kind: 'outOfStep' },
      { kind: 'alarm', problem: 'logRolledBack', seq: cursor },
      { kind: 'stop', reason: sentences.rolledBack },
      { kind: 'wait', milliseconds: backoff(failures + 4, luck) },
    ],
  };
}

/** Passing troubles are waited out in silence; anything else stops the room with the relay's own sentence. */
function refused(retry: Retry, before: number, input: Extract<RoomInput, { kind: 'refused' }>): RoomStep {
  const failures = before + 1;
  const { code, message, retryAfter } = input.error;
  const passing = code === 'rateLimited' || code === 'relayUnreachable' || code === 'storageFailed';
  const milliseconds = politeBackoff(passing ? failures : failures + 4, input.luck, retryAfter);
  const effects: RoomEffect[] = [{ kind: 'wait', milliseconds }];
  if (!passing) effects.unshift({ kind: 'outOfStep' }, { kind: 'stop', reason: message });
  return { state: { phase: 'waiting', failures, retry }, effects };
}

function tryAgain(state: Extract<RoomState, { phase: 'waiting' }>, standing: Standing): RoomStep {
  const { failures } = state;
  switch (state.retry) {
    case 'enter':
      return { state: { phase: 'entering', failures }, effects: [{ kind: 'enter' }] };
    case 'fetch':
      return fetchUpTo(standing.cursor, failures);
  }
}

function fetchUpTo(head: number, failures: number): RoomStep {
  return { state: { phase: 'catchingUp', failures, head }, effects: [{ kind: 'fetch' }] };
}

/** The epoch has ended: the next one's access key opens what comes after its commit. */
function enterAgain(failures: number): RoomStep {
  return { state: { phase: 'entering', failures }, effects: [{ kind: 'outOfStep' }, { kind: 'enter' }] };
}

function live(): RoomStep {
  return { state: { phase: 'live' }, effects: [{ kind: 'inStep' }] };
}

function same(state: RoomState): RoomStep {
  return { state, effects: [] };
}
