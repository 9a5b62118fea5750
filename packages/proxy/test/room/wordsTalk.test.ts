import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { fromText, toText } from '../../src/core/text.ts';
import { answerWords, checkAnswer, drawSession, offerWords } from '../../src/core/words/exchange.ts';
import type { WordsContent } from '../../src/machine/words.ts';
import { WordsTalk } from '../../src/room/wordsTalk.ts';

const opened: WordsTalk[] = [];
afterEach(() => {
  for (const talk of opened.splice(0)) talk.clear();
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

test.each(['start', 'answer'] as const)('[D8] a share that was swapped in the %s verifies nobody', (step) => {
  const { alice, bob, deliver } = pair();
  const words = alice.starts(bob);
  const swap = (content: WordsContent): WordsContent =>
    content.step.name === step && 'share' in content.step
      ? { ...content, step: { ...content.step, share: shareOfSomebody() } }
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
  alice.talk.receive('bob', { ...one(start), to: 'carol' });
  alice.talk.receive('alice', { ...one(start), to: 'alice' });
  expect(alice.told).toEqual([]);
  expect(alice.talk.asking('alice')).toBe(false);
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
  const sharesOf = (member: string): WordsContent => ({
    kind: 'words',
    version: 1,
    to: 'alice',
    session: drawSession(),
    step: { name: 'start', share: toText(key()) },
    ...(member === '' ? { to: 'nobody' } : {}),
  });
  for (let number = 0; number < 200; number++) {
    alice.talk.receive(`member ${number}`, sharesOf(`member ${number}`));
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

/** What two people do, in any order; `to alice` and `to bob`: the next that was said is received. */
const act = fc.constantFrom(
  ...(['alice', 'bob'] as const).flatMap((who) =>
    (['starts', 'enters', 'enters wrong', 'stops', 'receives', 'receives'] as const).map((does) => ({
      who,
      does,
    })),
  ),
);

test('[D8] in any order only right words verify, and afterwards two people can still verify each other', () => {
  const seed = Number(process.env['WORDS_SEED'] ?? 20_261_123);
  let verified = 0;
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const { alice, bob, deliver } = pair();
      const both = { alice, bob };
      for (const { who, does } of acts) perform(both[who], who === 'alice' ? bob : alice, does);
      deliver();
      for (const [one, other] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        for (const session of one.verifiedSessions) {
          expect(other.verifiedSessions.includes(session) || other.said.has(session)).toBe(true);
          expect(one.entered.get(session) ?? other.entered.get(session)).toEqual(
            one.drawn.get(session) ?? other.drawn.get(session),
          );
        }
        verified += one.verifiedSessions.length;
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

type Person = ReturnType<typeof person>;

/** One end: what its person does, what it is told, what it has sent and nobody has received. */
function person(name: string, room: Uint8Array) {
  const identityKey = key();
  const shown = new Map<string, Uint8Array>();
  const sent: WordsContent[] = [];
  const said = new Set<string>();
  const told: string[] = [];
  const verified = new Map<string, Uint8Array | undefined>();
  const drawn = new Map<string, string[]>();
  const entered = new Map<string, string[]>();
  const verifiedSessions: string[] = [];
  let hears = '';
  const talk = new WordsTalk({
    room,
    send: (content) => {
      sent.push(content);
      said.add(content.session);
    },
    identityOf: (member) => shown.get(member) ?? null,
    own: { member: () => name, identityKey },
    told: (member, state, identity) => {
      told.push(`${member} ${state}`);
      if (state !== 'verified') return;
      verified.set(member, identity);
      verifiedSessions.push(hears);
    },
  });
  opened.push(talk);
  const lastSession = () => sent.at(-1)?.session ?? '';
  return {
    name,
    identityKey,
    shown,
    sent,
    said,
    told,
    verified,
    drawn,
    entered,
    verifiedSessions,
    talk,
    starts(other: { name: string }): string[] {
      const answer = talk.start(other.name);
      if (!answer.ok) throw new Error(answer.error.message);
      drawn.set(lastSession(), answer.value.words);
      return answer.value.words;
    },
    /** `ok`, or the code of the refusal. */
    enters(other: { name: string }, words: string): string {
      const answer = talk.enter(other.name, words);
      if (answer.ok) entered.set(lastSession(), words.split(' '));
      return answer.ok ? 'ok' : answer.error.code;
    },
    receives(other: { name: string }, content: WordsContent): void {
      hears = content.session;
      talk.receive(other.name, content);
    },
  };
}

/** Two people of one room who have shown each other who they are. */
function pair(first = 'alice', second = 'bob') {
  const room = new Uint8Array(randomBytes(16));
  const [alice, bob] = [person(first, room), person(second, room)];
  alice.shown.set(second, bob.identityKey);
  bob.shown.set(first, alice.identityKey);
  /** Everything that was said is received, and what is said to it; returns it. `change`: what a hostile wire does to it. */
  const deliver = (change = (content: WordsContent) => content): WordsContent[] => {
    const all: WordsContent[] = [];
    while (alice.sent.length + bob.sent.length > 0) {
      const [from, to] = alice.sent.length > 0 ? [alice, bob] : [bob, alice];
      const content = change(one(from.sent.shift()));
      all.push(content);
      to.receives(from, content);
    }
    return all;
  };
  return { alice, bob, deliver };
}

function partiesOf(starter: Person, answerer: Person, start: WordsContent | undefined) {
  const room = roomOf.get(starter) ?? new Uint8Array(0);
  return { room, session: one(start).session, starter: starter.identityKey, answerer: answerer.identityKey };
}
