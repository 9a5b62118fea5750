import { expect, test } from 'vitest';
import { fromText, toText } from '../../src/core/text.ts';
import { type Answer, answerWords, drawSession, offerWords } from '../../src/core/words/exchange.ts';
import {
  idleWords,
  secretsOf,
  stepWords,
  type WordsEffect,
  type WordsInput,
  type WordsNext,
  type WordsState,
  wordsTimeout,
} from '../../src/machine/words.ts';

const words = ['abandon', 'zoo', 'oyster'];
const parties = {
  room: new Uint8Array(16).fill(1),
  session: drawSession(),
  starter: new Uint8Array(32).fill(2),
  answerer: new Uint8Array(32).fill(3),
};
const { session } = parties;
const another = drawSession();

const offer = offerWords(parties, words);
const nextOffer = offerWords({ ...parties, session: another }, words);
const share = toText(offer.share);
const answer = answered(words);
const finish = finishOf(answer);

const offered: WordsState = { phase: 'offered', session, offer };
const asked: WordsState = { phase: 'asked', session, share };
const answeredState: WordsState = { phase: 'answered', session, answer };
const over: WordsState = { phase: 'over', session };

const start: WordsInput = { kind: 'start', offer: nextOffer };
const started: WordsState = { phase: 'offered', session: another, offer: nextOffer };
const enter: WordsInput = { kind: 'enter', answer };
const stop: WordsInput = { kind: 'stop' };
const timeout: WordsInput = { kind: 'timeout' };
const theirStart: WordsNext = { name: 'start', share };
const theirAnswer: WordsNext = onWire(answer);
const stopped: WordsNext = { name: 'stop', wrong: false };
const wrong: WordsNext = { name: 'stop', wrong: true };
const askedAnew: WordsState = { phase: 'asked', session: another, share };

/** State × input → state, effects in short. */
const table: [string, WordsState, WordsInput, WordsState, string[]][] = [
  ['idle × start', idleWords, start, started, ['start', 'wait']],
  ['idle × start received', idleWords, received(theirStart), asked, ['told asked', 'wait']],
  ['idle × answer received', idleWords, received(theirAnswer), idleWords, []],
  ['idle × finish received', idleWords, received(finish), idleWords, []],
  ['idle × stop received', idleWords, received(wrong), idleWords, []],
  ['idle × enter', idleWords, enter, idleWords, []],
  ['idle × stop', idleWords, stop, idleWords, []],
  ['idle × timeout', idleWords, timeout, idleWords, []],

  ['offered × start', offered, start, started, ['start', 'wait']],
  ['offered × start received, ours wins', offered, received(theirStart, another), offered, []],
  [
    'offered × start received, theirs wins',
    offered,
    received(theirStart, another, true),
    askedAnew,
    ['stop', 'told asked', 'wait'],
  ],
  ['offered × our own start received', offered, received(theirStart, session, true), offered, []],
  ['offered × answer received', offered, received(theirAnswer), over, ['finish', 'told verified']],
  ['offered × answer of another', offered, received(theirAnswer, another), offered, []],
  ['offered × wrong answer', offered, received(bent(theirAnswer)), over, ['stop wrong', 'told wrong']],
  ['offered × our share sent back', offered, received(mirrored()), over, ['stop wrong', 'told wrong']],
  ['offered × low-order share', offered, received(lowOrder()), over, ['stop wrong', 'told wrong']],
  ['offered × finish received', offered, received(finish), offered, []],
  ['offered × stop received', offered, received(stopped), over, ['told stopped']],
  ['offered × stop of another', offered, received(wrong, another), offered, []],
  ['offered × wrong received', offered, received(wrong), over, ['told wrong']],
  ['offered × enter', offered, enter, offered, []],
  ['offered × stop', offered, stop, over, ['stop']],
  ['offered × timeout', offered, timeout, idleWords, ['stop', 'told stopped']],

  ['asked × start', asked, start, started, ['stop', 'start', 'wait']],
  ['asked × start received', asked, received(theirStart, another), askedAnew, ['told asked', 'wait']],
  [
    'asked × the same start again',
    asked,
    received({ ...theirStart, share: toText(answer.share) }),
    asked,
    [],
  ],
  ['asked × answer received', asked, received(theirAnswer), asked, []],
  ['asked × finish received', asked, received(finish), asked, []],
  ['asked × stop received', asked, received(stopped), over, ['told stopped']],
  ['asked × enter', asked, enter, answeredState, ['answer']],
  [
    'asked × enter, low-order share',
    asked,
    { kind: 'enter', answer: null },
    over,
    ['stop wrong', 'told wrong'],
  ],
  ['asked × stop', asked, stop, over, ['stop']],
  ['asked × timeout', asked, timeout, idleWords, ['stop', 'told stopped']],

  ['answered × start', answeredState, start, started, ['stop', 'start', 'wait']],
  [
    'answered × start received',
    answeredState,
    received(theirStart, another),
    askedAnew,
    ['told asked', 'wait'],
  ],
  ['answered × the same start again', answeredState, received(theirStart), answeredState, []],
  ['answered × answer received', answeredState, received(theirAnswer), answeredState, []],
  ['answered × finish received', answeredState, received(finish), over, ['told verified']],
  ['answered × finish of another', answeredState, received(finish, another), answeredState, []],
  ['answered × wrong finish', answeredState, received(bent(finish)), over, ['stop wrong', 'told wrong']],
  [
    'answered × own confirmation sent back',
    answeredState,
    received({ name: 'finish', confirmation: toText(answer.confirmation) }),
    over,
    ['stop wrong', 'told wrong'],
  ],
  ['answered × wrong received', answeredState, received(wrong), over, ['told wrong']],
  ['answered × enter again', answeredState, enter, answeredState, []],
  ['answered × stop', answeredState, stop, over, ['stop']],
  ['answered × timeout', answeredState, timeout, idleWords, ['stop', 'told stopped']],

  ['over × start', over, start, started, ['start', 'wait']],
  ['over × start received', over, received(theirStart, another), askedAnew, ['told asked', 'wait']],
  ['over × its own start again', over, received(theirStart), over, []],
  ['over × right answer', over, received(theirAnswer), over, []],
  ['over × right finish', over, received(finish), over, []],
  ['over × stop received', over, received(wrong), over, []],
  ['over × enter', over, enter, over, []],
  ['over × stop', over, stop, over, []],
  ['over × timeout', over, timeout, idleWords, []],
];

