import type { Content, WireError } from '@otr/protocol';
import { backoff, politeBackoff } from './link.ts';

/** One own envelope that is not yet at its place in the log. */
export interface OutboxItem {
  /** Entry id as text. */
  readonly id: string;
  /** The epoch it is sealed for; null before it is sealed. */
  readonly sealedFor: number | null;
  /** The place that the relay acknowledged; null before. */
  readonly acknowledged: number | null;
  /** It may go while the others are held: it says nothing that a person wrote. */
  readonly free: boolean;
}

/**
 * - `closed`: the room is not in step with the relay
 * - `open`: the next item may go
 * - `waiting`: the relay refused; a timer runs
 * - `behind`: the relay is at another epoch; nothing is sent until its log has been processed (M12)
 */
export type Gate = 'closed' | 'open' | 'waiting' | 'behind';

/**
 * Own envelopes in the order in which they were written. The next one goes when the one before is at its place in the
 * log, so that a refusal never lets a later one overtake. Nothing leaves it but what has been seen there (M11).
 */
export interface OutboxState {
  readonly gate: Gate;
  readonly epoch: number;
  readonly items: readonly OutboxItem[];
  readonly inFlight: string | null;
  /** Refusals in a row. */
  readonly failures: number;
  /** Somebody in the room is not who the person verified: what people say waits for a decision (D6). */
  readonly held: boolean;
  /** The last refusal that a person should know of. */
  readonly problem: WireError | null;
}

export type OutboxInput =
  /** `first`: before all others that are not under way. */
  | { readonly kind: 'queued'; readonly id: string; readonly first: boolean; readonly free: boolean }
  | { readonly kind: 'held'; readonly held: boolean }
  /** The room is in step with the relay, at this epoch. */
  | { readonly kind: 'inStep'; readonly epoch: number }
  | { readonly kind: 'outOfStep' }
  /** The epoch is over that all was sealed for; the room is in step again with the next one's access key. */
  | { readonly kind: 'epochOver' }
  | { readonly kind: 'acknowledged'; readonly id: string; readonly seq: number }
  | { readonly kind: 'refused'; readonly id: string; readonly error: WireError; readonly luck: number }
  /** The log was processed up to `cursor`, where the epoch is `epoch`; `placed` are the own ids that it holds. */
  | {
      readonly kind: 'logged';
      readonly placed: readonly string[];
      readonly cursor: number;
      readonly epoch: number;
      readonly luck: number;
    }
  | { readonly kind: 'timeout' };

