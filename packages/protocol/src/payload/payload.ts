import { z } from 'zod';
import { base64urlText } from '../bytes.ts';
import { limits } from '../limits.ts';

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

/** One emoji as people type it, which may be several code points. */
export const emoji = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'must be one emoji');

/** A member's pseudonym in one room: 32 random bytes, the identity of its MLS credential (RFC 9420 §5.3). */
export const memberId = base64urlText(32);
const messageId = base64urlText(16);
const milliseconds = z.number().int().nonnegative().max(8.64e15);

/**
 * What every payload carries so that the relay cannot withhold or replay unnoticed, nor show two members two logs
 * (docs/protocol/incoming-message.md). MLS itself says who sent it, and in which epoch.
 */
const proof = z.object({
  /** The entry's id: equal to the envelope's, or the envelope is refused. */
  id: messageId,
  /** The sender's counter in this room: 1, 2, 3 … without holes. */
  counter: z.number().int().positive(),
  /** Of the epoch it was sealed in (RFC 9420 §8.7), hashed; members of a fork have another. */
  authenticator: base64urlText(32),
  /** The last entry the sender had processed and its log digest there; absent until the sender knows a digest. */
  seen: z.object({ seq: z.number().int().nonnegative(), digest: base64urlText(32) }).optional(),
  /** The sender's clock, milliseconds since 1970. */
  at: milliseconds,
});

const first = z.literal(1);

/** Place of a member in the group's tree (RFC 9420 §4.1). */
const leafIndex = z.number().int().nonnegative().max(2_047);

/**
 * Shows who the sender is to each of the named members, and to nobody else (D3). Filled in when it is sealed: the tags
 * are of the epoch.
 */
const identify = z.object({
  kind: z.literal('identify'),
  version: first,
  to: z.array(leafIndex).max(limits.recipients),
  /** A tag for each of them, in that order: 16 bytes each, together as base64url. */
  tags: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/)
    .max(Math.ceil((limits.recipients * 16 * 4) / 3)),
  /** Shows the maker of a one-time invite that the sender came by it (D7). */
  voucher: base64urlText(32).optional(),
});

/** A step of comparing three words that were read aloud (D8): CPace. All see it, one member takes part. */
const words = z.object({
  kind: z.literal('words'),
  version: first,
  to: memberId,
  /** Names the exchange: 16 bytes. */
  session: base64urlText(16),
  step: z.discriminatedUnion('name', [
    z.object({ name: z.literal('start'), share: base64urlText(32) }),
    z.object({ name: z.literal('answer'), share: base64urlText(32), confirmation: base64urlText(32) }),
    z.object({ name: z.literal('finish'), confirmation: base64urlText(32) }),
    /** Nobody is verified: the words were wrong, or the person gave up. */
    z.object({ name: z.literal('stop'), wrong: z.boolean() }),
  ]),
});

/** What a member says, by kind and version. Others are kept and shown as "sent by a newer version". */
export const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), version: first, text: messageText, replyTo: messageId.optional() }),
  /** Replaces the text of one of the sender's own messages. */
  z.object({ kind: z.literal('edit'), version: first, target: messageId, text: messageText }),
  /** Takes back one of the sender's own messages. */
  z.object({ kind: z.literal('delete'), version: first, target: messageId }),
  z.object({ kind: z.literal('reaction'), version: first, target: messageId, emoji, on: z.boolean() }),
  /**
   * The sender leaves: any member may commit its removal (RFC 9420 §12.2: nobody can remove itself). What follows it from
   * the same leaf is refused.
   */
  z.object({
    kind: z.literal('leave'),
    version: first,
    /** The private half of the leaf's signature key, 32 bytes: from here on anyone can sign what the sender ever signed (D10). */
    signatureKey: base64urlText(32).optional(),
  }),
  identify,
  words,
]);

/** What may be whispered: what a person says, and what changes it. */
export const whisperedKinds = ['text', 'edit', 'delete', 'reaction'] as const;

/** The plaintext inside an envelope, as JSON in UTF-8 before padding. */
export const payload = z.object({ version: first, proof, content });

