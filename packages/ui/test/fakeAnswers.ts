import {
  type LocalRequest,
  type LocalResponse,
  type Member,
  ok,
  type RoomDetails,
  type Row,
  refuse,
} from '../../protocol/src/index.ts';
import { type FakeRoom, idOf, keyOf, self } from './fixtures.ts';

type From = LocalRequest<'getTimeline'>['from'];

/** A page of rows as the proxy would answer; null: there is no such row. */
export function timelinePage(
  rows: readonly Row[],
  from: From,
  limit: number,
): LocalResponse<'getTimeline'> | null {
  const start = pageStart(rows, from, limit);
  if (start === null) return null;
  const before = from.at === 'before' ? rows.findIndex(({ order }) => order >= from.order) : -1;
  const end = before === -1 ? start + limit : before;
  return { rows: rows.slice(start, end), olderLeft: start > 0, newerLeft: end < rows.length };
}

function pageStart(rows: readonly Row[], from: From, limit: number): number | null {
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

/** Messages with all of the words, the newest first. */
export function search(rooms: readonly FakeRoom[], { text, room, limit }: LocalRequest<'search'>) {
  const words = text.toLowerCase().split(/\s+/u);
  const hits = rooms
    .filter(({ summary }) => room === undefined || summary.room === room)
    .flatMap(({ summary, rows }) =>
      rows.flatMap((row) => {
        const said = row.kind === 'message' ? row.text.toLowerCase() : '';
        return said !== '' && words.every((word) => said.includes(word)) ? [{ room: summary.room, row }] : [];
      }),
    );
  return hits.sort((a, b) => b.row.at - a.row.at).slice(0, limit);
}

// biome-ignore lint/suspicious/noExplicitAny: each answer fits its request; the page parses all of them
type Any = any;

/** Edits, deletions and reactions; null: not about those. */
export function aboutMessages(event: string, request: Any, room: FakeRoom, change: (row: Row) => void): Any {
  if (event !== 'editMessage' && event !== 'deleteMessage' && event !== 'react') return null;
  const row = room.rows.find(({ id }) => id === request.target);
  if (row?.kind !== 'message') return refuse('messageNotFound', 'There is no such message.');
  if (event === 'editMessage') change({ ...row, text: request.text, editedAt: Date.now() });
  if (event === 'deleteMessage') change({ ...row, text: '', deleted: true, reactions: [] });
  if (event === 'react') {
    const others = (row.reactions ?? []).map(({ emoji, from }) => ({
      emoji,
      from: emoji === request.emoji ? from.filter((key) => key !== keyOf(self)) : from,
    }));
    if (!others.some(({ emoji }) => emoji === request.emoji)) others.push({ emoji: request.emoji, from: [] });
    const reactions = others.map(({ emoji, from }) => ({
      emoji,
      from: emoji === request.emoji && request.on ? [...from, keyOf(self)] : from,
    }));
    change({ ...row, reactions: reactions.filter(({ from }) => from.length > 0) });
  }
  return ok({});
}

interface Changes {
  details(change: Partial<RoomDetails>): void;
  members(members: Member[]): void;
}

/** Members, invites, knocks and the room's settings; null: not about those. */
export function aboutMembers(event: string, request: Any, room: FakeRoom, change: Changes): Any {
  const { details, members } = room;
  switch (event) {
    case 'getMembers':
      return ok({ members });
    case 'getDetails':
      return ok(details);
    case 'invite':
      return ok({ link: `otr:relay.example.org/${room.summary.room}#${idOf('secret', 32)}` });
    case 'createInvite': {
      const { uses, expiresIn, approval } = request;
      const at = Date.now();
      const link = `otr:relay.example.org/${room.summary.room}#${idOf(`made ${at}`, 32)}`;
      const expiresAt = expiresIn === null ? null : at + expiresIn;
      const made = { invite: idOf(`invite ${at}`, 32), link, uses, expiresAt, approval, by: self, at };
      change.details({ invites: [made, ...details.invites] });
      return ok({ link });
    }
    case 'revokeInvite':
      change.details({ invites: details.invites.filter(({ invite }) => invite !== request.invite) });
      return ok({});
    case 'admitKnock':
    case 'refuseKnock':
      change.details({ knocks: details.knocks.filter(({ id }) => id !== request.knock) });
      return ok({});
    case 'removeMember':
      change.members(members.filter(({ key }) => key !== request.member));
      return ok({});
    case 'setAdmin':
      change.members(
        members.map((one) => (one.key === request.member ? { ...one, admin: request.admin } : one)),
      );
      return ok({});
    case 'setRoles':
      change.details({ roles: request.roles });
      return ok({});
    case 'setTimer':
      change.details({ disappearAfter: request.disappearAfter });
      return ok({});
    default:
      return null;
  }
}
