import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, publicKey } from '../bytes.ts';
import { limits } from '../limits.ts';

/** Place in a room's log: 1, 2, 3 … without holes. */
export const seq = z
  .number()
  .int()
  .positive()
  .max(2 ** 40 - 1);
/**
 * Number of commits, or in a room without commits of changes to the set of registered keys. Every envelope is sealed
 * for one epoch; a commit or a change carries the epoch that it opens.
 */
export const epoch = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 40);

/** One recipient's part of an envelope. `to` is the recipient's public key. */
export const slice = z.object({ to: publicKey, ciphertext: boundedBytes(limits.slice) });

/**
 * A public key registration. `sealedProfile` holds the display name under a key of the room secret, `tag`
 * authenticates the registration under another (docs/protocol/key-registration.md).
 */
export const registration = z.object({
  publicKey,
  sealedProfile: boundedBytes(limits.sealed),
  tag: fixedBytes(32),
});

const place = { seq, id: entryId, epoch };

/** A key joined the room, or a registered key's profile was replaced (then `epoch` is unchanged). */
export const registerKeyEntry = z.object({ kind: z.literal('registerKey'), ...place, ...registration.shape });

/** A key left the room: by itself (`left`) or because nobody answered for it (`cleanup`). */
export const removeKeyEntry = z.object({
  kind: z.literal('removeKey'),
  ...place,
  publicKey,
  reason: z.enum(['left', 'cleanup']),
});

/** An envelope at its place in the log, with the reader's own slices only. */
export const envelopeEntry = z.object({
  kind: z.literal('envelope'),
  ...place,
  from: publicKey,
  slices: z.array(slice).max(limits.slicesPerReader),
  body: boundedBytes(limits.body).optional(),
});

/** An envelope whose ciphertext itself says who sent it (RFC 9420 §6.3), with the reader's own slices only. */
export const messageEntry = z.object({
  kind: z.literal('message'),
  ...place,
  slices: z.array(slice).max(limits.slicesPerReader),
  body: boundedBytes(limits.body),
});

/** A commit (RFC 9420 §12.4): it opens `epoch`, in which `accessKey` is the room's access key. */
export const commitEntry = z.object({
  kind: z.literal('commit'),
  ...place,
  accessKey: publicKey,
  body: boundedBytes(limits.commit),
});

export const entry = z.discriminatedUnion('kind', [
  registerKeyEntry,
  removeKeyEntry,
  envelopeEntry,
  messageEntry,
  commitEntry,
]);

export type Slice = z.infer<typeof slice>;
export type Registration = z.infer<typeof registration>;
export type RegisterKeyEntry = z.infer<typeof registerKeyEntry>;
export type RemoveKeyEntry = z.infer<typeof removeKeyEntry>;
export type EnvelopeEntry = z.infer<typeof envelopeEntry>;
export type MessageEntry = z.infer<typeof messageEntry>;
export type CommitEntry = z.infer<typeof commitEntry>;
export type Entry = z.infer<typeof entry>;
