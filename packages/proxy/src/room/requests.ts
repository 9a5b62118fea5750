import { type Content, limits, type MessageRow, ok, type Result, refuse } from '@otr/protocol';
import { hasRight, isAdmin, type Right, type RoomView, viewOf } from '../core/group/view.ts';
import { inviteSecretOf, newVoucher } from '../core/identity/voucher.ts';
import { inviteKeysOf } from '../core/invite.ts';
import { formatInviteLink, type Invite } from '../core/inviteLink.ts';
import { fromText, randomId, sameBytes, toText } from '../core/text.ts';
import type { Wish } from '../machine/commitPlan.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { TimelineFrom, TimelinePage } from '../store/timelineTable.ts';
import { introduceFirst } from './introduce.ts';
import { endMembership } from './membership.ts';
import { freshSecret, makeJoin, ownLeaf, wayIn } from './newRoom.ts';
import type { OpenRoom } from './openRoom.ts';
import { queueContent } from './queue.ts';
import { wayBackOf } from './records.ts';
import { vouchedLink } from './roomDetails.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';
import { readableOrder } from './roomView.ts';
import { mayDecide } from './waitingKnocks.ts';

type Done = Result<Record<string, never>>;

/** Own envelopes of one room that may wait for the relay. */
const queueLimit = 10_000;
/** A payload's JSON that always fits an envelope's body after padding (M3). */
const jsonLimit = limits.body * 0.85;
/** How long leaving waits for the relay before it says so. Milliseconds. */
const leaveTimeout = 10_000;

/** Stored first, then sent; the same id again is the same message. */
export function say(
  session: RoomSession,
  id: string,
  content: Content,
  whisperTo: readonly string[] | null = null,
): Result<{ id: string }> {
  const { stored, outbox } = session.memory;
  const refusal = cannotSpeak(stored);
  if (refusal) return refusal;
  if (outbox.items.length >= queueLimit) {
    return refuse(
      'rateLimited',
      `${queueLimit} messages wait for the relay. Send more when it has taken some.`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(content)) > jsonLimit) {
    return refuse('tooLarge', 'This text is too long for one message. Send it in parts.');
  }
  const everybody = stored.offTheRecord ? 'everyone' : null;
  const audience = whisperTo ?? audienceOfAnswered(session, content) ?? everybody;
  const done = session.step('queued', (draft) => {
    introduceFirst(session.parts, draft);
    queueContent(session.parts, draft, content, { id, whisperTo: audience });
  });
  return done.ok ? ok({ id }) : done;
}

/** D4: for these members only. */
export function whisper(
  session: RoomSession,
  id: string,
  content: Content,
  to: readonly string[],
): Result<{ id: string }> {
  const { group } = session.memory;
  if (!group) return notMember();
  const view = viewOf(group);
  if (to.some((member) => member === view.me || !view.members.has(member))) {
    return refuse('memberNotFound', 'Somebody whom you whisper to is not in the room, or not any more.');
  }
  return say(session, id, content, [...new Set(to)]);
}

/** Of one of our own messages: an edit, or taking it back. */
export function changeOwn(
  session: RoomSession,
  id: string,
  content: Extract<Content, { kind: 'edit' | 'delete' }>,
): Done {
  const row = session.parts.store.timeline.get(session.parts.number, content.target);
  if (row?.kind !== 'message') return messageNotFound();
  if (!row.own || row.deleted) {
    return refuse('notAllowed', 'Only a message of your own that is still there can be changed.');
  }
  return nothing(say(session, id, content, audienceOf(row)));
}

export function react(
  session: RoomSession,
  id: string,
  content: Extract<Content, { kind: 'reaction' }>,
): Done {
  const row = session.parts.store.timeline.get(session.parts.number, content.target);
  if (row?.kind !== 'message' || row.deleted) return messageNotFound();
  const me = session.summary.me ?? '';
  return nothing(say(session, id, content, audienceOf(row, me)));
}

/** What is said of a whisper stays among those who know of it. */
function audienceOf({ whisper, own, from }: MessageRow, me = ''): readonly string[] | null {
  if (!whisper) return null;
  return own ? whisper.to : [from, ...whisper.to].filter((member) => member !== me);
}

