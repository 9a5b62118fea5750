import { afterEach, expect, test, vi } from 'vitest';
import { toText } from '../../src/core/text.ts';
import { answerWords, checkAnswer, drawSession, offerWords } from '../../src/core/words/exchange.ts';
import type { WordsContent } from '../../src/machine/words.ts';
import { answerTo, closeAll, key, one, otherThan, pair, partiesOf, verifiedIn } from './wordsPair.ts';

afterEach(() => {
  closeAll();
  vi.useRealTimers();
});

test('[D8] three words read out verify both, each with the key of the other', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  expect(bob.talk.asking('alice')).toBe(true);
  expect(bob.enters(alice, words.join(' '))).toBe('ok');
  expect(bob.talk.asking('alice')).toBe(false);
  deliver();
  expect(alice.told).toEqual(['bob verified']);
  expect(bob.told).toEqual(['alice asked', 'alice verified']);
  expect(alice.verified.get('bob')).toEqual(bob.identityKey);
  expect(bob.verified.get('alice')).toEqual(alice.identityKey);
});

test('[D8] a wrong word is told to both, verifies nobody, and there is no second try', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  expect(bob.enters(alice, otherThan(words).join(' '))).toBe('ok');
  deliver();
  expect(alice.told).toEqual(['bob wrong']);
  expect(bob.told).toEqual(['alice asked', 'alice wrong']);
  expect(bob.enters(alice, words.join(' '))).toBe('notAllowed');
  deliver();
  expect(verifiedIn(alice, bob)).toBe(0);
});

test('[D8] who changed the proxy cannot make a second guess either', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  const [start] = deliver();
  const parties = partiesOf(alice, bob, start);
  const guess = (guessed: string[]) => answerTo(start, guessed, parties);
  alice.talk.receive('bob', guess(otherThan(words)));
  alice.talk.receive('bob', guess(words));
  expect(alice.told).toEqual(['bob wrong']);

  // Negative control: the second answer by itself was right.
  const fresh = pair();
  const freshWords = fresh.alice.starts(fresh.bob);
  const [freshStart] = fresh.deliver();
  const freshParties = partiesOf(fresh.alice, fresh.bob, freshStart);
  fresh.alice.talk.receive('bob', answerTo(freshStart, freshWords, freshParties));
  expect(fresh.alice.told).toEqual(['bob verified']);
});

test('[D8] words that are no words cost no guess, and the sentence names the one', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  const answer = bob.talk.enter('alice', `${words[0]} blorft ${words[2]}`);
  expect(answer).toMatchObject({ ok: false, error: { code: 'badRequest' } });
  expect(answer.ok || answer.error.message).toContain('“blorft”');
  expect(bob.enters(alice, words.slice(0, 2).join(' '))).toBe('badRequest');
  expect(bob.enters(alice, words.join(' - ').toUpperCase())).toBe('ok');
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});

test('[D8] nobody is verified who has not shown who it is, and nothing is entered that nobody asks for', () => {
  const { alice, bob, deliver } = pair();
  expect(bob.enters(alice, 'abandon zoo oyster')).toBe('notAllowed');
  alice.shown.delete('bob');
  expect(alice.talk.start('bob')).toMatchObject({ ok: false, error: { code: 'notShown' } });
  expect(alice.talk.start('nobody')).toMatchObject({ ok: false, error: { code: 'notShown' } });
  expect(alice.talk.start('alice')).toMatchObject({ ok: false, error: { code: 'badRequest' } });

  alice.shown.set('bob', bob.identityKey);
  const words = alice.starts(bob);
  deliver();
  bob.shown.delete('alice');
  expect(bob.enters(alice, words.join(' '))).toBe('notShown');
  bob.shown.set('alice', alice.identityKey);
  expect(bob.enters(alice, words.join(' '))).toBe('ok');
  alice.shown.delete('bob'); // a renewed leaf, whose tag is under way
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});

test('[D8] a member that bears another key when the exchange ends is not verified', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  bob.enters(alice, words.join(' '));
  alice.shown.set('bob', key());
  deliver();
  expect(alice.told).toEqual(['bob wrong']);
});

test.each(['alice', 'bob'])('[D8] identity keys that were swapped for %s verify nobody', (deceived) => {
  const { alice, bob, deliver } = pair();
  const [of, other] = deceived === 'alice' ? [alice, 'bob'] : [bob, 'alice'];
  of.shown.set(other, key());
  const words = alice.starts(bob);
  deliver();
  expect(bob.enters(alice, words.join(' '))).toBe('ok');
  deliver();
  expect(alice.told).toEqual(['bob wrong']);
  expect(bob.told).toEqual(['alice asked', 'alice wrong']);
});

