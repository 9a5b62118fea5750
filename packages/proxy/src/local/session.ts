import type { IncomingMessage } from 'node:http';
import { sessionRequest } from '@otr/protocol';
import type { OneTimeCodes } from './codes.ts';
import type { SessionTokens } from './token.ts';

export interface Reply {
  status: number;
  body: object;
}

const bodyAtMost = 1024;

export function answerChallenge(codes: OneTimeCodes): Reply {
  return { status: 200, body: { challenge: codes.challenge() } };
}

/** The page's answer to a challenge, for a token. */
export async function answerToken(
  request: IncomingMessage,
  codes: OneTimeCodes,
  tokens: SessionTokens,
): Promise<Reply> {
  const parsed = sessionRequest.safeParse(await readJson(request));
  if (!parsed.success) return refusal(400, 'badRequest', 'The request is not as the protocol says.');
  switch (codes.redeem(parsed.data.challenge, parsed.data.response)) {
    case 'redeemed':
      return { status: 200, body: { token: tokens.text() } };
    case 'refused':
      return refusal(
        403,
        'notAuthorised',
        'This address was used before or is too old. Ask for a fresh one.',
      );
    case 'tooMany':
      return refusal(
        429,
        'rateLimited',
        'Too many wrong codes. Wait a minute, then ask for a fresh address.',
      );
  }
}

/** Null when it is too long, no JSON or breaks off. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bodyAtMost) return null;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
}

function refusal(status: number, code: string, message: string): Reply {
  return { status, body: { code, message } };
}