/** An answer says what it answers: to others it would tell that there was a whisper. */
function audienceOfAnswered(session: RoomSession, content: Content): readonly string[] | null {
  const target = content.kind === 'text' ? content.replyTo : undefined;
  if (target === undefined) return null;
  const row = session.parts.store.timeline.get(session.parts.number, target);
  return row?.kind === 'message' ? audienceOf(row, session.summary.me ?? '') : null;
}

/** The message as this profile's own history shows it, and nowhere else. Nothing tells that it was another. */
export function rewriteHistory(session: RoomSession, id: string, text: string | null): Done {
  const { parts } = session;
  const row = parts.store.timeline.get(parts.number, id);
  if (row?.kind !== 'message' || row.seq === null) return messageNotFound();
  const done = session.step('rewritten', (draft) => {
    if (text !== null) return writeRow(parts, draft, { ...row, text });
    parts.store.timeline.remove(parts.number, [id]);
    draft.gone.push(id);
  });
  session.recount();
  return done;
}

/** Kept until a commit has done it; refused where the room does not let us. */
export function wish(
  { session }: OpenRoom,
  right: Right | 'admin',
  what: Wish['what'],
  also: (draft: Draft) => void = () => {},
): Done {
  const { group } = session.memory;
  if (!group) return notMember();
  const view = viewOf(group);
  const may = right === 'admin' ? isAdmin(view, view.me) : hasRight(view, view.me, right);
  if (!may) return notAllowed();
  const member = what.kind === 'remove' || what.kind === 'admin' ? what.member : null;
  if (member !== null && !view.members.has(member)) {
    return refuse('memberNotFound', 'Nobody in the room has this key, or not any more.');
  }
  if (what.kind === 'remove' && what.member === view.me) {
    return refuse('notAllowed', 'You cannot remove yourself. Leave the room instead.');
  }
  return session.step('wished', (draft) => {
    draft.wishes = [...draft.wishes, { id: toText(randomId()), what }];
    also(draft);
  });
}

/** The link of a standing invite: the room's newest that has no limits, or a new one. */
export function invite(open: OpenRoom): Result<{ link: string }> {
  const { group, wishes, log } = open.session.memory;
  if (group && isFull(viewOf(group))) return roomFull(viewOf(group));
  // A removal ends the invites that there are.
  const isEnding = wishes.some(({ what }) => what.kind === 'remove') || (log?.leaving.size ?? 0) > 0;
  const found =
    group && !isEnding
      ? viewOf(group).settings.invites.findLast(
          ({ uses, expiresAt, approval }) => uses === null && expiresAt === null && !approval,
        )
      : undefined;
  if (found) return ok({ link: linkOf(open, found.secret) });
  return createInvite(open, { uses: null, expiresIn: null, approval: false });
}

export function createInvite(
  open: OpenRoom,
  policy: { uses: number | null; expiresIn: number | null; approval: boolean },
): Result<{ link: string }> {
  const { memory, parts } = open.session;
  if (!memory.group) return notMember();
  const view = viewOf(memory.group);
  if (isFull(view)) return roomFull(view);
  const wished = memory.wishes.filter(({ what }) => what.kind === 'addInvite').length;
  if (view.settings.invites.length + wished >= limits.invitesOfRoom) {
    return refuse(
      'notAllowed',
      `A room has ${limits.invitesOfRoom} invites at the most. Withdraw one first.`,
    );
  }
  const { uses, expiresIn, approval } = policy;
  const now = parts.now();
  const voucher = uses === 1 ? newVoucher() : null;
  const secret = voucher ? toText(inviteSecretOf(voucher, parts.room)) : freshSecret();
  const expiresAt = expiresIn === null ? null : now + expiresIn;
  const invite = { secret, uses, expiresAt, approval, by: view.me, at: now, vouched: voucher !== null };
  const done = wish(open, 'invite', { kind: 'addInvite', invite }, (draft) => {
    if (!voucher) return;
    draft.who = { ...draft.who, vouchers: [...draft.who.vouchers, { voucher, secret }] };
  });
  return done.ok ? ok({ link: linkOf(open, secret) }) : done;
}

