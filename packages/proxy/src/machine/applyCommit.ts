import type { NoticeRow, Row } from '@otr/protocol';
import type { Changes } from '../core/group/changes.ts';
import type { Member } from '../core/group/view.ts';
import { sameBytes } from '../core/text.ts';
import type { ShownNames } from './members.ts';
import { type RoomLog, type Step, withRows } from './roomLog.ts';
import { noticeRow } from './rows.ts';

/** Members who were not heard of for so long are removed by whoever notices first. Milliseconds. */
export const silentFor = 30 * 86_400_000;

export interface CommitRules {
  /** Room id as text. */
  readonly room: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly me: string;
  /** The names before and after it. */
  readonly before: ShownNames;
  readonly after: ShownNames;
}

type Told = { event: NoticeRow['event']; data: NoticeRow['data'] };

/** A commit at its place in the log: every change that it made is told, with who made it (M9). */
export function applyCommit(log: RoomLog, changes: Changes, rules: CommitRules): Step {
  const { room, seq, now } = rules;
  const heard = new Map(log.heard);
  const leaving = new Set(log.leaving);
  for (const { id } of changes.removed) {
    heard.delete(id);
    leaving.delete(id);
  }
  // Who comes in while we are here starts at its first counter: none of its messages can be missing.
  for (const { id } of changes.added) heard.set(id, { counter: 0, at: now });
  const committer = heard.get(changes.by);
  if (committer) heard.set(changes.by, { ...committer, at: now });
  const rows = toldOf(log, changes, rules).map(
    ({ event, data }, index): Row => noticeRow({ room, seq, now }, event, data, index),
  );
  return withRows({ ...log, heard, leaving }, rows);
}

function toldOf(log: RoomLog, changes: Changes, rules: CommitRules): Told[] {
  const { before, after } = rules;
  const by = after.get(changes.by) ?? before.get(changes.by) ?? '';
  // Who comes back is the identity that was here (D2).
  const back = new Set(
    changes.added.flatMap((member) => (isBack(member, changes) ? (member.formerly ?? []) : [])),
  );
  const removed = changes.removed
    .filter(({ id }) => !back.has(id))
    .map(({ id }) => toldOfRemoval(log, id, by, rules));
  const gone = new Set(changes.removed.map(({ id }) => id));
  const added = changes.added.map((member): Told => {
    const { id } = member;
    return {
      event: isBack(member, changes) ? 'returned' : 'joined',
      data: { name: after.get(id) ?? '', by, key: id },
    };
  });
  const renamed = changes.renamed.map((change): Told => {
    const { id } = change.after;
    return { event: 'renamed', data: { from: before.get(id) ?? '', to: after.get(id) ?? '', key: id } };
  });
  return [...removed, ...added, ...renamed, ...toldOfSettings(changes, by, gone)];
}

function isBack({ formerly, identityKey }: Member, { removed }: Changes): boolean {
  const was = removed.find(({ id }) => id === formerly);
  return was !== undefined && sameBytes(was.identityKey, identityKey);
}

function toldOfRemoval(log: RoomLog, id: string, by: string, { before, now }: CommitRules): Told {
  const name = before.get(id) ?? '';
  if (log.leaving.has(id)) return { event: 'left', data: { name, key: id } };
  const heard = log.heard.get(id);
  const isSilent = heard !== undefined && now - heard.at >= silentFor;
  return { event: isSilent ? 'evicted' : 'removed', data: { name, by, key: id } };
}

/** What ends with a removal, invites and an admin's rights, is not told one by one. */
function toldOfSettings({ settings, added, by: id }: Changes, by: string, gone: ReadonlySet<string>): Told[] {
  if (!settings) return [];
  const { before, after } = settings;
  const comesIn = added.length > 0;
  const told: Told[] = [];
  const key = { by, key: id };
  const differs = (left: unknown, right: unknown) => JSON.stringify(left) !== JSON.stringify(right);
  if (before.name !== after.name) told.push({ event: 'roomRenamed', data: { ...key, to: after.name } });
  if (before.disappearAfter !== after.disappearAfter) {
    told.push({ event: 'timerChanged', data: { ...key, milliseconds: after.disappearAfter } });
  }
  if (differs(before.roles, after.roles))
    told.push({ event: 'rolesChanged', data: { ...key, ...after.roles } });
  const admins = before.admins.filter((admin) => !gone.has(admin));
  if (differs(admins, after.admins)) told.push({ event: 'adminsChanged', data: key });
  const known = new Set(before.invites.map(({ secret }) => secret));
  const left = new Map(after.invites.map((invite) => [invite.secret, invite]));
  if (after.invites.some(({ secret }) => !known.has(secret))) told.push({ event: 'inviteMade', data: key });
  const isUsedUp = (uses: number | null) => uses === 1 && comesIn;
  const withdrawn = before.invites.some(({ secret, uses }) => !left.has(secret) && !isUsedUp(uses));
  if (withdrawn && gone.size === 0) told.push({ event: 'inviteRevoked', data: key });
  return told;
}
