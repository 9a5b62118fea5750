import { deriveTreeSecret } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check, fail } from '../errors.ts';
import type { MessageKey } from '../message/privateMessage.ts';

/**
 * RFC 9420 §9.1: the keys of one sender and one kind of content, each derived from a secret that the next one
 * replaces. A skipped generation keeps its key and nonce; the secret it came from is gone, so that nothing can be
 * derived again (§9.2).
 */
export interface Ratchet {
  /** Secret of `generation`; empty once the last generation is used. */
  readonly secret: Uint8Array;
  /** The next generation that was not derived yet. */
  readonly generation: number;
  readonly skipped: ReadonlyMap<number, MessageKey>;
}

export interface RatchetLimits {
  /** How far ahead of the newest known generation a message may be. */
  readonly stepsAhead: number;
  /** How many skipped generations keep their key. */
  readonly generationsKept: number;
}

export interface Taken {
  readonly ratchet: Ratchet;
  readonly generation: number;
  readonly messageKey: MessageKey;
  /** Secrets of the former state that the new one does not contain. */
  readonly erase: readonly Uint8Array[];
}

/** Generations are uint32; the last one stays unused so that the counter never wraps. */
export const LAST_GENERATION = 0xfffffffe;

const NO_SKIPPED: ReadonlyMap<number, MessageKey> = new Map();

export const newRatchet = (secret: Uint8Array): Ratchet => ({ secret, generation: 0, skipped: NO_SKIPPED });

function keyAt(suite: Suite, secret: Uint8Array, generation: number): MessageKey {
  return {
    key: deriveTreeSecret(suite, secret, 'key', generation, suite.aead.keyLength),
    nonce: deriveTreeSecret(suite, secret, 'nonce', generation, suite.aead.nonceLength),
  };
}

/** Takes the next generation, to send. */
export function takeNext(suite: Suite, ratchet: Ratchet): Taken {
  const { secret, generation } = ratchet;
  check(generation <= LAST_GENERATION, 'generationExhausted');
  const messageKey = keyAt(suite, secret, generation);
  const next = deriveTreeSecret(suite, secret, 'secret', generation, suite.hashLength);
  return {
    ratchet: { secret: next, generation: generation + 1, skipped: ratchet.skipped },
    generation,
    messageKey,
    erase: [secret],
  };
}

/** Takes a named generation, to receive. Refuses used, forgotten and far-off generations before deriving. */
export function takeAt(suite: Suite, ratchet: Ratchet, wanted: number, limits: RatchetLimits): Taken {
  if (wanted < ratchet.generation) return takeSkipped(ratchet, wanted);
  check(wanted <= LAST_GENERATION, 'generationTooFar');
  check(wanted - ratchet.generation <= limits.stepsAhead, 'generationTooFar');
  if (wanted === ratchet.generation) return takeNext(suite, ratchet);

  const erase: Uint8Array[] = [ratchet.secret];
  const skipped = new Map(ratchet.skipped);
  let secret = ratchet.secret;
  for (let generation = ratchet.generation; generation < wanted; generation++) {
    if (wanted - generation <= limits.generationsKept)
      skipped.set(generation, keyAt(suite, secret, generation));
    const next = deriveTreeSecret(suite, secret, 'secret', generation, suite.hashLength);
    if (secret !== ratchet.secret) secret.fill(0);
    secret = next;
  }
  for (const [generation, old] of skipped) {
    if (skipped.size <= limits.generationsKept) break;
    skipped.delete(generation);
    erase.push(old.key, old.nonce);
  }
  const taken = takeNext(suite, { secret, generation: wanted, skipped });
  secret.fill(0);
  return { ...taken, erase };
}

function takeSkipped(ratchet: Ratchet, wanted: number): Taken {
  const messageKey = ratchet.skipped.get(wanted) ?? fail('generationUsed');
  const skipped = new Map(ratchet.skipped);
  skipped.delete(wanted);
  const { key, nonce } = messageKey;
  return {
    ratchet: { ...ratchet, skipped },
    generation: wanted,
    messageKey: { key: Uint8Array.from(key), nonce: Uint8Array.from(nonce) },
    erase: [key, nonce],
  };
}
