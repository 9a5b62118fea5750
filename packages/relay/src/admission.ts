import { timingSafeEqual } from 'node:crypto';
import { admissionToken, type ErrorCode, type WireError } from '@otr/protocol';
import type { Socket } from 'socket.io';
import { TokenBucket } from './tokenBucket.ts';

/** Bytes of the longest token, and more: what is shown is compared in this length. */
const comparedBytes = 256;

/** Refusals that are answered, over all connections; beyond them who shows no token is cut off without a word. */
const answersPerSecond = 20;
const answersAtOnce = 200;

/** What Socket.IO passes to the client as the reason of its `connect_error`. */
class NotAdmitted extends Error {
  readonly data: WireError;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.data = { code, message };
  }
}

export type AdmissionCheck = (socket: Socket, next: (refusal?: Error) => void) => void;

/**
 * Socket.IO middleware for a private relay (rule A5): admits connections whose handshake shows one of the tokens
 * (`auth: { admission }`). Several are for the time in which a token is replaced. No address is looked at: a flood of
 * wrong tokens is not answered, and those who have the right one never wait for it.
 */
export function checkAdmission(tokens: readonly string[], refused: () => void): AdmissionCheck {
  const padded = tokens.map(inFixedLength);
  const answers = new TokenBucket(answersPerSecond, answersAtOnce, Date.now());
  return (socket, next) => {
    const shown = shownToken(socket);
    if (isOneOf(padded, shown)) {
      next();
      return;
    }
    refused();
    if (answers.take(1, Date.now()) > 0) socket.conn.close(true);
    next(refusalOf(shown));
    // The refusal leaves first.
    setImmediate(() => socket.conn.close());
  };
}

function shownToken(socket: Socket): string | undefined {
  const shown: unknown = socket.handshake.auth['admission'];
  return typeof shown === 'string' ? shown : undefined;
}

/** In a time that tells nothing: of equal length, and all of them. */
function isOneOf(padded: readonly Buffer[], shown: string | undefined): boolean {
  if (!admissionToken.safeParse(shown).success) return false;
  const asked = inFixedLength(shown ?? '');
  return padded.map((token) => timingSafeEqual(token, asked)).includes(true);
}

/** No token has a zero byte, so two are equal when these are. */
function inFixedLength(token: string): Buffer {
  const fixed = Buffer.alloc(comparedBytes);
  fixed.write(token, 'latin1');
  return fixed;
}

function refusalOf(shown: string | undefined): NotAdmitted {
  const sentence =
    shown === undefined
      ? 'This relay asks for an admission token. Ask whoever runs it, and start your proxy with --admission TOKEN.'
      : 'This relay does not know this admission token. Ask whoever runs it for the current one.';
  return new NotAdmitted('notAdmitted', sentence);
}