/** As `payload`, but with any kind of content: how a newer version's payload is recognised. */
export const openPayload = z.object({
  version: z.number().int().positive(),
  proof,
  content: z.looseObject({ kind: z.string().max(64) }),
});

/**
 * What a whisper's body holds, as JSON in UTF-8 before padding. Nothing in it is signed: who can open it could have made
 * it (D4, D5).
 */
export const whisper = z.object({
  version: first,
  /** The entry's id. */
  id: messageId,
  at: milliseconds,
  /** All for whom it is; absent where it is for everyone (a room off the record). */
  to: z.array(memberId).min(1).max(limits.whisperedTo).optional(),
  content,
});

export type Whisper = z.infer<typeof whisper>;
export type PayloadProof = z.infer<typeof proof>;
export type Content = z.infer<typeof content>;
export type Payload = z.infer<typeof payload>;

/** What a member's leaf says of it, in an extension of the leaf node. An empty name means "none chosen yet". */
export const leafProfile = z.object({
  version: first,
  name: z.union([name, z.literal('')]),
  /** The person's long-term X25519 public key (D1); a leaf keeps it as long as it is in the tree. */
  identityKey: base64urlText(32),
  /** A fresh X25519 public key of this leaf (D2). */
  ephemeralKey: base64urlText(32),
  /** The pseudonym of the leaf that this member had before it lost its keys; the commit that adds it removes that one. */
  formerly: memberId.optional(),
});

/** Who may do a thing in a room. */
export const role = z.enum(['everyone', 'admins']);

/** An invite as all members know it: they check knocks against it. */
export const groupInvite = z.object({
  /** 32 bytes; every key of the invite comes from it. */
  secret: base64urlText(32),
  /** How many may still come in by it; null without a limit. */
  uses: z.number().int().positive().max(10_000).nullable(),
  expiresAt: milliseconds.nullable(),
  /** A person has to let each one in. */
  approval: z.boolean(),
  by: memberId,
  at: milliseconds,
  /** It came from a secret that only the maker and who was given the link know (D7): others cannot show the link. */
  vouched: z.boolean(),
});

/** What the members agree on, in an extension of the group context: only a commit can change it. */
export const roomSettings = z.object({
  version: first,
  name,
  /** Messages are deleted everywhere this long after they were sent, in milliseconds; 0: they stay. */
  disappearAfter: z
    .number()
    .int()
    .nonnegative()
    .max(366 * 86_400_000),
  roles: z.object({ invite: role, remove: role, change: role }),
  admins: z.array(memberId).max(limits.admins),
  invites: z.array(groupInvite).max(limits.invitesOfRoom),
  /** Everything that people say is whispered to all members, and no proxy writes it to disk. Never changes. */
  offTheRecord: z.boolean(),
  /** Members who lost their keys knock under it; a person has to let each one in. */
  returnSecret: base64urlText(32),
});

/** A joiner's sealed request. */
export const knockContent = z.object({
  version: first,
  name: z.union([name, z.literal('')]),
  /** An encoded MLS key package for each suite that the joiner can use (RFC 9420 §10), as base64url. */
  keyPackages: z.array(z.string().max(8_192)).min(1).max(4),
  /** What its leaf says too: who comes back. */
  formerly: memberId.optional(),
});

/** Sealed under a key of the epoch, fanned out and never stored. Any member of the epoch could have made it. */
export const volatile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('typing'), version: first, from: memberId }),
  /** The sender is here, and has received everything up to an entry. `asks`: it has just come, and wants to hear who is. */
  z.object({
    kind: z.literal('here'),
    version: first,
    from: memberId,
    received: z.number().int().nonnegative(),
    /** Where the sender lets others know: everything up to this entry has been seen by the person. */
    read: z.number().int().nonnegative().optional(),
    asks: z.boolean(),
  }),
  z.object({ kind: z.literal('gone'), version: first, from: memberId }),
]);

export type LeafProfile = z.infer<typeof leafProfile>;
export type RoomSettings = z.infer<typeof roomSettings>;
export type GroupInvite = z.infer<typeof groupInvite>;
export type KnockContent = z.infer<typeof knockContent>;
export type Volatile = z.infer<typeof volatile>;
