import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { fromText, sameBytes, toText } from '../text.ts';
import { calculateGenerator, sessionKey, shareOf, transcriptOf } from './cpace.ts';
import { passwordOf } from './wordList.ts';

/** What both ends must see alike: whoever sits between them has another identity key, and so another exchange (D8). */
export interface Parties {
  /** The group's id. */
  readonly room: Uint8Array;
  /** Names the exchange: 16 random bytes, as base64url. */
  readonly session: string;
  /** Identity keys, X25519, 32 bytes: of who drew the words, and of who enters them. */
  readonly starter: Uint8Array;
  readonly answerer: Uint8Array;
}

/** The starter's end until the answer comes. `scalar` is secret. */
export interface Offer {
  readonly session: string;
  readonly scalar: Uint8Array;
  readonly share: Uint8Array;
}

/** The other end once the words were entered. `expected`, the confirmation that has to come, is secret until it does. */
export interface Answer {
  readonly share: Uint8Array;
  readonly confirmation: Uint8Array;
  readonly expected: Uint8Array;
}

/** What travels, as base64url. */
interface AnswerOnWire {
  readonly share: string;
  readonly confirmation: string;
}

const nothing = new Uint8Array(0);

export function offerWords(parties: Parties, words: readonly string[]): Offer {
  return { session: parties.session, ...drawShare(parties, words) };
}

/** Null where the starter's share is of low order: no honest one is. */
export function answerWords(parties: Parties, words: readonly string[], starterShare: string): Answer | null {
  const { scalar, share } = drawShare(parties, words);
  const other = fromText(starterShare);
  const confirmations = confirm(parties.session, scalar, other, transcript(other, share));
  scalar.fill(0);
  return confirmations && { share, confirmation: confirmations.answer, expected: confirmations.finish };
}

/** The starter's own confirmation where the answer's is right, and null where it is not: other words, or another channel. */
export function checkAnswer(offer: Offer, answer: AnswerOnWire): Uint8Array | null {
  const other = fromText(answer.share);
  const confirmations = confirm(offer.session, offer.scalar, other, transcript(offer.share, other));
  if (!confirmations) return null;
  const right = sameBytes(confirmations.answer, fromText(answer.confirmation));
  confirmations.answer.fill(0);
  if (!right) confirmations.finish.fill(0);
  return right ? confirmations.finish : null;
}

export function checkFinish(answer: Answer, confirmation: string): boolean {
  return sameBytes(answer.expected, fromText(confirmation));
}

/** 16 random bytes as base64url. */
export function drawSession(): string {
  return toText(randomBytes(16));
}

function drawShare(parties: Parties, words: readonly string[]): { scalar: Uint8Array; share: Uint8Array } {
  const { room, starter, answerer } = parties;
  const password = passwordOf(words);
  // The order of the keys is that of the roles: an exchange cannot be turned round (draft §10.1).
  const channel = Buffer.concat([room, starter, answerer]);
  const generator = calculateGenerator({ password, channel, session: fromText(parties.session) });
  const scalar = new Uint8Array(randomBytes(32));
  const share = shareOf(scalar, generator);
  password.fill(0);
  generator.fill(0);
  return { scalar, share };
}

function transcript(starterShare: Uint8Array, answererShare: Uint8Array): Uint8Array {
  return transcriptOf({ share: starterShare, data: nothing }, { share: answererShare, data: nothing });
}

/** Both directions' confirmations, each under a key of its own: neither end can be shown its own one (draft §10.4). */
function confirm(session: string, scalar: Uint8Array, otherShare: Uint8Array, said: Uint8Array) {
  const key = sessionKey(fromText(session), scalar, otherShare, said);
  if (!key) return null;
  const answer = confirmation(key, 'answer', said);
  const finish = confirmation(key, 'finish', said);
  key.fill(0);
  return { answer, finish };
}

/** HMAC(HKDF(ikm = ISK, salt = empty, info = "otr-chatroom words <direction> v1"), transcript). */
function confirmation(sessionKey: Uint8Array, direction: 'answer' | 'finish', said: Uint8Array): Uint8Array {
  const info = `otr-chatroom words ${direction} v1`;
  const key = new Uint8Array(hkdfSync('sha256', sessionKey, nothing, info, 32));
  const mac = new Uint8Array(createHmac('sha256', key).update(said).digest());
  key.fill(0);
  return mac;
}