export type OutboxEffect =
  /** Seal for the epoch, store, send. */
  | { readonly kind: 'seal'; readonly id: string; readonly epoch: number }
  /** Send what is stored. */
  | { readonly kind: 'send'; readonly id: string }
  | { readonly kind: 'forget'; readonly id: string }
  /** Process the log up to its head, then say `inStep`. */
  | { readonly kind: 'catchUp' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** The relay acknowledged a place where its log shows something else. */
  | { readonly kind: 'withheld'; readonly seq: number };

export interface OutboxStep {
  readonly state: OutboxState;
  readonly effects: readonly OutboxEffect[];
}

/** What a person did not write may go while sending waits for a decision. */
export function isFree({ kind }: Content): boolean {
  return kind === 'identify' || kind === 'words' || kind === 'leave';
}

export function outboxOf(items: readonly OutboxItem[]): OutboxState {
  return { gate: 'closed', epoch: 0, items, inFlight: null, failures: 0, held: false, problem: null };
}

export function stepOutbox(state: OutboxState, input: OutboxInput): OutboxStep {
  switch (input.kind) {
    case 'queued': {
      if (state.items.some(({ id }) => id === input.id)) return { state, effects: [] };
      const item = { id: input.id, sealedFor: null, acknowledged: null, free: input.free };
      return next({ ...state, items: input.first ? withFirst(state, item) : [...state.items, item] });
    }
    case 'held':
      return state.held === input.held ? { state, effects: [] } : next({ ...state, held: input.held });
    case 'inStep':
      return next({ ...state, gate: state.gate === 'waiting' ? 'waiting' : 'open', epoch: input.epoch });
    case 'outOfStep':
      // Whether it arrived, and stayed, is not known: the log or the next try under the same id tells (L3).
      return {
        state: { ...state, gate: 'closed', inFlight: null, items: unanswered(state.items) },
        effects: [],
      };
    case 'epochOver': {
      const items = state.items.map((item) => ({ ...item, sealedFor: null, acknowledged: null }));
      return { state: { ...state, gate: 'closed', inFlight: null, items }, effects: [] };
    }
    case 'acknowledged': {
      if (state.inFlight !== input.id) return { state, effects: [] };
      const items = changed(state.items, input.id, { acknowledged: input.seq });
      return { state: { ...state, items, inFlight: null, failures: 0, problem: null }, effects: [] };
    }
    case 'refused':
      return state.inFlight === input.id
        ? refused({ ...state, inFlight: null }, input)
        : { state, effects: [] };
    case 'logged':
      return logged(state, input);
    case 'timeout':
      return state.gate === 'waiting' ? next({ ...state, gate: 'open' }) : { state, effects: [] };
  }
}

/** Seals or sends the first item, if the gate is open and the one before it is at its place. */
function next(state: OutboxState): OutboxStep {
  const [item] = state.items;
  if (state.gate !== 'open' || state.inFlight !== null) return { state, effects: [] };
  if (!item || item.acknowledged !== null || (state.held && !item.free)) return { state, effects: [] };
  const inFlight = { ...state, inFlight: item.id };
  if (item.sealedFor === state.epoch) return { state: inFlight, effects: [{ kind: 'send', id: item.id }] };
  return {
    state: { ...inFlight, items: changed(state.items, item.id, { sealedFor: state.epoch }) },
    effects: [{ kind: 'seal', id: item.id, epoch: state.epoch }],
  };
}

/** What is under way, or acknowledged, keeps its place. */
function withFirst({ items, inFlight }: OutboxState, item: OutboxItem): readonly OutboxItem[] {
  const [head, ...rest] = items;
  const isUnderWay = head && (head.id === inFlight || head.acknowledged !== null);
  return isUnderWay ? [head, item, ...rest] : [item, ...items];
}

/** The item stays. Another epoch or a lost key is cured by the log, anything else by time. */
function refused(state: OutboxState, input: Extract<OutboxInput, { kind: 'refused' }>): OutboxStep {
  const failures = state.failures + 1;
  const { code, retryAfter } = input.error;
  if (code === 'epochConflict' && failures <= 3 && hasCaughtUp(state, input)) {
    return next({ ...state, failures });
  }
  const curedByLog = code === 'epochConflict' || code === 'epochEnded' || code === 'notAuthorised';
  if (curedByLog && failures <= 3) {
    return { state: { ...state, gate: 'behind', failures }, effects: [{ kind: 'catchUp' }] };
  }
  const milliseconds = politeBackoff(failures, input.luck, retryAfter);
  const problem = code === 'rateLimited' || code === 'relayUnreachable' ? state.problem : input.error;
  const effects: OutboxEffect[] = [{ kind: 'wait', milliseconds }];
  if (curedByLog) effects.push({ kind: 'catchUp' });
  return { state: { ...state, gate: 'waiting', failures, problem }, effects };
}

/** L9: the log that was missed has been processed already, with the refusal or before it. */
function hasCaughtUp(state: OutboxState, { id, error }: Extract<OutboxInput, { kind: 'refused' }>): boolean {
  const refused = state.items.find((item) => item.id === id);
  return error.epoch === state.epoch && refused?.sealedFor !== state.epoch;
}

function logged(state: OutboxState, input: Extract<OutboxInput, { kind: 'logged' }>): OutboxStep {
  const placed = new Set(input.placed);
  const { epoch } = input;
  const effects: OutboxEffect[] = input.placed.map((id) => ({ kind: 'forget', id }));
  const left = state.items.filter(({ id }) => !placed.has(id));
  const denied = left.filter(({ acknowledged }) => acknowledged !== null && acknowledged <= input.cursor);
  if (denied.length === 0) {
    const inFlight = state.inFlight !== null && placed.has(state.inFlight) ? null : state.inFlight;
    const going = next({ ...state, items: left, epoch, inFlight });
    return { state: going.state, effects: [...effects, ...going.effects] };
  }

  // It was acknowledged and is not there: say so, keep it, and try again later.
  const deniedIds = new Set(denied.map(({ id }) => id));
  const items = left.map((item) => (deniedIds.has(item.id) ? { ...item, acknowledged: null } : item));
  for (const { acknowledged } of denied)
    effects.push({ kind: 'withheld', seq: acknowledged ?? input.cursor });
  const failures = state.failures + 1;
  effects.push({ kind: 'wait', milliseconds: backoff(failures + 2, input.luck) });
  return { state: { ...state, items, epoch, failures, gate: 'waiting' }, effects };
}

function unanswered(items: readonly OutboxItem[]): readonly OutboxItem[] {
  return items.some(({ acknowledged }) => acknowledged !== null)
    ? items.map((item) => ({ ...item, acknowledged: null }))
    : items;
}

function changed(
  items: readonly OutboxItem[],
  id: string,
  change: Partial<OutboxItem>,
): readonly OutboxItem[] {
  return items.map((item) => (item.id === id ? { ...item, ...change } : item));
}
