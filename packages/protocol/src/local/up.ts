import { z } from 'zod';
import { limits } from '../limits.ts';
import { emoji, messageText, name, role } from '../payload/payload.ts';
import {
  member,
  memberRef,
  messageRef,
  profile,
  relayStatus,
  roomDetails,
  roomRef,
  roomSummary,
  row,
  safetyNumber,
  vault,
} from './model.ts';

const nothing = z.object({});
const passphrase = z.string().min(1).max(1_024);
const inRoom = z.object({ room: roomRef });
const withMember = inRoom.extend({ member: memberRef });

/**
 * Local client → proxy: what a browser, a terminal or a bot may ask. Each is a Socket.IO event with one
 * argument (`request`) and an acknowledgement (`Result` of `response`).
 */
export const localUp = {
  /** Whether the profile is open. All other requests but those about the vault are refused with `locked` while it is not. */
  getVault: { request: nothing, response: vault },
  /** Without a passphrase where a keychain or a file guards the profile. */
  unlock: { request: z.object({ passphrase: passphrase.optional() }), response: nothing },
  /** Wipes the keys from memory and closes the databases; every client is shown `vault`. */
  lock: { request: nothing, response: nothing },
  /** Changes what guards the master key. `current` is needed where a passphrase guards it now. */
  protect: {
    request: z.object({
      by: z.enum(['passphrase', 'keychain', 'file']),
      passphrase: passphrase.optional(),
      current: passphrase.optional(),
      /** Lock when no client has asked for anything for so many minutes; 0: never. */
      lockAfterMinutes: z
        .number()
        .int()
        .nonnegative()
        .max(7 * 24 * 60),
    }),
    response: nothing,
  },
  setName: { request: z.object({ name }), response: nothing },
  /** `large`: for more than 350 members, with the compact suite (no post-quantum key agreement). */
  createRoom: {
    request: z.object({ name, large: z.boolean().optional(), offTheRecord: z.boolean().optional() }),
    response: z.object({ room: roomRef }),
  },
  /** Take an invite link. Answers when the room is stored; `state` of the room tells when it is joined. */
  joinRoom: { request: z.object({ link: z.string().max(2_048) }), response: z.object({ room: roomRef }) },
  /** A link for as many as like, without an end: the room's newest such invite, or a new one. */
  invite: { request: inRoom, response: z.object({ link: z.string() }) },
  /** Another invite. Answers when it is stored here; the link works once the relay has it. */
  createInvite: {
    request: inRoom.extend({
      uses: z.number().int().positive().max(10_000).nullable(),
      /** Milliseconds from now. */
      expiresIn: z
        .number()
        .int()
        .positive()
        .max(366 * 86_400_000)
        .nullable(),
      approval: z.boolean(),
    }),
    response: z.object({ link: z.string() }),
  },
  revokeInvite: { request: inRoom.extend({ invite: memberRef }), response: nothing },
  /** Let in somebody who knocks, or refuse it. */
  admitKnock: { request: inRoom.extend({ knock: messageRef }), response: nothing },
  refuseKnock: { request: inRoom.extend({ knock: messageRef }), response: nothing },
  removeMember: { request: inRoom.extend({ member: memberRef }), response: nothing },
  setAdmin: { request: inRoom.extend({ member: memberRef, admin: z.boolean() }), response: nothing },
  setRoles: {
    request: inRoom.extend({ roles: z.object({ invite: role, remove: role, change: role }) }),
    response: nothing,
  },
  /** Messages are deleted everywhere so many milliseconds after they were sent; 0: they stay. */
  setTimer: {
    request: inRoom.extend({
      disappearAfter: z
        .number()
        .int()
        .nonnegative()
        .max(366 * 86_400_000),
    }),
    response: nothing,
  },
  /** After our own keys were lost: ask to be let in again, with the history that is here. */
  returnToRoom: { request: inRoom, response: nothing },
  getDetails: { request: inRoom, response: roomDetails },
  renameRoom: { request: inRoom.extend({ name }), response: nothing },
  /** `publishKey`: the room's members are given our signature key, so that what we signed there proves nothing. */
  leaveRoom: { request: inRoom.extend({ publishKey: z.boolean().optional() }), response: nothing },
  /** `id` is made by the client, so that a repeated request is one message. Answers when the message is stored. */
  sendMessage: {
    request: inRoom.extend({
      id: messageRef,
      text: messageText,
      replyTo: messageRef.optional(),
      /** A whisper: for these members only. */
      whisperTo: z.array(memberRef).min(1).max(limits.whisperedTo).optional(),
    }),
    response: z.object({ id: messageRef }),
  },
  /** Of one's own messages. `id` is that of the change, made by the client. */
  editMessage: {
    request: inRoom.extend({ id: messageRef, target: messageRef, text: messageText }),
    response: nothing,
  },
  deleteMessage: { request: inRoom.extend({ id: messageRef, target: messageRef }), response: nothing },
  react: {
    request: inRoom.extend({ id: messageRef, target: messageRef, emoji, on: z.boolean() }),
    response: nothing,
  },
  /** Changes or deletes (null) a message in this profile's own history, and nowhere else. No trace stays. */
  rewriteHistory: {
    request: inRoom.extend({ id: messageRef, text: messageText.nullable() }),
    response: nothing,
  },
  /** `notShown` while the member has not shown who it is. */
  getSafetyNumber: { request: withMember, response: safetyNumber },
  /** They were compared and are the same. `number` is what was compared: the digits, or what a QR code held. */
  verifyMember: { request: withMember.extend({ number: z.string().max(200) }), response: nothing },
  /** Takes a verification back. */
  unverifyMember: { request: withMember, response: nothing },
  /** A `changed` member is taken for what it is, unverified: sending goes on. */
  acceptMember: { request: withMember, response: nothing },
  /** Whether the one-time invite that this member came by was given to this person. */
  confirmInvited: { request: withMember.extend({ yes: z.boolean() }), response: nothing },
  /** Three words to read out; the other person enters them. `words` events tell the outcome. */
  startWords: { request: withMember, response: z.object({ words: z.array(z.string()).length(3) }) },
  /** The words that this member read out. */
  enterWords: { request: withMember.extend({ words: z.string().max(200) }), response: nothing },
  stopWords: { request: withMember, response: nothing },
  /** Messages with all of these words, or beginnings of words, the newest first; in one room or all. */
  search: {
    request: z.object({
      text: z.string().min(1).max(200),
      room: roomRef.optional(),
      limit: z.number().int().positive().max(limits.searchHits),
    }),
    response: z.object({ hits: z.array(z.object({ room: roomRef, row })) }),
  },
  /** A page of rows in order: the newest, those before or after an order, or those around a message. */
  getTimeline: {
    request: inRoom.extend({
      from: z.discriminatedUnion('at', [
        z.object({ at: z.literal('end') }),
        z.object({ at: z.literal('before'), order: z.number().int() }),
        z.object({ at: z.literal('after'), order: z.number().int() }),
        z.object({ at: z.literal('around'), id: z.string().max(64) }),
      ]),
      limit: z.number().int().positive().max(limits.timelinePage),
    }),
    response: z.object({ rows: z.array(row), olderLeft: z.boolean(), newerLeft: z.boolean() }),
  },
  getMembers: { request: inRoom, response: z.object({ members: z.array(member) }) },
  /** Rows up to this order have been seen by the person. */
  markRead: { request: inRoom.extend({ order: z.number().int() }), response: nothing },
  setPreferences: {
    request: z.object({ tellRead: z.boolean(), tellTyping: z.boolean() }),
    response: nothing,
  },
  setTyping: { request: inRoom, response: nothing },
  setDraft: { request: inRoom.extend({ text: z.string().max(limits.draftCharacters) }), response: nothing },
  getStatus: {
    request: nothing,
    response: z.object({ version: z.string(), profile, relay: relayStatus, rooms: z.array(roomSummary) }),
  },
  /** A fresh address of the page with a one-time code. Answered to socket-file clients only. */
  getPageAddress: { request: nothing, response: z.object({ page: z.string() }) },
} as const;

export type LocalUp = typeof localUp;
export type LocalUpEvent = keyof LocalUp;
export type LocalRequest<Event extends LocalUpEvent> = z.infer<LocalUp[Event]['request']>;
export type LocalResponse<Event extends LocalUpEvent> = z.infer<LocalUp[Event]['response']>;
