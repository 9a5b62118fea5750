import type { Content } from '@otr/protocol';
import { leafHash } from '../core/group/leaf.ts';
import { type Member, viewOf } from '../core/group/view.ts';
import { fingerprintOf } from '../core/identity/identity.ts';
import { isTag, makeTag, type TagContext, tagLength } from '../core/identity/tags.ts';
import { isVoucherProof, voucherProof } from '../core/identity/voucher.ts';
import { fromText, sameBytes, toText } from '../core/text.ts';
import { alarmRow, noticeRow } from '../machine/rows.ts';
import { owedTo, withShown } from '../machine/whoIsWho.ts';
import { queueContent } from './queue.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { writeSideNotice } from './sideNotice.ts';

type Identify = Extract<Content, { kind: 'identify' }>;

/** Before anything else that waits: our tags, made when they are sealed (D3). */
function queueIdentify(parts: RoomParts, draft: Draft): void {
  const isQueued = parts.store.outbox.of(parts.number).some(({ content }) => content.kind === 'identify');
  if (isQueued) return;
  const content: Identify = { kind: 'identify', version: 1, to: [], tags: '' };
  queueContent(parts, draft, content, { first: true });
}

/** D3: nothing that a person says goes to somebody to whom our leaf has not shown itself. */
export function introduceFirst(parts: RoomParts, draft: Draft): void {
  const { group, who } = draft;
  if (!group || !who.ephemeral) return;
  const view = viewOf(group);
  if (owedTo(who, view.members.keys(), view.me).length > 0) queueIdentify(parts, draft);
}

/** Our tags for the present epoch, and for whom they are. */
export function sealedIdentify(
  parts: RoomParts,
  { group, who }: Draft,
): { content: Identify; recipients: readonly string[] } {
  if (!group || !who.ephemeral) throw new Error('nobody to show who we are');
  const view = viewOf(group);
  const me = view.members.get(view.me);
  if (!me) throw new Error('not a member');
  const authenticator = fromText(parts.authenticator(group));
  const tags: { member: Member; tag: Uint8Array }[] = [];
  for (const id of owedTo(who, view.members.keys(), view.me)) {
    const member = view.members.get(id);
    const key = member && parts.pair(who.ephemeral, member).tagKeyTo();
    if (!member || !key) continue;
    const context = { room: parts.room, authenticator, from: leafHash(me.leaf), to: leafHash(member.leaf) };
    tags.push({ member, tag: makeTag(key, context) });
  }
  return {
    content: {
      kind: 'identify',
      version: 1,
      to: tags.map(({ member }) => member.leafIndex),
      tags: toText(Buffer.concat(tags.map(({ tag }) => tag))),
      ...ownVoucher(parts, who, view.members, authenticator),
    },
    recipients: tags.map(({ member }) => member.id),
  };
}

/** D7: who came by a one-time invite shows its maker so. */
function ownVoucher(
  parts: RoomParts,
  { cameBy }: Draft['who'],
  members: ReadonlyMap<string, Member>,
  authenticator: Uint8Array,
): { voucher?: string } {
  if (!cameBy) return {};
  const inviter = [...members.values()].find(({ identityKey }) =>
    sameBytes(fingerprintOf(identityKey), cameBy.fingerprint),
  );
  if (!inviter) return {};
  const joiner = parts.identity.publicKey;
  const context = { room: parts.room, authenticator, inviter: inviter.identityKey, joiner };
  return { voucher: toText(voucherProof(cameBy.voucher, context)) };
}

/** Another member shows who it is: to us, if one of the tags is ours. */
export function takeIdentify(
  parts: RoomParts,
  draft: Draft,
  from: string,
  content: Identify,
  seq: number,
): void {
  const { group, who } = draft;
  if (!group || !who.ephemeral) return;
  const view = viewOf(group);
  const me = view.members.get(view.me);
  const member = view.members.get(from);
  const at = me ? content.to.indexOf(me.leafIndex) : -1;
  if (!me || !member || at === -1) return;
  const context: TagContext = {
    room: parts.room,
    authenticator: fromText(parts.authenticator(group)),
    from: leafHash(member.leaf),
    to: leafHash(me.leaf),
  };
  const tag = fromText(content.tags).subarray(at * tagLength, (at + 1) * tagLength);
  const key = parts.pair(who.ephemeral, member).tagKeyFrom();
  const place = { room: parts.ref, seq, now: parts.now() };
  if (!key || !isTag(key, context, tag)) {
    draft.who = withShown(who, from, { leaf: null, problem: 'wrong' });
    writeRow(parts, draft, alarmRow(place, 'identityRefused', nameOf(parts, draft, from)));
    return;
  }
  draft.who = withShown(who, from, { leaf: context.from, problem: null });
  meet(parts, draft, member, seq);
  takeVoucher(parts, draft, member, content, context.authenticator);
  settleCameBy(parts, draft, member, seq);
}

