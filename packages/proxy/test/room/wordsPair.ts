import { randomBytes } from 'node:crypto';
import { toText } from '../../src/core/text.ts';
import { answerWords, type Parties } from '../../src/core/words/exchange.ts';
import type { WordsContent } from '../../src/machine/words.ts';
import { WordsTalk } from '../../src/room/wordsTalk.ts';

const opened: WordsTalk[] = [];

export type Person = ReturnType<typeof person>;

/** Ends what timers still run. */
export function closeAll(): void {
  for (const talk of opened.splice(0)) talk.clear();
}

const group: Uint8Array = new Uint8Array(16).fill(7);

/**
 * Two people of one room who have shown each other who they are, and the wire between them. `secondGroup`: the group that
 * the second one is in.
 */
export function pair(first = 'alice', second = 'bob', secondGroup = group) {
  const [alice, bob] = [person(first, group), person(second, secondGroup)];
  alice.shown.set(second, bob.identityKey);
  bob.shown.set(first, alice.identityKey);
  /** Everything that was said is received, and what is said to it; returns it all. `change`: what a hostile wire does. */
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

/** One end: what its person does, what it is told, and what it has sent that nobody has received. */
function person(name: string, room: Uint8Array) {
  const identityKey = key();
  const shown = new Map<string, Uint8Array>();
  const sent: WordsContent[] = [];
  const told: string[] = [];
  const verified = new Map<string, Uint8Array | undefined>();
  const verifiedSessions: string[] = [];
  /** By session. */
  const drawn = new Map<string, string[]>();
  const entered = new Map<string, string[]>();
  let hears = '';
  const talk = new WordsTalk({
    room,
    send: (content) => sent.push(content),
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
  const lastSession = () => one(sent.at(-1)).session;
  return {
    ...{ name, room, identityKey, shown, sent, told, verified, verifiedSessions, drawn, entered, talk },
    /** The words that it drew. */
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

export function partiesOf(starter: Person, answerer: Person, start: WordsContent | undefined): Parties {
  const { room, identityKey } = starter;
  return { room, session: one(start).session, starter: identityKey, answerer: answerer.identityKey };
}

/** What a proxy of somebody's own making may answer to a start. */
export function answerTo(start: WordsContent | undefined, words: string[], parties: Parties): WordsContent {
  const { step, session } = one(start);
  const answer = step.name === 'start' ? answerWords(parties, words, step.share) : null;
  if (!answer) throw new Error('That cannot be answered.');
  const wire = { share: toText(answer.share), confirmation: toText(answer.confirmation) };
  return { kind: 'words', version: 1, to: 'alice', session, step: { name: 'answer', ...wire } };
}

/** The same words but for one. */
export function otherThan(words: readonly string[]): string[] {
  return [...words.slice(0, -1), words.at(-1) === 'zoo' ? 'oyster' : 'zoo'];
}

/** How many of the two have verified the other. */
export function verifiedIn(alice: Person, bob: Person): number {
  return alice.verified.size + bob.verified.size;
}

export function key(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

export function one(content: WordsContent | undefined): WordsContent {
  if (!content) throw new Error('Nothing was said.');
  return content;
}
