import { z } from 'zod';
import { base64urlText } from '../bytes.ts';
import { limits } from '../limits.ts';
import { emoji, role } from '../payload/payload.ts';

/** Room id, entry id and a member's pseudonym in its room as text (base64url). */
export const roomRef = base64urlText(16);
export const messageRef = base64urlText(16);
export const memberRef = base64urlText(32);

const milliseconds = z.number().int().nonnegative();
const wholeNumber = z.number().int().nonnegative();

export const relayStatus = z.object({
  url: z.string(),
  state: z.enum(['connecting', 'online', 'offline']),
  /** Own messages that are stored here and not yet acknowledged by the relay, in all rooms. */
  queued: wholeNumber,
  /** Why it is offline, as a sentence. */
  reason: z.string().optional(),
});

export const profile = z.object({
  /** The display name; null until one is chosen. */
  name: z.string().nullable(),
  /** True when nothing is kept after the proxy stops. */
  ephemeral: z.boolean(),
  /** Whether others are told what has been read, and that one types. */
  tellRead: z.boolean(),
  tellTyping: z.boolean(),
});

/** What guards the profile's master key, and whether it is open. */
export const vault = z.object({
  state: z.enum(['locked', 'open']),
  /** `file`: a file that only its owner may read, for who wants no passphrase. `none`: nothing is stored. */
  by: z.enum(['passphrase', 'keychain', 'file', 'none']),
  lockAfterMinutes: wholeNumber,
});

/**
 * What is known of who a member is. `self` · `verified`: the keys were compared, here or in another room · `unverified`: it
 * has shown who it is, nobody compared · `waiting`: it has not shown it yet · `unproven`: it speaks without having shown it ·
 * `refused`: it showed something false · `changed`: it bears the name of a verified person and has other keys; sending
 * waits for a decision.
 */
export const trust = z.enum(['self', 'verified', 'unverified', 'waiting', 'unproven', 'refused', 'changed']);
/** How a person was verified. */
export const verifiedBy = z.enum(['number', 'words', 'invite']);

export const member = z.object({
  key: memberRef,
  /** The name to show: unique in the room (a short fingerprint is appended where two members chose the same). */
  name: z.string(),
  self: z.boolean(),
  online: z.boolean(),
  admin: z.boolean(),
  /** Has received every entry up to this `seq`. */
  received: wholeNumber,
  /** Has read every entry up to this `seq`; null where it does not say. */
  read: wholeNumber.nullable(),
  trust,
  /** How and when it was verified; null where it is not. */
  verified: z.object({ by: verifiedBy, at: milliseconds }).nullable(),
  /**
   * What this member waits for. `invited`: it came by a one-time invite of ours; did we give it to this person? · `words`:
   * it reads out three words.
   */
  asks: z.enum(['invited', 'words']).optional(),
});

/** What this person may do in a room. */
export const rights = z.object({ invite: z.boolean(), remove: z.boolean(), change: z.boolean() });

export const roomSummary = z.object({
  room: roomRef,
  name: z.string(),
  /**
   * `creating`: waiting for the relay · `joining`: knocked, waiting for a member to let us in · `joined` · `stopped`: the
   * relay refuses this room or shows a log that nobody can follow, `reason` says why · `removed`: a member removed us ·
   * `lost`: our own keys are those of an older state, `returnToRoom` asks to be let in again.
   */
  state: z.enum(['creating', 'joining', 'joined', 'stopped', 'removed', 'lost']),
  reason: z.string().optional(),
  /** Our own pseudonym in the room; null before we are a member. */
  me: memberRef.nullable(),
  rights,
  /** Milliseconds that messages stay; 0: they stay. */
  disappearAfter: wholeNumber,
  /** Knocks that wait for this person's decision. */
  knocks: wholeNumber,
  /** Nothing that is said here is signed or kept on a disk. */
  offTheRecord: z.boolean(),
  /** Other members, by what is known of who they are. */
  trust: z.object({
    verified: wholeNumber,
    unverified: wholeNumber,
    /** Waiting, unproven or refused. */
    unknown: wholeNumber,
    /** Sending waits while there is any. */
    changed: wholeNumber,
  }),
  memberCount: wholeNumber,
  unread: wholeNumber,
  /** Rows up to this order are read. */
  readOrder: z.number().int(),
  queued: wholeNumber,
  draft: z.string().max(limits.draftCharacters),
  /** When something last happened here: sorts the list of rooms. */
  at: milliseconds,
  lastLine: z.object({ name: z.string(), text: z.string(), own: z.boolean() }).nullable(),
  /** The relay was caught misbehaving in this room and the person has not yet looked. */
  alarm: z.boolean(),
});

const rowBase = z.object({
  room: roomRef,
  /** Unique in the room: the message's id, or an id of the notice. */
  id: z.string().max(64),
  /**
   * Sorts the timeline: `seq × 1024` and up for what is at a place in the log, `unsentOrder` and up for what is
   * not yet.
   */
  order: z.number().int(),
  seq: z.number().int().nullable(),
  at: milliseconds,
});

/** Orders at and above this belong to own messages that the relay has not acknowledged. */
export const unsentOrder = 2 ** 50;
export const ordersPerSeq = 1024;

