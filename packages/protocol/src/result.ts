import { z } from 'zod';

/**
 * What can go wrong on a wire, as a code for programs. The sentence for the person travels beside it.
 * Expected outcomes are values of this type; exceptions are bugs.
 */
export const errorCodes = [
  'badRequest',
  'tooLarge',
  'notAuthorised',
  'roomNotFound',
  'roomExists',
  'roomFull',
  /** The access key is a former epoch's: read on to the commit that ended it. */
  'epochEnded',
  'inviteNotFound',
  'knockNotFound',
  'tooManyKnocks',
  /** The relay asks for an admission token, or for another one. */
  'notAdmitted',
  'keyNotRegistered',
  'epochConflict',
  'rateLimited',
  'tooManyRooms',
  'storageFailed',
  'relayUnreachable',
  'badLink',
  'messageNotFound',
  /** The room's settings do not let this member do it. */
  'notAllowed',
  'memberNotFound',
  /** The member has not shown yet who it is: there is nobody to verify. */
  'notShown',
  /** The safety number, QR code or words are not those of this member. */
  'notTheSame',
  /** The profile is locked. */
  'locked',
  'wrongPassphrase',
  'keychainUnavailable',
  'unknownEvent',
  /** The local client's own: no proxy answers, or not in time. */
  'proxyUnreachable',
  'timedOut',
  'internal',
] as const;

export const wireError = z.object({
  code: z.enum(errorCodes),
  /** One sentence that says what happened and what to do. */
  message: z.string().max(500),
  /** Milliseconds to wait before another try (`rateLimited`). */
  retryAfter: z.number().int().nonnegative().optional(),
  /** The room's current epoch (`epochConflict`). */
  epoch: z.number().int().nonnegative().optional(),
});

export type ErrorCode = (typeof errorCodes)[number];
export type WireError = z.infer<typeof wireError>;

/** The answer to every request on both wires (a Socket.IO acknowledgement). */
export type Result<Value> = { ok: true; value: Value } | { ok: false; error: WireError };

export function ok<Value>(value: Value): { ok: true; value: Value } {
  return { ok: true, value };
}

export function refuse(
  code: ErrorCode,
  message: string,
  more: Partial<Omit<WireError, 'code' | 'message'>> = {},
): { ok: false; error: WireError } {
  return { ok: false, error: { code, message, ...more } };
}

/** The schema of a `Result` with this value: what the requesting side parses. */
export function resultOf<Schema extends z.ZodType>(value: Schema) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), error: wireError }),
  ]);
}
