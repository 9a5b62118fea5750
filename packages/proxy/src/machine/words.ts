import type { Content } from '@otr/protocol';
import { toText } from '../core/text.ts';
import { type Answer, checkAnswer, checkFinish, type Offer } from '../core/words/exchange.ts';

export type WordsContent = Extract<Content, { kind: 'words' }>;
export type WordsNext = WordsContent['step'];

/**
 * One exchange of words with one member (D8), drawn in docs/protocol/state-machines.md. Pure: state, input → state,
 * effects, what to erase. One exchange is one guess: nothing leads out of `over` but another exchange.
 */
export type WordsState =
  | { readonly phase: 'idle' }
  /** We drew the words; our person reads them out. */
  | { readonly phase: 'offered'; readonly session: string; readonly offer: Offer }
  /** The other person reads words out; ours has to enter them. `share` is the starter's. */
  | { readonly phase: 'asked'; readonly session: string; readonly share: string }
  /** We have shown that we know the words; the starter has to show it too. */
  | { readonly phase: 'answered'; readonly session: string; readonly answer: Answer }
  | { readonly phase: 'over'; readonly session: string };

export type WordsInput =
  | { readonly kind: 'start'; readonly offer: Offer }
  /** The person entered words; null where the starter's share is of low order. */
  | { readonly kind: 'enter'; readonly answer: Answer | null }
  /** `yields`: where both have started, the other's exchange goes on and ours does not. */
  | {
      readonly kind: 'received';
      readonly session: string;
      readonly step: WordsNext;
      readonly yields: boolean;
    }
  | { readonly kind: 'stop' }
  /** The timer of the last `wait` ran out. */
  | { readonly kind: 'timeout' };

export type WordsOutcome = 'asked' | 'verified' | 'wrong' | 'stopped';

export type WordsEffect =
  | { readonly kind: 'send'; readonly session: string; readonly step: WordsNext }
  | { readonly kind: 'tell'; readonly outcome: WordsOutcome }
  /** Replaces the timer that is running. */
  | { readonly kind: 'wait'; readonly milliseconds: number };

export interface WordsStep {
  readonly state: WordsState;
  readonly effects: readonly WordsEffect[];
  /** Secrets that nobody needs any more. */
  readonly erase: readonly Uint8Array[];
}

type Received = Extract<WordsInput, { kind: 'received' }>;
type Started = Exclude<WordsState, { phase: 'idle' }>;

/** An exchange may take so long, milliseconds. */
export const wordsTimeout = 600_000;

export const idleWords: WordsState = { phase: 'idle' };

export function stepWords(state: WordsState, input: WordsInput): WordsStep {
  switch (input.kind) {
    case 'start':
      return offer(state, input.offer);
    case 'enter':
      return state.phase === 'asked' ? enter(state, input.answer) : same(state);
    case 'received':
      return receive(state, input);
    case 'stop':
      return isUnderWay(state) ? end(state, [sendStop(state, false)]) : same(state);
    case 'timeout':
      return expire(state);
  }
}

/** Whether something may still come of it. */
export function isUnderWay(state: WordsState): state is Exclude<Started, { phase: 'over' }> {
  return state.phase !== 'idle' && state.phase !== 'over';
}

function offer(state: WordsState, own: Offer): WordsStep {
  const { session } = own;
  const start: WordsNext = { name: 'start', share: toText(own.share) };
  // Who hears of our start without hearing that its own one ended would wait for our words.
  const theirs = state.phase === 'asked' || state.phase === 'answered' ? [sendStop(state, false)] : [];
  return {
    state: { phase: 'offered', session, offer: own },
    effects: [
      ...theirs,
      { kind: 'send', session, step: start },
      { kind: 'wait', milliseconds: wordsTimeout },
    ],
    erase: secretsOf(state),
  };
}

function enter(state: Extract<WordsState, { phase: 'asked' }>, answer: Answer | null): WordsStep {
  if (!answer) return wrong(state);
  const { session } = state;
  const step: WordsNext = {
    name: 'answer',
    share: toText(answer.share),
    confirmation: toText(answer.confirmation),
  };
  return {
    state: { phase: 'answered', session, answer },
    effects: [{ kind: 'send', session, step }],
    erase: [],
  };
}

function receive(state: WordsState, { session, step, yields }: Received): WordsStep {
  const isThisOne = state.phase !== 'idle' && state.session === session;
  if (step.name === 'start') {
    if (isThisOne || (state.phase === 'offered' && !yields)) return same(state);
    return ask(state, session, step.share);
  }
  if (!isThisOne) return same(state);
  if (step.name === 'stop') return isUnderWay(state) ? end(state, [tell(outcomeOf(step))]) : same(state);
  if (step.name === 'answer' && state.phase === 'offered') {
    const confirmation = checkAnswer(state.offer, step);
    if (!confirmation) return wrong(state);
    const finish: WordsNext = { name: 'finish', confirmation: toText(confirmation) };
    return end(state, [{ kind: 'send', session, step: finish }, tell('verified')]);
  }
  if (step.name === 'finish' && state.phase === 'answered') {
    return checkFinish(state.answer, step.confirmation) ? end(state, [tell('verified')]) : wrong(state);
  }
  return same(state);
}

function ask(state: WordsState, session: string, share: string): WordsStep {
  // The other may have given up its start before it hears of ours: then it must not wait for our words.
  const yielded = state.phase === 'offered' ? [sendStop(state, false)] : [];
  return {
    state: { phase: 'asked', session, share },
    effects: [...yielded, tell('asked'), { kind: 'wait', milliseconds: wordsTimeout }],
    erase: secretsOf(state),
  };
}

function expire(state: WordsState): WordsStep {
  const effects = isUnderWay(state) ? [sendStop(state, false), tell('stopped')] : [];
  return { state: idleWords, effects, erase: secretsOf(state) };
}

/** The one guess was spent: both are told. */
function wrong(state: Started): WordsStep {
  return end(state, [sendStop(state, true), tell('wrong')]);
}

function end(state: Started, effects: WordsEffect[]): WordsStep {
  return { state: { phase: 'over', session: state.session }, effects, erase: secretsOf(state) };
}

function same(state: WordsState): WordsStep {
  return { state, effects: [], erase: [] };
}

/** All secrets that a state holds. */
export function secretsOf(state: WordsState): readonly Uint8Array[] {
  if (state.phase === 'offered') return [state.offer.scalar];
  return state.phase === 'answered' ? [state.answer.expected] : [];
}

function outcomeOf(step: Extract<WordsNext, { name: 'stop' }>): WordsOutcome {
  return step.wrong ? 'wrong' : 'stopped';
}

function sendStop({ session }: Started, isWrong: boolean): WordsEffect {
  return { kind: 'send', session, step: { name: 'stop', wrong: isWrong } };
}

function tell(outcome: WordsOutcome): WordsEffect {
  return { kind: 'tell', outcome };
}
