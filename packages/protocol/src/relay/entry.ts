import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, publicKey } from '../bytes.ts';
import { limits } from '../limits.ts';

/** Place in a room's log: 1, 2, 3 … without holes. */
export const seq = z
  .number()
  .int()
  .positive()
  .max(2 ** 40 - 1);
/** Number of changes to the set of registered keys; every envelope is sealed for one epoch. */
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
  slices: z.array(slice).max(limits.keysPerAnswer),
  body: boundedBytes(limits.body).optional(),
});

export const entry = z.discriminatedUnion('kind', [registerKeyEntry, removeKeyEntry, envelopeEntry]);

export type Slice = z.infer<typeof slice>;
export type Registration = z.infer<typeof registration>;
export type RegisterKeyEntry = z.infer<typeof registerKeyEntry>;
export type RemoveKeyEntry = z.infer<typeof removeKeyEntry>;
export type EnvelopeEntry = z.infer<typeof envelopeEntry>;
export type Entry = z.infer<typeof entry>;