test.each(table)('[D8] %s', (_title, state, input, after, effects) => {
  const step = stepWords(state, input);
  expect(step.state).toEqual(after);
  expect(step.effects.map(inShort)).toEqual(effects);
  // Whatever leaves a state that holds secrets says that they are to be erased.
  expect(step.erase).toEqual(step.state === state ? [] : secretsOf(state));
});

test('[D8] a wrong answer spends the one guess: the right one after it verifies nobody', () => {
  const afterWrong = stepWords(offered, received(onWire(answered(['zoo', 'zoo', 'zoo'])))).state;
  const second = stepWords(afterWrong, received(theirAnswer));
  expect(second.effects).toEqual([]);
  expect(second.state).toBe(afterWrong);
});

test('[D8] a machine that did not end would accept the second guess (negative control)', () => {
  const lenient = (state: WordsState, input: WordsInput) => {
    const step = stepWords(state, input);
    const isWrong = step.effects.map(inShort).includes('told wrong');
    return isWrong ? { ...step, state } : step;
  };
  const afterWrong = lenient(offered, received(onWire(answered(['zoo', 'zoo', 'zoo'])))).state;
  expect(lenient(afterWrong, received(theirAnswer)).effects.map(inShort)).toContain('told verified');
});

test('[D8] an exchange that was timed lasts ten minutes', () => {
  expect(stepWords(idleWords, start).effects).toContainEqual({ kind: 'wait', milliseconds: 600_000 });
  expect(wordsTimeout).toBe(600_000);
});

function answered(entered: string[]): Answer {
  const made = answerWords(parties, entered, share);
  if (!made) throw new Error('The share is of low order.');
  return made;
}

function onWire({ share: own, confirmation }: Answer): WordsNext {
  return { name: 'answer', share: toText(own), confirmation: toText(confirmation) };
}

function finishOf({ expected }: Answer): WordsNext {
  return { name: 'finish', confirmation: toText(expected) };
}

/** The answer of who knows nothing but what we sent: our own share. */
function mirrored(): WordsNext {
  return { name: 'answer', share, confirmation: toText(answer.confirmation) };
}

function lowOrder(): WordsNext {
  return { name: 'answer', share: toText(new Uint8Array(32)), confirmation: toText(answer.confirmation) };
}

/** One bit of the confirmation is another. */
function bent(step: WordsNext): WordsNext {
  if (!('confirmation' in step)) return step;
  const bytes = fromText(step.confirmation);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return { ...step, confirmation: toText(bytes) };
}

function received(step: WordsNext, of = session, yields = false): WordsInput {
  return { kind: 'received', session: of, step, yields };
}

function inShort(effect: WordsEffect): string {
  if (effect.kind === 'tell') return `told ${effect.outcome}`;
  if (effect.kind === 'wait') return 'wait';
  const { step } = effect;
  return step.name === 'stop' && step.wrong ? 'stop wrong' : step.name;
}