export const messageRow = rowBase.extend({
  kind: z.literal('message'),
  from: memberRef,
  name: z.string(),
  own: z.boolean(),
  text: z.string(),
  /** `saved`: on this machine · `relay`: acknowledged by the relay (or received from it). */
  delivery: z.enum(['saved', 'relay']),
  /** Own messages: who was a member when it was sealed. */
  recipients: z.array(memberRef).optional(),
  /** The message that this one answers, as it read then. */
  replyTo: z.object({ id: messageRef, name: z.string(), text: z.string() }).optional(),
  /** When it was last edited by its sender. */
  editedAt: milliseconds.optional(),
  /** Taken back by its sender: `text` is empty. */
  deleted: z.literal(true).optional(),
  reactions: z.array(z.object({ emoji, from: z.array(memberRef) })).optional(),
  /** When it is deleted everywhere. */
  expiresAt: milliseconds.optional(),
  /** What was known of the sender when it came. */
  trust: trust.optional(),
  /** Only for these members and the sender, and unsigned. */
  whisper: z.object({ to: z.array(memberRef), names: z.array(z.string()) }).optional(),
});

export const noticeRow = rowBase.extend({
  kind: z.literal('notice'),
  /** The event, for the catalogue of strings on screen; the values are in `data`. */
  event: z.enum([
    'created',
    'youJoined',
    'youReturned',
    'youWereRemoved',
    'joined',
    'returned',
    'left',
    'removed',
    'evicted',
    'renamed',
    'roomRenamed',
    'timerChanged',
    'rolesChanged',
    'adminsChanged',
    'inviteMade',
    'inviteRevoked',
    'expired',
    'newerVersion',
    'identityChanged',
    'verified',
    'wordsWrong',
    'wordsStopped',
  ]),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** Why an entry is refused, or what the relay was caught at. */
export const problemCodes = [
  'badCiphertext',
  'badPayload',
  'wrongId',
  'replayed',
  'outOfOrder',
  'messageMissing',
  'entryWithheld',
  'logRolledBack',
  'logForked',
  'unknownEntry',
  'badCommit',
  'wrongAccessKey',
  'ownStateOld',
  'identityRefused',
  'badWhisper',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** An entry that could not be decrypted or was refused: always shown, with its reason. */
export const refusedRow = rowBase.extend({
  kind: z.literal('refused'),
  problem: z.enum(problemCodes),
  /** The name of the claimed sender, where one is known. */
  name: z.string().nullable(),
});

/** The relay was caught misbehaving; the entry it was noticed at may still be good. */
export const alarmRow = rowBase.extend({
  kind: z.literal('alarm'),
  problem: z.enum(problemCodes),
  name: z.string().nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const row = z.discriminatedUnion('kind', [messageRow, noticeRow, refusedRow, alarmRow]);

/** An invite of a room, as its settings list it. */
export const inviteSummary = z.object({
  /** Public half of the invite's key pair: names it. */
  invite: memberRef,
  /** Null where only its maker can show it. */
  link: z.string().nullable(),
  uses: wholeNumber.nullable(),
  expiresAt: milliseconds.nullable(),
  approval: z.boolean(),
  /** Who made it, as a name. */
  by: z.string(),
  at: milliseconds,
});

/** Somebody who wants to come in. */
export const knockSummary = z.object({
  id: messageRef,
  name: z.string(),
  at: milliseconds,
  /** Nobody lets it in by itself: a person decides. */
  approval: z.boolean(),
  /** A member who lost its keys and comes back; its name as the room knows it. */
  returning: z.string().optional(),
});

/** What a room's settings show. */
export const roomDetails = z.object({
  room: roomRef,
  suite: z.string(),
  epoch: wholeNumber,
  memberCount: wholeNumber,
  /** When this member's own keys were last renewed. */
  keysRenewedAt: milliseconds.nullable(),
  /** A renewal was sent and its place in the log is not known yet. */
  renewalPending: z.boolean(),
  disappearAfter: wholeNumber,
  roles: z.object({ invite: role, remove: role, change: role }),
  invites: z.array(inviteSummary),
  knocks: z.array(knockSummary),
});

/** What two people compare. */
export const safetyNumber = z.object({
  member: memberRef,
  name: z.string(),
  trust,
  /** 60 digits in groups of five. */
  number: z.string().regex(/^(\d{5} ){11}\d{5}$/),
  /** The same for both: what the emoji are called travels with them. */
  emoji: z.array(z.object({ emoji: z.string(), name: z.string() })),
  /** What the QR code holds. */
  code: z.string().max(200),
});

export type Trust = z.infer<typeof trust>;
export type VerifiedBy = z.infer<typeof verifiedBy>;
export type SafetyNumber = z.infer<typeof safetyNumber>;
export type Rights = z.infer<typeof rights>;
export type InviteSummary = z.infer<typeof inviteSummary>;
export type KnockSummary = z.infer<typeof knockSummary>;
export type RoomDetails = z.infer<typeof roomDetails>;
export type RelayStatus = z.infer<typeof relayStatus>;
export type Vault = z.infer<typeof vault>;
export type Profile = z.infer<typeof profile>;
export type Member = z.infer<typeof member>;
export type RoomSummary = z.infer<typeof roomSummary>;
export type MessageRow = z.infer<typeof messageRow>;
export type NoticeRow = z.infer<typeof noticeRow>;
export type RefusedRow = z.infer<typeof refusedRow>;
export type AlarmRow = z.infer<typeof alarmRow>;
export type Row = z.infer<typeof row>;
