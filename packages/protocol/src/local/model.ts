import { z } from 'zod';
import { base64urlText } from '../bytes.ts';
import { limits } from '../limits.ts';

/** Room id, entry id and public key as text (base64url). */
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
});

export const member = z.object({
  key: memberRef,
  /** The name to show: unique in the room (a short fingerprint is appended where two members chose the same). */
  name: z.string(),
  self: z.boolean(),
  online: z.boolean(),
  /** Has received every entry up to this `seq`. */
  received: wholeNumber,
});

export const roomSummary = z.object({
  room: roomRef,
  name: z.string(),
  /**
   * `creating` and `joining`: waiting for the relay · `joined` · `stopped`: the relay refuses this room, `reason`
   * says why.
   */
  state: z.enum(['creating', 'joining', 'joined', 'stopped']),
  reason: z.string().optional(),
  /** This proxy's own current public key; null before one is registered. */
  me: memberRef.nullable(),
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
  /** Own messages: members it was sealed for. */
  recipients: z.array(memberRef).optional(),
});

export const noticeRow = rowBase.extend({
  kind: z.literal('notice'),
  /** The event, for the catalogue of strings on screen; the values are in `data`. */
  event: z.enum([
    'created',
    'youJoined',
    'joined',
    'left',
    'keyRemoved',
    'renamed',
    'roomRenamed',
    'notSealedForYou',
    'expired',
    'newerVersion',
  ]),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** Why an entry is refused, or what the relay was caught at. */
export const problemCodes = [
  'unknownSender',
  'badCiphertext',
  'badBody',
  'badPayload',
  'wrongId',
  'replayed',
  'outOfOrder',
  'badRegistration',
  'keyReused',
  'messageMissing',
  'entryWithheld',
  'logRolledBack',
  'logForked',
  'rosterMismatch',
  'unknownEntry',
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

export type RelayStatus = z.infer<typeof relayStatus>;
export type Profile = z.infer<typeof profile>;
export type Member = z.infer<typeof member>;
export type RoomSummary = z.infer<typeof roomSummary>;
export type MessageRow = z.infer<typeof messageRow>;
export type NoticeRow = z.infer<typeof noticeRow>;
export type RefusedRow = z.infer<typeof refusedRow>;
export type AlarmRow = z.infer<typeof alarmRow>;
export type Row = z.infer<typeof row>;
