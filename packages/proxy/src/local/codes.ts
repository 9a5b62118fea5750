import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { sessionLabel } from '@otr/protocol';

const codeLifeMs = 10 * 60_000;
const challengeLifeMs = 60_000;
const codesAtMost = 16;
const challengesAtMost = 64;
const failuresAtMost = 10;
const failureWindowMs = 60_000;

/**
 * `tooMany`: so many wrong answers that for a while none is looked at. A code has 256 bits: the limit makes noise
 * visible, guessing is hopeless without it.
 */
export type Redemption = 'redeemed' | 'refused' | 'tooMany';

/**
 * One-time codes of the page's addresses, and challenges for those who hold one. Each code opens once and within
 * ten minutes; each challenge is answered once and within one. Both are few: the oldest go first.
 */
export function oneTimeCodes(now: () => number = Date.now) {
  const codes = new Set<{ key: KeyObject; until: number }>();
  const challenges = new Map<string, number>();
  let failures: number[] = [];

  function forgetExpired(): void {
    for (const code of codes) if (code.until <= now()) codes.delete(code);
    for (const [challenge, until] of challenges) if (until <= now()) challenges.delete(challenge);
    failures = failures.filter((at) => at > now() - failureWindowMs);
  }

  return {
    /** A fresh code as base64url. */
    issue(): string {
      forgetExpired();
      const bytes = randomBytes(32);
      codes.add({ key: createSecretKey(bytes), until: now() + codeLifeMs });
      dropOldest(codes, codesAtMost);
      const code = bytes.toString('base64url');
      bytes.fill(0);
      return code;
    },

    challenge(): string {
      forgetExpired();
      const challenge = randomBytes(32).toString('base64url');
      challenges.set(challenge, now() + challengeLifeMs);
      dropOldest(challenges, challengesAtMost);
      return challenge;
    },

    /** Both as base64url. The challenge is used up either way; the code only by the right response. */
    redeem(challenge: string, response: string): Redemption {
      forgetExpired();
      if (failures.length >= failuresAtMost) return 'tooMany';
      const code = challenges.delete(challenge) ? matching(challenge, response) : null;
      if (code === null) {
        failures.push(now());
        return 'refused';
      }
      codes.delete(code);
      return 'redeemed';
    },
  };

  /** Looks at every code, so that the time it takes tells nothing. */
  function matching(challenge: string, response: string) {
    const given = Buffer.from(response, 'base64url');
    let found = null;
    for (const code of codes) {
      const expected = createHmac('sha256', code.key)
        .update(sessionLabel)
        .update(Buffer.from(challenge, 'base64url'))
        .digest();
      if (given.length === expected.length && timingSafeEqual(given, expected)) found = code;
    }
    return found;
  }
}

export type OneTimeCodes = ReturnType<typeof oneTimeCodes>;

function dropOldest<Key>(
  collection: { size: number; keys(): Iterator<Key>; delete(key: Key): boolean },
  atMost: number,
) {
  while (collection.size > atMost) {
    const oldest = collection.keys().next();
    if (oldest.done) return;
    collection.delete(oldest.value);
  }
}
