import { z } from 'zod';
import { base64urlText } from '../bytes.ts';
import { limits } from '../limits.ts';
import { epoch } from '../relay/entry.ts';

const utf8 = new TextEncoder();

/** A display name or room name: one line, trimmed, no control or direction-changing characters. */
export const name = z
  .string()
  .trim()
  .min(1)
  .max(limits.nameCharacters)
  .regex(
    /^[^\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]*$/u,
    'must be plain text on one line',
  );

/** A message's text: 1 byte to `limits.text` bytes of UTF-8, well-formed. */
export const messageText = z
  .string()
  .min(1)
  .refine((text) => text.trim() !== '', 'must not be blank')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .refine((text) => utf8.encode(text).length <= limits.text, `must be at most ${limits.text} bytes`)
  // JSON writes a line end in two bytes and a control character in six: the body must hold that too.
  .refine(
    (text) => utf8.encode(JSON.stringify(text)).length <= 2 * limits.text,
    'has too many control characters',
  );

/**
 * What every payload carries so that the relay cannot reorder, withhold or replay unnoticed, nor show two
 * members two rooms (docs/protocol/incoming-message.md).
 */
const proof = z.object({
  /** The entry's id: equal to the envelope's, or the envelope is refused. */
  id: base64urlText(16),
  /** The sender's counter under this key: 1, 2, 3 … without holes. */
  counter: z.number().int().positive(),
  /** The epoch this was sealed for. */
  epoch,
  /** Hash of the set of member keys in that epoch, as the sender knows it. */
  roster: base64urlText(32),
  /** The last entry the sender had processed and its log digest there; absent until the sender knows a digest. */
  seen: z.object({ seq: z.number().int().nonnegative(), digest: base64urlText(32) }).optional(),
  /** The sender's clock, milliseconds since 1970. */
  at: z.number().int().nonnegative().max(8.64e15),
});

/** What a member says. Unknown kinds are kept and shown as "sent by a newer version". */
export const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: messageText }),
  /** The sender's new display name. */
  z.object({ kind: z.literal('profile'), name }),
  /** The room's new name. */
  z.object({ kind: z.literal('roomName'), name }),
  /** The sender is about to remove its key. */
  z.object({ kind: z.literal('leave') }),
]);

/** The plaintext inside an envelope, as JSON in UTF-8 before padding. */
export const payload = z.object({ version: z.literal(1), proof, content });

/** As `payload`, but with any kind of content: how a newer version's payload is recognised. */
export const openPayload = z.object({
  version: z.number().int().positive(),
  proof,
  content: z.looseObject({ kind: z.string().max(64) }),
});

export type PayloadProof = z.infer<typeof proof>;
export type Content = z.infer<typeof content>;
export type Payload = z.infer<typeof payload>;

/** Under a key of the room secret: the profile in a registration. An empty name means "none chosen yet". */
export const sealedProfile = z.object({ name: z.union([name, z.literal('')]) });
/** Under a key of the room secret: what a joiner is told of the room. */
export const sealedRoomInfo = z.object({ name, at: z.number().int().nonnegative() });
/** Under a key of the room secret: everything up to this entry has been received. */
export const sealedMark = z.object({ received: z.number().int().nonnegative() });
/** Under a key of the room secret: this member is typing. */
export const sealedVolatile = z.object({ kind: z.literal('typing'), from: base64urlText(32) });
