import { ok, type Result, refuse, type SafetyNumber } from '@otr/protocol';
import { type Member, viewOf } from '../core/group/view.ts';
import { isSameNumber, safetyNumberOf } from '../core/identity/safetyNumber.ts';
import { toText } from '../core/text.ts';
import { noteVerified } from './introduce.ts';
import type { OpenRoom } from './openRoom.ts';
import type { Draft } from './roomParts.ts';
import { trustIn } from './trustIn.ts';

type Done = Result<Record<string, never>>;

/** Has it shown who it is (D3)? Nobody else can be verified. */
const verifiable = new Set(['verified', 'unverified', 'changed']);

export function safetyNumber(open: OpenRoom, id: string): Result<SafetyNumber> {
  const found = shownMember(open, id);
  if (!found.ok) return found;
  const { parts, memory } = open.session;
  const { number, emoji, code } = numberOf(open, found.value);
  return ok({
    member: id,
    name: nameOf(open, id),
    trust: trustIn(parts, memory, found.value),
    number,
    emoji,
    code,
  });
}

/** D6: what was compared says that it was this member, and not one that took its place meanwhile. */
export function verify(open: OpenRoom, id: string, number: string): Done {
  const found = shownMember(open, id);
  if (!found.ok) return found;
  if (!isSameNumber(numberOf(open, found.value), number)) {
    const name = nameOf(open, id);
    return refuse(
      'notTheSame',
      `This is not the safety number that you have with ${name}. Nobody is verified: compare again, and if it differs again, somebody is between you.`,
    );
  }
  return change(open, 'verified', (draft) => noteVerifiedHere(open, draft, found.value, 'number'));
}

export function unverify(open: OpenRoom, id: string): Done {
  const { parts } = open.session;
  return withMember(open, id, (member, draft) => {
    parts.people.unverify(toText(member.identityKey));
    draft.later.push({ kind: 'peopleChanged' });
  });
}

/** D6: somebody else of a verified person's name is taken for what it is. Sending goes on. */
export function accept(open: OpenRoom, id: string): Done {
  const { parts } = open.session;
  return withMember(open, id, (member, draft) => {
    parts.people.accept(toText(member.identityKey), member.name, parts.now());
    draft.later.push({ kind: 'peopleChanged' });
  });
}

/** D7: whether our invite was given to this person. */
export function confirmInvited(open: OpenRoom, id: string, yes: boolean): Done {
  if (!open.session.memory.who.invited.has(id)) {
    return refuse('memberNotFound', 'Nobody asks that of you, or not any more.');
  }
  const found = shownMember(open, id);
  if (yes && !found.ok) return found;
  return change(open, 'invitedConfirmed', (draft) => {
    const invited = new Set(draft.who.invited);
    invited.delete(id);
    draft.who = { ...draft.who, invited };
    if (yes && found.ok) noteVerifiedHere(open, draft, found.value, 'invite');
  });
}

/** D8: the words were the same on both sides. */
export function verifiedByWords(open: OpenRoom, id: string): void {
  const found = shownMember(open, id);
  if (found.ok) change(open, 'verified', (draft) => noteVerifiedHere(open, draft, found.value, 'words'));
}

/** A member that has shown who it is; its identity key. */
export function shownIdentity(open: OpenRoom, id: string): Uint8Array | null {
  const found = shownMember(open, id);
  return found.ok ? found.value.identityKey : null;
}

function noteVerifiedHere(
  { session }: OpenRoom,
  draft: Draft,
  member: Member,
  by: 'number' | 'words' | 'invite',
) {
  noteVerified(session.parts, draft, member, by, draft.log?.cursor ?? 0);
}

function withMember(open: OpenRoom, id: string, act: (member: Member, draft: Draft) => void): Done {
  const found = memberOf(open, id);
  return found.ok ? change(open, 'decided', (draft) => act(found.value, draft)) : found;
}

function shownMember(open: OpenRoom, id: string): Result<Member> {
  const found = memberOf(open, id);
  if (!found.ok) return found;
  const { parts, memory } = open.session;
  const shown = memory.who.shown.get(id);
  const trust = trustIn(parts, memory, found.value);
  if (!verifiable.has(trust) || !shown?.leaf || shown.problem) {
    return refuse(
      'notShown',
      `${nameOf(open, id)} has not shown yet who they are. Try again when they are here.`,
    );
  }
  return found;
}

function memberOf({ session }: OpenRoom, id: string): Result<Member> {
  const { group } = session.memory;
  const view = group && viewOf(group);
  const member = view?.members.get(id);
  if (!view || !member || id === view.me) {
    return refuse('memberNotFound', 'Nobody else in the room has this key, or not any more.');
  }
  return ok(member);
}

function numberOf({ session }: OpenRoom, { identityKey }: Member) {
  return safetyNumberOf(session.parts.identity.publicKey, identityKey);
}

function nameOf({ session }: OpenRoom, id: string): string {
  const { group } = session.memory;
  return (group && session.parts.names(viewOf(group)).get(id)) ?? '';
}

function change({ session }: OpenRoom, name: string, act: (draft: Draft) => void): Done {
  return session.step(name, act);
}
