import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sessionAuth } from '@otr/protocol';

/** What pages show after their code was redeemed. One for the process: it dies with it. */
export function sessionTokens() {
  const bytes = randomBytes(32);
  return {
    /** As base64url, for the page. */
    text: () => bytes.toString('base64url'),
    /** `auth` of a Socket.IO handshake, as it came. */
    accepts(auth: unknown): boolean {
      const parsed = sessionAuth.safeParse(auth);
      return parsed.success && timingSafeEqual(Buffer.from(parsed.data.token, 'base64url'), bytes);
    },
  };
}

export type SessionTokens = ReturnType<typeof sessionTokens>;