function isFull({ members, capacity }: RoomView): boolean {
  return members.size >= capacity;
}

function roomFull({ capacity }: RoomView): Done & { ok: false } {
  return refuse(
    'notAllowed',
    `This room has ${capacity} members and cannot have more. Somebody has to leave before another comes in.`,
  );
}

export function revokeInvite(open: OpenRoom, publicKey: string): Done {
  const { memory, parts } = open.session;
  if (!memory.group) return notMember();
  const { invites } = viewOf(memory.group).settings;
  const found = invites.find(
    ({ secret }) => toText(inviteKeysOf(fromText(secret), parts.room).publicKey) === publicKey,
  );
  if (!found) return refuse('inviteNotFound', 'The room has no such invite, or not any more.');
  return wish(open, 'invite', { kind: 'revokeInvite', secret: found.secret });
}

export function admitKnock({ session, committer }: OpenRoom, knock: string): Done {
  const { group } = session.memory;
  if (!group) return notMember();
  const found = committer.knocks.waiting(group).find(({ id }) => id === knock);
  if (!found) return knockGone();
  const view = viewOf(group);
  if (!mayDecide(view, found)) return notAllowed();
  // Who comes back takes the place of its former leaf.
  if (found.formerly === null && isFull(view)) return roomFull(view);
  committer.knocks.approve(knock);
  committer.decided();
  return ok({});
}

export async function refuseKnock({ session, committer, talk }: OpenRoom, knock: string): Promise<Done> {
  const { group } = session.memory;
  if (!group) return notMember();
  if (!hasRight(viewOf(group), viewOf(group).me, 'invite')) return notAllowed();
  const dismissed = await talk.ask('dismissKnock', { room: session.parts.room, id: fromText(knock) });
  if (!dismissed) return refuse('relayUnreachable', 'The relay cannot be told. Try again when it is back.');
  if (!dismissed.ok && dismissed.error.code !== 'knockNotFound') return { ok: false, error: dismissed.error };
  committer.knockEnded(fromText(knock));
  return ok({});
}

/** An invite for a room that is here already: it changes something for who is not in it. */
export function joinAgain({ session, talk }: OpenRoom, invite: Invite): Result<{ room: string }> {
  const way = wayIn(invite);
  const { parts, memory } = session;
  const { standing } = memory.stored;
  const isSame = memory.join !== null && sameBytes(memory.join.secret, way.secret);
  if (standing === 'creating' || standing === 'member' || (isSame && memory.stored.reason === null)) {
    return ok({ room: parts.ref });
  }
  const done = session.step('knocking', (draft) => {
    forgetKeys(parts, draft);
    draft.join = makeJoin(way, ownLeaf(parts, null), parts.now());
    draft.stored = parts.store.rooms.change(draft.stored, { standing: 'joining', reason: null });
    if (talk.challenge) draft.later.push({ kind: 'knock' });
  });
  return done.ok ? ok({ room: parts.ref }) : done;
}

/** What can no longer be read of former keys must not mix with the new ones. */
function forgetKeys({ store, number }: RoomParts, draft: Draft): void {
  store.records.removeAll(number);
  // Copies are written again.
  draft.log = draft.log && { ...draft.log };
  draft.wayBack = draft.wayBack && { ...draft.wayBack };
  draft.who = { ...draft.who };
}

/**
 * R1: with the history that is here, and new keys. A person of the room decides. Keys that are good but for a room that
 * has stopped, because the log went on without us or the relay lied, are given up by the person here alone.
 */
export function returnToRoom({ session, talk }: OpenRoom): Done {
  const { parts, memory } = session;
  const { group, stored } = memory;
  const isStopped = group !== null && stored.standing === 'member' && stored.reason !== null;
  const wayBack = isStopped ? wayBackOf(group) : memory.wayBack;
  if (!wayBack || (group && !isStopped))
    return refuse('notAllowed', 'There is no way back into this room. Ask for an invite.');
  const done = session.step('returning', (draft) => {
    if (isStopped) endMembership(parts, draft, 'lost');
    forgetKeys(parts, draft);
    const { secret, formerly } = wayBack;
    draft.join = makeJoin({ secret, cameBy: null }, ownLeaf(parts, formerly), parts.now());
    draft.stored = parts.store.rooms.change(draft.stored, { standing: 'joining', reason: null });
    if (talk.challenge) draft.later.push({ kind: 'knock' });
  });
  return done;
}

