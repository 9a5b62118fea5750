import type { LocalEvent, LocalMessage, Member, RoomDetails, Row, Vault } from '@otr/protocol';
import type { Connection } from './localClient.ts';
import { withoutRoom, withRoom } from './rooms.ts';
import {
  applyPage,
  applyRows,
  emptyTimeline,
  type Loading,
  removeRows,
  type Timeline,
  type TimelinePage,
} from './timeline.ts';
import { stoppedTyping, typed, typingAt } from './typing.ts';
import { emptyView, type View, type WordsState } from './view.ts';

/** What changes a view. Times are milliseconds since 1970. */
export type ViewInput =
  | { kind: 'connection'; connection: Connection }
  | { kind: 'event'; event: LocalEvent; at: number }
  | { kind: 'open'; room: string | null }
  | { kind: 'placeDivider'; room: string }
  | { kind: 'load'; room: string; where: Exclude<Loading, 'none'>; ticket: number }
  | { kind: 'page'; room: string; ticket: number; page: TimelinePage }
  | { kind: 'loadFailed'; room: string; ticket: number }
  | { kind: 'members'; room: string; members: readonly Member[] }
  | { kind: 'details'; details: RoomDetails }
  | { kind: 'vault'; vault: Vault }
  | { kind: 'wordsForgotten'; room: string; member: string }
  | { kind: 'tick'; at: number };

export function reduce(view: View, input: ViewInput): View {
  switch (input.kind) {
    case 'connection':
      return view.connection === input.connection ? view : { ...view, connection: input.connection };
    case 'event':
      return reduceEvent(view, input.event, input.at);
    case 'open':
      return input.room === null
        ? { ...view, openRoom: null }
        : placeDivider({ ...view, openRoom: input.room }, input.room);
    case 'placeDivider':
      return placeDivider(view, input.room);
    case 'load':
      return inTimeline(view, input.room, (timeline) => ({
        ...timeline,
        loading: input.where,
        ticket: input.ticket,
        late: [],
        gone: [],
      }));
    case 'page':
      return whenWaited(view, input, (timeline) => applyPage(timeline, input.page));
    case 'loadFailed':
      return whenWaited(view, input, (timeline) => ({ ...timeline, loading: 'none', late: [], gone: [] }));
    case 'members':
      return { ...view, members: new Map(view.members).set(input.room, input.members) };
    case 'details':
      return withDetails(view, input.details);
    case 'vault':
      return withVault(view, input.vault);
    case 'wordsForgotten':
      return withWords(view, input.room, input.member, null);
    case 'tick':
      return typingAt(view, input.at);
  }
}

function reduceEvent(view: View, { event, data }: LocalEvent, at: number): View {
  switch (event) {
    case 'vault':
      return withVault(view, data);
    case 'snapshot':
      return fromSnapshot(view, data);
    case 'profile':
      return { ...view, profile: data };
    case 'relay':
      return { ...view, relay: data };
    case 'room':
      return { ...view, rooms: withRoom(view.rooms, data) };
    case 'roomGone':
      return forget(view, data.room);
    case 'rows':
      return withRows(view, data.room, data.rows);
    case 'rowsGone':
      return view.timelines.has(data.room)
        ? inTimeline(view, data.room, (timeline) => removeRows(timeline, data.ids))
        : view;
    case 'details':
      return withDetails(view, data);
    case 'members':
      return { ...view, members: new Map(view.members).set(data.room, data.members) };
    case 'typing':
      return typed(view, data, at);
    case 'words':
      return withWords(view, data.room, data.member, data.state);
  }
}

/** A locked profile shows nothing; which room was open is remembered for when it is unlocked. */
function withVault(view: View, vault: Vault): View {
  if (vault.state !== 'locked') return { ...view, vault };
  const { connection, version, openRoom } = view;
  return { ...emptyView, connection, version, openRoom, vault };
}

function withWords(view: View, room: string, member: string, state: WordsState | null): View {
  const before = view.words.get(room);
  if ((before?.get(member) ?? null) === state) return view;
  const inRoom = new Map(before);
  if (state === null) inRoom.delete(member);
  else inRoom.set(member, state);
  return { ...view, words: new Map(view.words).set(room, inRoom) };
}

function withDetails(view: View, details: RoomDetails): View {
  return { ...view, details: new Map(view.details).set(details.room, details) };
}

/**
 * A new connection: what happened in between is unknown. Windows are dropped but for the open room's, which stays on
 * the screen until it has been loaded again.
 */
function fromSnapshot(view: View, snapshot: LocalMessage<'snapshot'>): View {
  const stays = snapshot.rooms.some((room) => room.room === view.openRoom) ? view.openRoom : null;
  const open = stays === null ? undefined : view.timelines.get(stays);
  const members = stays === null ? undefined : view.members.get(stays);
  const details = stays === null ? undefined : view.details.get(stays);
  return {
    ...view,
    version: snapshot.version,
    // Only an open profile tells its state.
    vault: view.vault && { ...view.vault, state: 'open' },
    profile: snapshot.profile,
    relay: snapshot.relay,
    rooms: snapshot.rooms.reduce(withRoom, []),
    openRoom: stays,
    timelines: new Map(
      stays !== null && open ? [[stays, { ...open, loading: 'none', late: [], gone: [] }]] : [],
    ),
    members: new Map(stays !== null && members ? [[stays, members]] : []),
    details: new Map(stays !== null && details ? [[stays, details]] : []),
    typing: new Map(),
    words: new Map(),
  };
}

function forget(view: View, room: string): View {
  const without = <Value>(map: ReadonlyMap<string, Value>) =>
    map.has(room) ? new Map([...map].filter(([key]) => key !== room)) : map;
  return {
    ...view,
    rooms: withoutRoom(view.rooms, room),
    openRoom: view.openRoom === room ? null : view.openRoom,
    timelines: without(view.timelines),
    members: without(view.members),
    details: without(view.details),
    typing: without(view.typing),
    words: without(view.words),
  };
}

function withRows(view: View, room: string, rows: readonly Row[]): View {
  const quiet = stoppedTyping(view, room, rows);
  return view.timelines.has(room) ? inTimeline(quiet, room, (timeline) => applyRows(timeline, rows)) : quiet;
}

function placeDivider(view: View, room: string): View {
  const summary = view.rooms.find((candidate) => candidate.room === room);
  const divider = summary && summary.unread > 0 ? summary.readOrder : null;
  return inTimeline(view, room, (timeline) =>
    timeline.divider === divider ? timeline : { ...timeline, divider },
  );
}

function whenWaited(
  view: View,
  { room, ticket }: { room: string; ticket: number },
  change: (timeline: Timeline) => Timeline,
): View {
  const timeline = view.timelines.get(room);
  if (timeline === undefined || timeline.loading === 'none' || timeline.ticket !== ticket) return view;
  return inTimeline(view, room, change);
}

function inTimeline(view: View, room: string, change: (timeline: Timeline) => Timeline): View {
  const before = view.timelines.get(room);
  const after = change(before ?? emptyTimeline);
  return after === before ? view : { ...view, timelines: new Map(view.timelines).set(room, after) };
}
