import {
  type LocalEvent,
  type LocalMessage,
  type Member,
  type MessageRow,
  ok,
  type RoomDetails,
  type RoomSummary,
  type Row,
  refuse,
  type Vault,
} from '../../protocol/src/index.ts';
import type { ChatEvent, LocalService, VaultEvent } from '../../proxy/src/chat.ts';
import { aboutMembers, aboutMessages, search, timelinePage } from './fakeAnswers.ts';
import { aboutTrust } from './fakeTrust.ts';
import { detailsOf, type FakeRoom, idOf, keyOf, membersOf, names, trustCount } from './fixtures.ts';

/** What a test changes while the page looks. */
export interface FakeChat extends LocalService {
  emit(event: LocalEvent): void;
  /** Somebody else says something. */
  receive(room: string, from: string, text: string, more?: Partial<MessageRow>): void;
  /** Rows whose time is over. */
  vanish(room: string, ids: string[]): void;
  change(room: string, change: Partial<RoomSummary>): void;
  changeDetails(room: string, change: Partial<RoomDetails>): void;
  changeMember(room: string, member: string, change: Partial<Member>): void;
  /** How an exchange of words goes. */
  words(room: string, member: string, state: LocalMessage<'words'>['state']): void;
  setRelay(relay: LocalMessage<'relay'>): void;
  setVault(vault: Partial<Vault>): void;
  /** The requests that came, the last at the end. */
  readonly asked: ReadonlyArray<{ event: string; request: object }>;
}

/** What opens the fake vault. */
export const passphrase = 'correct horse';

const nameOf = (room: FakeRoom) => (key: string) =>
  room.members.find((member) => member.key === key)?.name ?? '';

