import {
  type LocalEvent,
  type LocalMessage,
  type LocalRequest,
  ok,
  type Row,
  refuse,
} from '../../protocol/src/index.ts';
import type { Chat, ChatEvent } from '../../proxy/src/chat.ts';
import { type FakeRoom, idOf, keyOf, membersOf, names } from './fixtures.ts';

/** What a screenshot script changes while the page looks. */
export interface FakeChat extends Chat {
  emit(event: LocalEvent): void;
  /** Somebody else says something. */
  receive(room: string, from: string, text: string): void;
  setRelay(relay: LocalMessage<'relay'>): void;
}

/** Rooms of fixtures behind the real local surface: no keys, no relay. */
export function fakeChat(rooms: FakeRoom[], name: string | null): FakeChat {
  const listeners = new Set<(event: LocalEvent) => void>();
  const profile = { name, ephemeral: false };
  let relay: LocalMessage<'relay'> = { url: 'https://relay.example.org', state: 'online', queued: 0 };

  const emit = (event: LocalEvent) => {
    for (const listener of listeners) listener(event);
  };
  const find = (room: string) => rooms.find(({ summary }) => summary.room === room);
  const tell = (room: FakeRoom) => emit({ event: 'room', data: { ...room.summary } });
  const snapshot = () => ({ version: '0.1.0', profile, relay, rooms: rooms.map(({ summary }) => summary) });

  function add(room: FakeRoom, row: Row): void {
    room.rows.push(row);
    emit({ event: 'rows', data: { room: room.summary.room, rows: [row] } });
    if (row.kind !== 'message') return;
    room.summary.lastLine = { name: row.name, text: row.text, own: row.own };
    room.summary.at = row.at;
    if (!row.own) room.summary.unread += 1;
    tell(room);
  }

  function message(room: FakeRoom, from: string, text: string, id: string): Row {
    const seq = (room.rows.at(-1)?.seq ?? 0) + 1;
    const own = from === name;
    const base = {
      room: room.summary.room,
      id,
      order: seq * 1024,
      seq,
      at: Date.now(),
      kind: 'message',
    } as const;
    const recipients = own ? { recipients: room.members.slice(1).map(({ key }) => key) } : {};
    return { ...base, from: keyOf(from), name: from, own, text, delivery: 'relay', ...recipients };
  }

  function page({ rows }: FakeRoom, from: LocalRequest<'getTimeline'>['from'], limit: number) {
    const start = pageStart(rows, from, limit);
    if (start === null) return null;
    const end = from.at === 'before' ? rows.findIndex(({ order }) => order >= from.order) : start + limit;
    return { rows: rows.slice(start, end), olderLeft: start > 0, newerLeft: end < rows.length };
  }

  // biome-ignore lint/suspicious/noExplicitAny: each answer fits its request; the page parses all of them
  function answer(event: ChatEvent, request: any): any {
    const room = find(request.room);
    switch (event) {
      case 'getStatus':
        return ok(snapshot());
      case 'setName':
        profile.name = request.name;
        emit({ event: 'profile', data: { ...profile } });
        return ok({});
      case 'joinRoom':
        return refuse(
          'badLink',
          'This is not an invite link. It begins with otr: and was sent to you by a member.',
        );
      case 'createRoom': {
        const id = idOf(`${Date.now()}`, 16);
        const base = {
          room: id,
          name: request.name,
          state: 'joined',
          me: keyOf(names[0] ?? ''),
          memberCount: 1,
        } as const;
        const counts = {
          unread: 0,
          readOrder: 0,
          queued: 0,
          draft: '',
          at: Date.now(),
          lastLine: null,
          alarm: false,
        };
        const created: Row = {
          room: id,
          id: 'created-1',
          order: 1024,
          seq: 1,
          at: Date.now(),
          kind: 'notice',
          event: 'created',
          data: {},
        };
        const made = { summary: { ...base, ...counts }, members: membersOf(1, 1), rows: [created] };
        rooms.unshift(made);
        tell(made);
        return ok({ room: id });
      }
    }
    if (room === undefined) return refuse('roomNotFound', 'This room is not known here.');
    switch (event) {
      case 'getTimeline': {
        const found = page(room, request.from, request.limit);
        return found === null ? refuse('messageNotFound', 'There is no such message.') : ok(found);
      }
      case 'getMembers':
        return ok({ members: room.members });
      case 'sendMessage':
        setTimeout(() => add(room, message(room, name ?? '', request.text, request.id)), 5);
        return ok({ id: request.id });
      case 'invite':
        return ok({ link: `otr:relay.example.org/${room.summary.room}#${idOf('secret', 32)}` });
      case 'markRead':
        Object.assign(room.summary, { unread: 0, readOrder: request.order, alarm: false });
        tell(room);
        return ok({});
      case 'setDraft':
        room.summary.draft = request.text;
        tell(room);
        return ok({});
      case 'renameRoom':
        room.summary.name = request.name;
        tell(room);
        return ok({});
      case 'leaveRoom':
        rooms.splice(rooms.indexOf(room), 1);
        emit({ event: 'roomGone', data: { room: room.summary.room } });
        return ok({});
      default:
        return ok({});
    }
  }

  return {
    snapshot,
    request: async (event, request) => answer(event, request),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {},
    emit,
    receive(id, from, text) {
      const room = find(id);
      if (room !== undefined) add(room, message(room, from, text, idOf(`${Math.random()}`, 16)));
    },
    setRelay(next) {
      relay = next;
      emit({ event: 'relay', data: next });
    },
  };
}

function pageStart(
  rows: readonly Row[],
  from: LocalRequest<'getTimeline'>['from'],
  limit: number,
): number | null {
  switch (from.at) {
    case 'end':
      return Math.max(0, rows.length - limit);
    case 'before': {
      const end = rows.findIndex(({ order }) => order >= from.order);
      return Math.max(0, (end === -1 ? rows.length : end) - limit);
    }
    case 'after': {
      const start = rows.findIndex(({ order }) => order > from.order);
      return start === -1 ? rows.length : start;
    }
    case 'around': {
      const index = rows.findIndex(({ id }) => id === from.id);
      return index === -1 ? null : Math.max(0, index - Math.floor(limit / 2));
    }
  }
}
