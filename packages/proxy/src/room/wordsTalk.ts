import { ok, type Result, refuse } from '@otr/protocol';
import { sameBytes } from '../core/text.ts';
import { answerWords, drawSession, offerWords } from '../core/words/exchange.ts';
import { drawWords, readWords, sayWhatIsWrong } from '../core/words/wordList.ts';
import {
  idleWords,
  isUnderWay,
  secretsOf,
  stepWords,
  type WordsContent,
  type WordsEffect,
  type WordsInput,
  type WordsOutcome,
  type WordsState,
} from '../machine/words.ts';
import { Timers } from './timers.ts';

export interface WordsTalkOptions {
  /** The group's id. */
  readonly room: Uint8Array;
  /** Says it to the group, in the order in which it is called. */
  send(content: WordsContent): void;
  /** The identity key that a member has shown with a good tag (D3), and null where it has not. */
  identityOf(member: string): Uint8Array | null;
  readonly own: {
    /** Our pseudonym in this room. */
    member(): string;
    readonly identityKey: Uint8Array;
  };
  /** How an exchange goes, but for what our own person stopped. With `verified`: the person with this key is. */
  told(member: string, state: WordsOutcome, identityKey?: Uint8Array): void;
}

/** The exchange with one member. */
interface Exchange {
  readonly state: WordsState;
  /** Of the other, as it was when the words were drawn or entered: what the exchange is about. */
  readonly identity: Uint8Array | null;
}

/** Exchanges at once, each with another member. */
const mostExchanges = 64;

const nothingYet: Exchange = { state: idleWords, identity: null };

/**
 * Verifies members of one room by three words read aloud (D8). Exchanges are in memory only, and end after ten minutes.
 */
export class WordsTalk {
  readonly #options: WordsTalkOptions;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #timers = new Timers();

  constructor(options: WordsTalkOptions) {
    this.#options = options;
  }

  /** Draws the words that our person is to read out. Ends what was under way with this member. */
  start(member: string): Result<{ words: string[] }> {
    const { room, own } = this.#options;
    if (member === own.member()) return refuse('badRequest', 'This is you. Choose somebody else.');
    const identity = this.#options.identityOf(member);
    if (!identity) return notShown();
    if (!this.#hasPlaceFor(member)) {
      return refuse('notAllowed', 'Words are compared with too many people at once. Wait ten minutes.');
    }
    const words = drawWords();
    const parties = { room, session: drawSession(), starter: own.identityKey, answerer: identity };
    this.#step(member, { kind: 'start', offer: offerWords(parties, words) }, identity);
    return ok({ words });
  }

  /** The words that the member read out, as our person typed them. What comes of it is told later. */
  enter(member: string, words: string): Result<Record<string, never>> {
    const { room, own } = this.#options;
    const { state } = this.#exchanges.get(member) ?? nothingYet;
    if (state.phase !== 'asked') {
      return refuse(
        'notAllowed',
        'This member reads no words out. Ask for new ones, or read some out yourself.',
      );
    }
    const known = readWords(words);
    if (!known) return refuse('badRequest', sayWhatIsWrong(words));
    const identity = this.#options.identityOf(member);
    if (!identity) return notShown();
    const parties = { room, session: state.session, starter: identity, answerer: own.identityKey };
    this.#step(member, { kind: 'enter', answer: answerWords(parties, known, state.share) }, identity);
    return ok({});
  }

  /** Gives up what is under way with this member, if anything is. */
  stop(member: string): Result<Record<string, never>> {
    this.#step(member, { kind: 'stop' });
    return ok({});
  }

  /** What a member said, at its place in the log. */
  receive(from: string, { to, session, step }: WordsContent): void {
    const own = this.#options.own.member();
    if (to !== own || from === own || !this.#hasPlaceFor(from)) return;
    this.#step(from, { kind: 'received', session, step, yields: from < own });
  }

  /** Whether this member reads words out, and waits for our person to enter them. */
  asking(member: string): boolean {
    return this.#exchanges.get(member)?.state.phase === 'asked';
  }

  /** Forgets everything and tells nobody: the room closes, or the profile is locked. */
  clear(): void {
    this.#timers.stop();
    for (const { state } of this.#exchanges.values()) wipe(secretsOf(state));
    this.#exchanges.clear();
  }

  #step(member: string, input: WordsInput, identity?: Uint8Array): void {
    const before = this.#exchanges.get(member) ?? nothingYet;
    const { state, effects, erase } = stepWords(before.state, input);
    const after: Exchange = { state, identity: identity ?? before.identity };
    if (state.phase === 'idle') this.#exchanges.delete(member);
    else this.#exchanges.set(member, after);
    wipe(erase);
    for (const effect of effects) this.#carryOut(member, after, effect);
  }

  #carryOut(member: string, { identity }: Exchange, effect: WordsEffect): void {
    switch (effect.kind) {
      case 'send': {
        const { session, step } = effect;
        this.#options.send({ kind: 'words', version: 1, to: member, session, step });
        break;
      }
      case 'tell':
        this.#tell(member, effect.outcome, identity);
        break;
      case 'wait':
        this.#timers.start(member, effect.milliseconds, () => this.#step(member, { kind: 'timeout' }));
        break;
    }
  }

  #tell(member: string, outcome: WordsOutcome, identity: Uint8Array | null): void {
    // A renewed leaf's tag may be under way. No member's key changes (D2): this is a second lock.
    const now = this.#options.identityOf(member) ?? identity;
    if (outcome !== 'verified') this.#options.told(member, outcome);
    else if (identity && now && sameBytes(identity, now)) this.#options.told(member, outcome, identity);
    else this.#options.told(member, 'wrong');
  }

  /** Members cannot make us remember without end; what is over makes place. */
  #hasPlaceFor(member: string): boolean {
    if (this.#exchanges.has(member) || this.#exchanges.size < mostExchanges) return true;
    for (const [other, { state }] of this.#exchanges) {
      if (isUnderWay(state)) continue;
      this.#exchanges.delete(other);
      return true;
    }
    return false;
  }
}

function wipe(secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

function notShown() {
  return refuse(
    'notShown',
    'This member has not shown yet who it is, so there is nobody to verify. Try again soon.',
  );
}