/** Trust on first use begins here; somebody else of that name is told. */
function meet(parts: RoomParts, draft: Draft, { id, identityKey, name }: Member, seq: number): void {
  const { people } = parts;
  const key = toText(identityKey);
  const now = parts.now();
  if (name === '') return;
  if (people.get(key) === null && people.hasNamesake(name, key)) {
    const place = { room: parts.ref, seq, now };
    const data = { name: nameOf(parts, draft, id) ?? name, key: id };
    writeRow(parts, draft, noticeRow(place, 'identityChanged', data));
  }
  const before = people.version;
  people.meet(key, name, now);
  if (people.version !== before) draft.later.push({ kind: 'peopleChanged' });
}

/** D7: it came by a one-time invite of ours. A person says whether it was given to this one. */
function takeVoucher(
  parts: RoomParts,
  draft: Draft,
  { id, identityKey }: Member,
  { voucher }: Identify,
  authenticator: Uint8Array,
): void {
  if (voucher === undefined) return;
  const inviter = parts.identity.publicKey;
  const context = { room: parts.room, authenticator, inviter, joiner: identityKey };
  const { vouchers } = draft.who;
  const found = vouchers.find((one) => isVoucherProof(one.voucher, context, fromText(voucher)));
  if (!found) return;
  draft.erase.push(found.voucher);
  draft.who = {
    ...draft.who,
    vouchers: vouchers.filter((one) => one !== found),
    invited: new Set(draft.who.invited).add(id),
  };
}

/** D7: the one whose invite we came by has shown who it is. */
function settleCameBy(parts: RoomParts, draft: Draft, member: Member, seq: number): void {
  const { cameBy } = draft.who;
  if (!cameBy || !sameBytes(fingerprintOf(member.identityKey), cameBy.fingerprint)) return;
  // The proof has to go out first; it goes with our first tags, which come before anything else.
  if (draft.who.told.size === 0) return;
  draft.erase.push(cameBy.voucher);
  draft.who = { ...draft.who, cameBy: null };
  noteVerified(parts, draft, member, 'invite', seq);
}

/** Our own tags are at their place: the one whose invite we came by may have been first. */
export function settleTold(parts: RoomParts, draft: Draft, seq: number): void {
  const { group, who } = draft;
  if (!group || !who.cameBy) return;
  for (const member of viewOf(group).members.values()) {
    const shown = who.shown.get(member.id);
    if (shown?.leaf && !shown.problem) settleCameBy(parts, draft, member, seq);
  }
}

/** A person is verified, in every room; this one's timeline says so. */
export function noteVerified(
  parts: RoomParts,
  draft: Draft,
  { id, identityKey, name }: Member,
  by: 'number' | 'words' | 'invite',
  seq: number,
): void {
  const now = parts.now();
  parts.people.verify(toText(identityKey), name, by, now);
  const data = { name: nameOf(parts, draft, id) ?? name, key: id, by };
  // More than one may be verified at one place of the log.
  writeSideNotice(parts, draft, { id: `seen-${id}-${now}`, seq, event: 'verified', data });
  draft.later.push({ kind: 'peopleChanged' });
}

/** How an exchange of words ended where nobody was verified (D8): a wrong guess is never silent. */
export function noteWords(parts: RoomParts, draft: Draft, id: string, state: 'wrong' | 'stopped'): void {
  const now = parts.now();
  const data = { name: nameOf(parts, draft, id) ?? '', key: id };
  const event = state === 'wrong' ? 'wordsWrong' : 'wordsStopped';
  writeSideNotice(parts, draft, { id: `said-${id}-${now}`, seq: draft.log?.cursor ?? 0, event, data });
}

/** It speaks, and has not shown who it is (D3). */
export function noteSpoke(draft: Draft, from: string): void {
  const { group, who } = draft;
  const member = group && viewOf(group).members.get(from);
  if (!member) return;
  const shown = who.shown.get(from);
  const isShown = shown?.leaf && sameBytes(shown.leaf, leafHash(member.leaf));
  if (isShown || shown?.problem) return;
  draft.who = withShown(who, from, { problem: 'missing' });
}

function nameOf(parts: RoomParts, { group }: Draft, id: string): string | null {
  return (group && parts.names(viewOf(group)).get(id)) ?? null;
}
