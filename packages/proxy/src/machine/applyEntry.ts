import { type Entry, limits, type RegisterKeyEntry, type RemoveKeyEntry } from '@otr/protocol';
import { toText } from '../core/text.ts';
import { applyEnvelope } from './applyEnvelope.ts';
import { withMember, withoutMember } from './members.ts';
import type { Applied, LogEffect, LogRules, RoomLog, Settled } from './roomLog.ts';
import { alarmRow, noticeRow, refusedRow } from './rows.ts';
import { endRun, nameOf, type Step, withRow } from './step.ts';

/** Processes the entry at `log.cursor + 1` (M9). The caller has made sure that this is its place. */
export function applyEntry(log: RoomLog, entry: Entry, rules: LogRules): Applied {
  const link = rules.linkOf(entry);
  const step = applyByKind(log, entry, rules);
  const moved: RoomLog = {
    ...step.log,
    cursor: entry.seq,
    epoch: entry.epoch,
    digest: step.log.digest && rules.nextDigest(step.log.digest, link),
  };
  return { log: settled(moved), effects: [...numbering(log, entry, rules), ...step.effects], link };
}

function applyByKind(log: RoomLog, entry: Entry, rules: LogRules): Step {
  switch (entry.kind) {
    case 'registerKey':
      return applyRegistration(endRun(log), entry, rules);
    case 'removeKey':
      return applyRemoval(endRun(log), entry, rules);
    case 'envelope':
      return applyEnvelope(log, entry, rules);
    case 'message':
    case 'commit':
      return refuseUnknown(endRun(log), entry, rules);
  }
}

/** M10: a room whose messages are sealed pair by pair has neither. It holds nothing for us; that it came is shown. */
function refuseUnknown(log: RoomLog, entry: Entry, rules: LogRules): Step {
  const place = { room: rules.room, seq: entry.seq, now: rules.now };
  return withRow(log, refusedRow(place, 'unknownEntry', null));
}

/** K2–K4. */
function applyRegistration(log: RoomLog, entry: RegisterKeyEntry, rules: LogRules): Step {
  const place = { room: rules.room, seq: entry.seq, now: rules.now };
  const key = toText(entry.publicKey);
  const opened = rules.openRegistration(entry);
  if (!opened) return withRow(log, refusedRow(place, 'badRegistration', null));
  if (log.removed.has(key)) return withRow(log, refusedRow(place, 'keyReused', opened.name || null));
  if (log.members.has(key)) return { log, effects: [] };
  // A relay keeps to this by itself: no envelope could be sealed for more.
  if (log.members.size > limits.recipients) {
    return withRow(log, refusedRow(place, 'badRegistration', opened.name || null));
  }

  const member = { publicKey: Uint8Array.from(entry.publicKey), name: opened.name, leaving: false };
  const members = withMember(log.members, key, member);
  if (key === log.me) return joinOurselves({ ...log, members }, entry.seq, rules);
  // Who registers while we are here starts at its first counter: none of its messages can be missing.
  const counters = log.joinedAt === null ? log.counters : new Map(log.counters).set(key, 0);
  const next = { ...log, members, counters };
  if (log.joinedAt === null) return { log: next, effects: [] };
  return withRow(next, noticeRow(place, 'joined', { name: nameOf(next, key, rules), key }));
}

/** From here on messages are for us. Counters before are unknown: what was sent meanwhile was not for this key. */
function joinOurselves(log: RoomLog, seq: number, rules: LogRules): Step {
  const first = log.joinedAt === null && rules.createdHere;
  const notice = noticeRow({ room: rules.room, seq, now: rules.now }, first ? 'created' : 'youJoined', {});
  return withRow({ ...log, counters: new Map(), joinedAt: log.joinedAt ?? seq }, notice);
}

/** K3, K6. Where it is our own key, the caller makes the next one (K7). */
function applyRemoval(log: RoomLog, entry: RemoveKeyEntry, rules: LogRules): Step {
  const key = toText(entry.publicKey);
  const member = log.members.get(key);
  const next: RoomLog = {
    ...log,
    members: withoutMember(log.members, key),
    removed: new Set(log.removed).add(key),
  };
  if (!member || log.joinedAt === null) return { log: next, effects: [] };
  // The relay alone cannot say that somebody left: without the member's own word its key was removed.
  const event = entry.reason === 'left' && member.leaving ? 'left' : 'keyRemoved';
  const place = { room: rules.room, seq: entry.seq, now: rules.now };
  return withRow(next, noticeRow(place, event, { name: nameOf(log, key, rules), key }));
}

/** The epoch counts the changes of the set of keys (and the relay counts a commit too): any other number is the relay's doing (L4). */
function numbering(log: RoomLog, entry: Entry, rules: LogRules): LogEffect[] {
  if (log.settling !== null || allowedChanges(log, entry).includes(entry.epoch - log.epoch)) return [];
  const place = { room: rules.room, seq: entry.seq, now: rules.now };
  return [{ kind: 'writeRow', row: alarmRow(place, 'rosterMismatch', null) }];
}

function allowedChanges(log: RoomLog, entry: Entry): number[] {
  switch (entry.kind) {
    case 'envelope':
    case 'message':
      return [0];
    case 'removeKey':
    case 'commit':
      return [1];
    case 'registerKey':
      // A key that we refused may be known to the relay already or new to it.
      return log.members.has(toText(entry.publicKey)) ? [0] : [0, 1];
  }
}

/** The end of the stretch whose beginning expired: from here on the roster is known again. */
function settled(log: RoomLog): RoomLog {
  const { settling } = log;
  if (settling === null || log.cursor < settling.seq) return log;
  return settleRoster(log, settling);
}

/** The roster that the relay tells after entries expired. Whoever is not in it was removed meanwhile (K3). */
export function settleRoster(log: RoomLog, settling: Settled): RoomLog {
  const gone = [...log.members.keys()].filter((key) => !settling.members.has(key));
  // K4: who was known keeps the name that we know.
  const members = new Map([...settling.members].map(([key, told]) => [key, log.members.get(key) ?? told]));
  return {
    ...log,
    epoch: settling.epoch,
    members,
    removed: new Set([...log.removed, ...gone]),
    settling: null,
  };
}
