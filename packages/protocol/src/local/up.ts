import { z } from 'zod';
import { limits } from '../limits.ts';
import { messageText, name } from '../payload/payload.ts';
import { member, messageRef, profile, relayStatus, roomRef, roomSummary, row } from './model.ts';

const nothing = z.object({});
const inRoom = z.object({ room: roomRef });

/**
 * Local client → proxy: what a browser, a terminal or a bot may ask. Each is a Socket.IO event with one
 * argument (`request`) and an acknowledgement (`Result` of `response`).
 */
export const localUp = {
  setName: { request: z.object({ name }), response: nothing },
  createRoom: { request: z.object({ name }), response: z.object({ room: roomRef }) },
  /** Take an invite link. Answers when the room is stored; `state` of the room tells when it is joined. */
  joinRoom: { request: z.object({ link: z.string().max(2_048) }), response: z.object({ room: roomRef }) },
  invite: { request: inRoom, response: z.object({ link: z.string() }) },
  renameRoom: { request: inRoom.extend({ name }), response: nothing },
  leaveRoom: { request: inRoom, response: nothing },
  /** `id` is made by the client, so that a repeated request is one message. Answers when the message is stored. */
  sendMessage: {
    request: inRoom.extend({ id: messageRef, text: messageText }),
    response: z.object({ id: messageRef }),
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
