import { z } from 'zod';
import { boundedBytes, entryId, publicKey } from '../bytes.ts';
import { limits } from '../limits.ts';

/** Place in a room's log: 1, 2, 3 … without holes. */
export const seq = z
  .number()
  .int()
  .positive()
  .max(2 ** 40 - 1);
/** Number of commits in the room so far. Every message is sealed for one epoch; a commit carries the epoch it opens. */
export const epoch = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 40);

/** One recipient's part of a message. `to` is a public key that the recipient named on entering. */
export const slice = z.object({ to: publicKey, ciphertext: boundedBytes(limits.slice) });

const place = { seq, id: entryId, epoch };

/** A message at its place in the log: its ciphertext itself says who sent it (RFC 9420 §6.3). Own slices only. */
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

export const entry = z.discriminatedUnion('kind', [messageEntry, commitEntry]);

export type Slice = z.infer<typeof slice>;
export type MessageEntry = z.infer<typeof messageEntry>;
export type CommitEntry = z.infer<typeof commitEntry>;
export type Entry = z.infer<typeof entry>;
