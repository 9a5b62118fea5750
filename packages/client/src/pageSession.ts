import { sessionChallenge, sessionLabel, sessionPaths, sessionToken } from '@otr/protocol';
import { fromBase64url, toBase64url } from './base64url.ts';

/** `unreachable`: no proxy answered; the code may still be good. `refused`: it is not. */
export type Exchange = { kind: 'token'; token: string } | { kind: 'refused' } | { kind: 'unreachable' };

export interface Answer {
  readonly ok: boolean;
  json(): Promise<unknown>;
}

/** POSTs to a path of this origin. */
export type Post = (path: string, body: string) => Promise<Answer>;

/**
 * Turns the address's one-time code into a token. The code itself stays here: the proxy gets an HMAC of its
 * challenge (docs: packages/protocol/src/local/session.ts).
 */
export async function exchangeCode(code: string, post: Post): Promise<Exchange> {
  try {
    const asked = await post(sessionPaths.challenge, '{}');
    if (!asked.ok) return { kind: 'refused' };
    const { challenge } = sessionChallenge.parse(await asked.json());
    const response = await respond(code, challenge);
    const answered = await post(sessionPaths.token, JSON.stringify({ challenge, response }));
    if (!answered.ok) return { kind: 'refused' };
    return { kind: 'token', ...sessionToken.parse(await answered.json()) };
  } catch {
    return { kind: 'unreachable' };
  }
}

async function respond(code: string, challenge: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    fromBase64url(code),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const label = new TextEncoder().encode(sessionLabel);
  const message = new Uint8Array([...label, ...fromBase64url(challenge)]);
  return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, message)));
}