test('[D8] in another group the same words verify nobody', () => {
  const { alice, bob, deliver } = pair('alice', 'bob', key().subarray(16));
  const words = alice.starts(bob);
  deliver();
  expect(bob.enters(alice, words.join(' '))).toBe('ok');
  deliver();
  expect(alice.told).toEqual(['bob wrong']);
});

test.each(['start', 'answer'] as const)('[D8] a share that was swapped in the %s verifies nobody', (step) => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  const swap = (content: WordsContent): WordsContent =>
    content.step.name === step && 'share' in content.step
      ? { ...content, step: { ...content.step, share: toText(key()) } }
      : content;
  deliver(swap);
  bob.enters(alice, words.join(' '));
  deliver(swap);
  expect(alice.told).toEqual(['bob wrong']);
  expect(bob.told).toEqual(['alice asked', 'alice wrong']);
});

test('[D8] who stands between two people under both their names gains nothing by passing all on', () => {
  const { alice, bob } = pair();
  const mallory = key(); // shown to each as the other: the relay's operator is in the room twice
  alice.shown.set('mallory as bob', mallory);
  bob.shown.set('mallory as alice', mallory);
  const answer = alice.talk.start('mallory as bob');
  if (!answer.ok) throw new Error(answer.error.message);
  const passOn = (content: WordsContent | undefined, to: string) => ({ ...one(content), to });

  bob.talk.receive('mallory as alice', passOn(alice.sent.shift(), 'bob'));
  expect(bob.talk.enter('mallory as alice', answer.value.words.join(' ')).ok).toBe(true);
  alice.talk.receive('mallory as bob', passOn(bob.sent.shift(), 'alice'));
  expect(alice.told).toEqual(['mallory as bob wrong']);
  bob.talk.receive('mallory as alice', passOn(alice.sent.shift(), 'bob'));
  expect(bob.told).toEqual(['mallory as alice asked', 'mallory as alice wrong']);
});

test('[D8] without the identity keys passing all on would have worked (negative control)', () => {
  const nobody = new Uint8Array(32);
  const blind = { room: new Uint8Array(16), session: drawSession(), starter: nobody, answerer: nobody };
  const words = ['abandon', 'zoo', 'oyster'];
  const offer = offerWords(blind, words);
  const answer = answerWords(blind, words, toText(offer.share));
  if (!answer) throw new Error('The share is of low order.');
  const wire = { share: toText(answer.share), confirmation: toText(answer.confirmation) };
  expect(checkAnswer(offer, wire)).not.toBeNull();
  expect(checkAnswer({ ...offer, session: drawSession() }, wire)).toBeNull();
});

test.each([0, 1])('[D8] a share of low order ends the exchange, in start and answer (u = %i)', (u) => {
  const { alice, bob, deliver } = pair();
  const low = toText(Uint8Array.of(u, ...new Uint8Array(31)));
  const swap = (content: WordsContent): WordsContent =>
    'share' in content.step ? { ...content, step: { ...content.step, share: low } } : content;
  const words = alice.starts(bob);
  deliver(swap);
  expect(bob.enters(alice, words.join(' '))).toBe('ok');
  expect(bob.told).toEqual(['alice asked', 'alice wrong']);
  deliver();
  expect(alice.told).toEqual(['bob wrong']);

  const second = bob.starts(alice);
  deliver();
  alice.enters(bob, second.join(' '));
  deliver(swap);
  expect(verifiedIn(alice, bob)).toBe(0);
});

test('[D8] start, answer and finish of a former exchange are of no use in another', () => {
  const { alice, bob, deliver } = pair();
  const record: WordsContent[] = [];
  const words = alice.starts(bob);
  record.push(...deliver());
  bob.enters(alice, words.join(' '));
  record.push(...deliver());
  const [start, answer, finish] = record.map(one);
  expect(verifiedIn(alice, bob)).toBe(2);
  alice.told.length = 0;
  bob.told.length = 0;

  bob.talk.receive('alice', one(start));
  expect(bob.talk.asking('alice')).toBe(false);
  const next = alice.starts(bob);
  const [nextStart] = deliver();
  alice.talk.receive('bob', one(answer));
  bob.talk.receive('alice', one(finish));
  expect([...alice.told, ...bob.told]).toEqual(['alice asked']);
  // Renamed to the session that is under way, the recorded answer is a wrong guess.
  alice.talk.receive('bob', { ...one(answer), session: one(nextStart).session });
  bob.enters(alice, next.join(' '));
  bob.talk.receive('alice', { ...one(finish), session: one(nextStart).session });
  expect(alice.told).toEqual(['bob wrong']);
  expect(bob.told).toEqual(['alice asked', 'alice wrong']);
});