/** Rooms of fixtures behind the real local surface: no keys, no relay. */
export function fakeChat(rooms: FakeRoom[], name: string | null): FakeChat {
  const listeners = new Set<(event: LocalEvent) => void>();
  const profile = { name, ephemeral: false, tellRead: false, tellTyping: true };
  const asked: { event: string; request: object }[] = [];
  let relay: LocalMessage<'relay'> = { url: 'https://relay.example.org', state: 'online', queued: 0 };
  let vault: Vault = { state: 'open', by: 'keychain', lockAfterMinutes: 0 };

  const emit = (event: LocalEvent) => {
    for (const listener of listeners) listener(event);
  };
  const find = (room: string) => rooms.find(({ summary }) => summary.room === room);
  const tell = (room: FakeRoom) => emit({ event: 'room', data: { ...room.summary } });
  const snapshot = () => ({ version: '0.1.0', profile, relay, rooms: rooms.map(({ summary }) => summary) });
  const greeting = (): LocalEvent =>
    vault.state === 'open' ? { event: 'snapshot', data: snapshot() } : { event: 'vault', data: vault };

  function setVault(change: Partial<Vault>): void {
    const wasLocked = vault.state === 'locked';
    vault = { ...vault, ...change };
    emit({ event: 'vault', data: vault });
    if (wasLocked && vault.state === 'open') emit(greeting());
  }

  function changeDetails(room: FakeRoom, change: Partial<RoomDetails>): void {
    room.details = { ...room.details, ...change };
    emit({ event: 'details', data: room.details });
    room.summary.knocks = room.details.knocks.filter(({ approval }) => approval).length;
    room.summary.disappearAfter = room.details.disappearAfter;
    tell(room);
  }

  function changeMembers(room: FakeRoom, members: Member[]): void {
    room.members = members;
    room.summary.memberCount = members.length;
    room.summary.trust = trustCount(members);
    emit({ event: 'members', data: { room: room.summary.room, members } });
    tell(room);
  }

  function changeRow(room: FakeRoom, row: Row): void {
    room.rows = room.rows.map((known) => (known.id === row.id ? row : known));
    emit({ event: 'rows', data: { room: room.summary.room, rows: [row] } });
  }

  function add(room: FakeRoom, row: Row): void {
    room.rows.push(row);
    emit({ event: 'rows', data: { room: room.summary.room, rows: [row] } });
    if (row.kind !== 'message') return;
    room.summary.lastLine = { name: row.name, text: row.text, own: row.own };
    room.summary.at = row.at;
    if (!row.own) room.summary.unread += 1;
    tell(room);
  }

  function message(room: FakeRoom, from: string, text: string, id: string): MessageRow {
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

  function rewrite(room: FakeRoom, id: string, text: string | null): void {
    const row = room.rows.find((known) => known.id === id);
    if (text !== null && row?.kind === 'message') {
      changeRow(room, { ...row, text });
      return;
    }
    room.rows = room.rows.filter((known) => known.id !== id);
    emit({ event: 'rowsGone', data: { room: room.summary.room, ids: [id] } });
  }

  function tellWords(room: FakeRoom, member: string, state: LocalMessage<'words'>['state']): void {
    emit({
      event: 'words',
      data: { room: room.summary.room, member, name: nameOf(room)(member), state },
    });
  }

  function create(roomName: string, offTheRecord: boolean): string {
    const id = idOf(`${Date.now()}`, 16);
    const at = Date.now();
    const summary: RoomSummary = {
      ...{ room: id, name: roomName, state: 'joined', me: keyOf(names[0] ?? ''), memberCount: 1 },
      ...{ rights: { invite: true, remove: true, change: true }, disappearAfter: 0, knocks: 0 },
      ...{ unread: 0, readOrder: 0, queued: 0, draft: '', at, lastLine: null, alarm: false },
      ...{ offTheRecord, trust: trustCount([]) },
    };
    const base = { room: id, id: 'created-1', order: 1024, seq: 1, at } as const;
    const created: Row = { ...base, kind: 'notice', event: 'created', data: {} };
    const made = { summary, members: membersOf(1, 1), rows: [created], details: detailsOf(summary) };
    rooms.unshift(made);
    tell(made);
    return id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each answer fits its request; the page parses all of them
  function aboutVault(event: string, request: any): any {
    const wrong = refuse('wrongPassphrase', 'This is not the passphrase of this profile.');
    switch (event) {
      case 'getVault':
        return ok(vault);
      case 'unlock':
        if (vault.by === 'passphrase' && request.passphrase !== passphrase) return wrong;
        setVault({ state: 'open' });
        return ok({});
      case 'lock':
        setVault({ state: 'locked' });
        return ok({});
      case 'protect':
        if (vault.by === 'passphrase' && request.current !== passphrase) return wrong;
        setVault({ by: request.by, lockAfterMinutes: request.lockAfterMinutes });
        return ok({});
    }
    return null;
  }

  // biome-ignore lint/suspicious/noExplicitAny: each answer fits its request; the page parses all of them
  function answer(event: ChatEvent | VaultEvent, request: any): any {
    const ofVault = aboutVault(event, request);
    if (ofVault !== null) return ofVault;
    if (vault.state === 'locked') return refuse('locked', 'This profile is locked. Unlock it first.');
    const room = find(request.room);
    switch (event) {
      case 'getStatus':
        return ok(snapshot());
      case 'setName':
        profile.name = request.name;
        emit({ event: 'profile', data: { ...profile } });
        return ok({});
      case 'setPreferences':
        Object.assign(profile, request);
        emit({ event: 'profile', data: { ...profile } });
        return ok({});
      case 'joinRoom':
        return refuse(
          'badLink',
          'This is not an invite link. It begins with otr: and was sent to you by a member.',
        );
      case 'createRoom':
        return ok({ room: create(request.name, request.offTheRecord === true) });
      case 'search':
        return ok({ hits: search(rooms, request) });
    }
    if (room === undefined) return refuse('roomNotFound', 'This room is not known here.');
    const ofMembers = aboutMembers(event, request, room, {
      details: (change) => changeDetails(room, change),
      members: (members) => changeMembers(room, members),
    });
    if (ofMembers !== null) return ofMembers;
    const ofTrust = aboutTrust(event, request, room, {
      members: (members) => changeMembers(room, members),
      words: (state, member) => tellWords(room, member, state),
    });
    if (ofTrust !== null) return ofTrust;
    if (event === 'rewriteHistory') {
      rewrite(room, request.id, request.text);
      return ok({});
    }
    const ofMessages = aboutMessages(event, request, room, (row) => changeRow(room, row));
    if (ofMessages !== null) return ofMessages;
    switch (event) {
      case 'getTimeline': {
        const found = timelinePage(room.rows, request.from, request.limit);
        return found === null ? refuse('messageNotFound', 'There is no such message.') : ok(found);
      }
      case 'sendMessage':
        setTimeout(() => {
          const row = message(room, name ?? '', request.text, request.id);
          const about = room.rows.find(({ id }) => id === request.replyTo);
          const replyTo =
            about?.kind === 'message'
              ? { replyTo: { id: about.id, name: about.name, text: about.text } }
              : {};
          const whisper = request.whisperTo && {
            whisper: { to: request.whisperTo, names: request.whisperTo.map(nameOf(room)) },
          };
          add(room, { ...row, ...replyTo, ...whisper });
        }, 5);
        return ok({ id: request.id });
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
      case 'returnToRoom':
        room.summary.state = 'joining';
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

  function inRoom(id: string, change: (room: FakeRoom) => void): void {
    const room = find(id);
    if (room === undefined) throw new Error(`No room ${id} among the fixtures.`);
    change(room);
  }

  return {
    asked,
    greeting,
    request: async (event, request) => {
      asked.push({ event, request });
      return answer(event, request);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit,
    receive: (id, from, text, more = {}) =>
      inRoom(id, (room) =>
        add(room, { ...message(room, from, text, idOf(`${Math.random()}`, 16)), ...more }),
      ),
    vanish: (id, ids) =>
      inRoom(id, (room) => {
        room.rows = room.rows.filter((row) => !ids.includes(row.id));
        emit({ event: 'rowsGone', data: { room: id, ids } });
      }),
    change: (id, change) =>
      inRoom(id, (room) => {
        Object.assign(room.summary, change);
        tell(room);
      }),
    changeMember: (id, key, change) =>
      inRoom(id, (room) =>
        changeMembers(
          room,
          room.members.map((member) => (member.key === key ? { ...member, ...change } : member)),
        ),
      ),
    words: (id, member, state) => inRoom(id, (room) => tellWords(room, member, state)),
    changeDetails: (id, change) => inRoom(id, (room) => changeDetails(room, change)),
    setRelay(next) {
      relay = next;
      emit({ event: 'relay', data: next });
    },
    setVault,
  };
}