/**
 * Says goodbye, then forgets everything; any member commits our removal. What cannot be said now is said when the relay
 * is back; who asks a second time does not wait for that.
 */
export async function leave(open: OpenRoom, publishKey: boolean): Promise<Done> {
  const { session } = open;
  const { parts } = session;
  const { group, stored, sync } = session.memory;
  if (!group || stored.standing !== 'member' || stored.reason !== null) return giveUp(open);
  const wanted = session.step('leaving', (draft) => {
    if (draft.stored.leaving) return;
    draft.stored = parts.store.rooms.change(draft.stored, { leaving: true });
    // D10: from here on anyone can have signed what we signed.
    const signatureKey = publishKey ? { signatureKey: toText(group.self.signaturePrivateKey) } : {};
    const content = { kind: 'leave', version: 1, ...signatureKey } as const;
    // What waits for a decision about somebody is not said any more.
    queueContent(parts, draft, content, { first: draft.outbox.held });
  });
  if (!wanted.ok) return wanted;
  const gone = sync.phase !== 'away' && (await session.waitUntilClosed(leaveTimeout));
  if (gone) return ok({});
  if (stored.leaving) return giveUp(open);
  return refuse(
    'relayUnreachable',
    'The relay cannot be told that you leave. The room goes away as soon as it answers; leave again to forget it now.',
  );
}

function giveUp({ session, talk, live }: OpenRoom): Done {
  const { join } = session.memory;
  const { room } = session.parts;
  if (join) void talk.ask('withdrawKnock', { room, id: join.id });
  live.sayGone();
  talk.sayGone();
  return session.closed ? ok({}) : session.forget();
}

export function timeline(session: RoomSession, from: TimelineFrom, limit: number): Result<TimelinePage> {
  const page = session.parts.store.timeline.page(session.parts.number, from, limit);
  return page ? ok(page) : refuse('messageNotFound', 'This message is not in the room, or not any more.');
}

export function markRead(session: RoomSession, order: number): Done {
  const { parts, memory } = session;
  const readOrder = Math.max(memory.stored.readOrder, readableOrder(memory, order));
  if (readOrder === memory.stored.readOrder && !memory.stored.alarm) return ok({});
  const done = session.step('read', (draft) => {
    draft.stored = parts.store.rooms.change(draft.stored, { readOrder, alarm: false });
  });
  session.recount();
  return done;
}

export function setDraft(session: RoomSession, text: string): Done {
  const { parts } = session;
  return session.step('drafted', (draft) => {
    draft.stored = parts.store.rooms.setDraft(draft.stored, text);
  });
}

function linkOf({ session }: OpenRoom, secret: string): string {
  const { parts, memory } = session;
  const { relayUrl } = memory.stored;
  const vouched = vouchedLink(parts, relayUrl, memory.who, secret);
  const bare = { relayUrl, room: parts.room, secret: fromText(secret), fingerprint: null };
  return vouched ?? formatInviteLink(bare);
}

function cannotSpeak({ leaving, standing }: StoredRoom): ReturnType<typeof refuse> | null {
  if (leaving) return refuse('roomNotFound', 'You are leaving this room.');
  if (standing === 'removed') return refuse('notAllowed', 'You were removed from this room.');
  if (standing === 'lost') {
    return refuse('notAllowed', 'The keys on this computer are older than the room. Ask to be let in again.');
  }
  return null;
}

function nothing(result: Result<unknown>): Done {
  return result.ok ? ok({}) : result;
}

function notAllowed() {
  return refuse('notAllowed', 'The settings of this room let only admins do that.');
}

function notMember() {
  return refuse('notAllowed', 'You are not in this room yet, or not any more.');
}

function messageNotFound() {
  return refuse('messageNotFound', 'This message is not in the room, or not any more.');
}

function knockGone() {
  return refuse('knockNotFound', 'Nobody knocks any more: somebody was quicker, or they gave up.');
}