test('[D8] what somebody sends back to who said it verifies nobody', () => {
  const { alice, bob } = pair('alice', 'aaron'); // whose start wins where both have started
  alice.starts(bob);
  const start = one(alice.sent.shift());
  const back = (content: WordsContent): WordsContent => ({ ...content, to: 'alice' });
  alice.talk.receive('aaron', back(start));
  expect(alice.talk.asking('aaron')).toBe(false);

  alice.talk.receive('aaron', back({ ...start, session: drawSession() })); // her own share, in another session
  expect(alice.talk.asking('aaron')).toBe(true);
  alice.enters(bob, 'abandon zoo oyster');
  const answer = one(alice.sent.findLast(({ step }) => step.name === 'answer'));
  alice.talk.receive('aaron', back(answer));
  if (answer.step.name !== 'answer') throw new Error('That is no answer.');
  const finish = { name: 'finish', confirmation: answer.step.confirmation } as const;
  alice.talk.receive('aaron', { ...answer, to: 'alice', step: finish });
  expect(alice.told).toEqual(['aaron asked', 'aaron wrong']);
});

test('[D8] what is for others, of oneself, or of somebody else in the same session is ignored', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  const [start] = deliver();
  const carol = key();
  alice.shown.set('carol', carol);
  const parties = { ...partiesOf(alice, bob, start), answerer: carol };
  const fromCarol = answerTo(start, words, parties);
  alice.talk.receive('carol', fromCarol);
  alice.talk.receive('carol', { ...fromCarol, step: { name: 'stop', wrong: true } });
  alice.talk.receive('bob', { ...one(start), to: 'carol', step: { name: 'stop', wrong: true } });
  alice.talk.receive('carol', { ...one(start), session: drawSession() });
  alice.talk.receive('alice', { ...one(start), to: 'alice' });
  expect(alice.told).toEqual([]);
  expect([alice.talk.asking('alice'), alice.talk.asking('carol')]).toEqual([false, false]);
  bob.enters(alice, words.join(' '));
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});

test('[D8] a second start replaces the first', () => {
  const { alice, bob, deliver } = pair();
  const first = alice.starts(bob);
  deliver();
  bob.enters(alice, first.join(' '));
  const second = alice.starts(bob); // before the answer to the first has come
  deliver();
  expect(alice.told).toEqual([]);
  expect(bob.told).toEqual(['alice asked', 'alice asked']);
  bob.enters(alice, second.join(' '));
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});

test('[D8] where both start at the same time the smaller pseudonym’s words are entered', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  bob.starts(alice);
  deliver();
  expect([alice.talk.asking('bob'), bob.talk.asking('alice')]).toEqual([false, true]);
  bob.enters(alice, words.join(' '));
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});

test('[D8] who gives up is not asked again, and the other is told', () => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  expect(alice.talk.stop('bob')).toEqual({ ok: true, value: {} });
  expect(alice.talk.stop('bob')).toEqual({ ok: true, value: {} });
  deliver();
  expect(bob.told).toEqual(['alice asked', 'alice stopped']);
  expect(bob.enters(alice, words.join(' '))).toBe('notAllowed');
});

test('[D8] an exchange ends after ten minutes, for both', () => {
  vi.useFakeTimers();
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  vi.advanceTimersByTime(600_000 - 1);
  expect(bob.talk.asking('alice')).toBe(true);
  vi.advanceTimersByTime(1);
  deliver();
  expect(alice.told).toEqual(['bob stopped']);
  expect(bob.told).toEqual(['alice asked', 'alice stopped']);
  expect(bob.enters(alice, words.join(' '))).toBe('notAllowed');
  expect(vi.getTimerCount()).toBe(0);
});

test('[D8] a room that closes forgets all and tells nobody', () => {
  vi.useFakeTimers();
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  deliver();
  alice.talk.clear();
  bob.enters(alice, words.join(' '));
  deliver();
  expect(alice.told).toEqual([]);
  bob.talk.clear();
  expect(bob.talk.asking('alice')).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('[D8] members cannot make a proxy remember without end', () => {
  const { alice, bob, deliver } = pair();
  const start = (): WordsContent => ({
    kind: 'words',
    version: 1,
    to: 'alice',
    session: drawSession(),
    step: { name: 'start', share: toText(key()) },
  });
  for (let number = 0; number < 200; number++) {
    alice.talk.receive(`member ${number}`, start());
  }
  expect(alice.told).toHaveLength(64);
  expect(alice.talk.start('bob')).toMatchObject({ ok: false, error: { code: 'notAllowed' } });
  alice.talk.stop('member 7'); // what is over makes place
  const words = alice.starts(bob);
  deliver();
  bob.enters(alice, words.join(' '));
  deliver();
  expect(verifiedIn(alice, bob)).toBe(2);
});
