import { base64urlText, content, verifiedBy, whisperedKinds } from '@otr/protocol';
import { z } from 'zod';
import { relayOrigin } from '../core/inviteLink.ts';

/**
 * What a backup holds, in this order: the profile, the people it knows, its rooms, what waits to be sent, the rows of all
 * timelines as they were written. Each is a line of JSON. There is no place for a key of a room's group.
 */
const count = z.int().nonnegative();

const profile = z.strictObject({
  kind: z.literal('profile'),
  madeAt: count,
  name: z.string().nullable(),
  tellRead: z.boolean(),
  tellTyping: z.boolean(),
  /** The private half (D1): whoever restores the profile is the same person. Backups of version 1 have none. */
  identityKey: base64urlText(32).optional(),
});

const person = z.strictObject({
  kind: z.literal('person'),
  identityKey: base64urlText(32),
  name: z.string(),
  metAt: count,
  verified: z.strictObject({ by: verifiedBy, at: count }).nullable(),
  accepted: z.boolean(),
});

/** How the person comes in (again): `formerly` is null for who was never in the room, and knocks by an invite. */
const way = z.strictObject({
  secret: base64urlText(32),
  formerly: base64urlText(32).nullable(),
  /** By a one-time invite, which shows its maker who comes by it (D7). */
  cameBy: z.strictObject({ voucher: base64urlText(32), fingerprint: base64urlText(16) }).optional(),
});

const room = z.strictObject({
  kind: z.literal('room'),
  room: base64urlText(16),
  relayUrl: z.string().refine((url) => relayOrigin(url) === url),
  name: z.string(),
  removed: z.boolean(),
  way: way.nullable(),
  readOrder: z.int(),
  at: count,
  alarm: z.boolean(),
  draft: z.string(),
});

/** `room` counts the rooms of the backup from 0. */
const queued = z.strictObject({
  kind: z.literal('queued'),
  room: count,
  id: base64urlText(16),
  content: content.refine(({ kind }) => isSaid(kind)),
  at: count,
  /** A whisper never comes back as anything else. */
  whisperTo: z.union([z.array(base64urlText(32)), z.literal('everyone')]).optional(),
});

/** A row comes back with all that it had: only what the store looks at is looked at. */
const row = z.strictObject({
  kind: z.literal('row'),
  room: count,
  row: z.looseObject({
    kind: z.enum(['message', 'notice', 'refused', 'alarm']),
    id: z.string(),
    order: z.int(),
    expiresAt: count.optional(),
    replyTo: z.looseObject({ id: z.string() }).optional(),
  }),
});

const record = z.discriminatedUnion('kind', [profile, person, room, queued, row]);

export type BackupRecord = z.infer<typeof record>;
export type RecordOf<Kind extends BackupRecord['kind']> = Extract<BackupRecord, { kind: Kind }>;

/** What a person says; all else that is queued is for the leaf that queued it. */
export function isSaid(kind: string): boolean {
  return whisperedKinds.some((said) => said === kind);
}

/** What was saved or restored, for the sentence at the end. */
export interface Counts {
  rooms: number;
  messages: number;
}

export function countRecord(counts: Counts, record: BackupRecord): void {
  if (record.kind === 'room') counts.rooms += 1;
  if (record.kind === 'row' && record.row.kind === 'message') counts.messages += 1;
}

export function formatRecord(record: BackupRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** Null where it is no record of this version. */
export function parseRecord(line: Uint8Array): BackupRecord | null {
  try {
    const parsed = record.safeParse(JSON.parse(Buffer.from(line).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
