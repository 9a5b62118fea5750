import { type Entry, limits, type RelayResponse, type Row } from '@otr/protocol';
import { initialDigest, linkOf } from '../core/logDigest.ts';
import { openRegistration } from '../core/registration.ts';
import { openRoomInfo } from '../core/roomValues.ts';
import { sameBytes, toText } from '../core/text.ts';
import { applyEntry, settleRoster } from '../machine/applyEntry.ts';
import type { MemberState } from '../machine/members.ts';
import { splitBatch } from '../machine/room.ts';
import { emptyLog, type LogEffect, type RoomLog, type Settled } from '../machine/roomLog.ts';
import { alarmRow, noticeRow, orderOf } from '../machine/rows.ts';
import { announceName } from './queue.ts';
import { changeKey, type Draft, isRegistered, type RoomParts, writeRow } from './roomParts.ts';
import { rulesOf } from './rules.ts';
import { ownVoice } from './sealItem.ts';
import { feedOutbox, feedRoom, raiseAlarm, replaceKey, standing } from './turn.ts';

export type Snapshot = RelayResponse<'enterRoom'>;

/** What the relay tells on entering: taken over by a joiner, held against the log by all others. */
export function takeSnapshot(parts: RoomParts, draft: Draft, snapshot: Snapshot): void {
  const before = draft.log;
  draft.log = logAfterEntering(parts, draft, snapshot);
  leaveRemovedKey(parts, draft);
  if (draft.log !== before) parts.store.log.save(parts.number, draft.log, before);
  takeRoomInfo(parts, draft, snapshot);
}

function logAfterEntering(parts: RoomParts, draft: Draft, snapshot: Snapshot): RoomLog {
  const me = draft.ownKeys.at(-1);
  const log = draft.log ?? (draft.stored.createdHere ? emptyLog(initialDigest(parts.room)) : null);
  if (log === null) {
    const adopted = emptyLog(null, me ? toText(me.pair.publicKey) : null);
    const { seq, epoch, members } = settledOf(parts, draft, snapshot);
    return { ...adopted, cursor: seq, epoch, members };
  }
  const here = { ...log, me: me ? toText(me.pair.publicKey) : null };
  return snapshot.floor > log.cursor + 1 ? skipExpired(parts, draft, here, snapshot) : here;
}

/** What we had not fetched is gone: said in the timeline. The members are known again at the snapshot's head. */
function skipExpired(parts: RoomParts, draft: Draft, log: RoomLog, snapshot: Snapshot): RoomLog {
  const cursor = snapshot.floor - 1;
  const place = { room: parts.ref, seq: cursor, now: parts.now() };
  if (log.joinedAt !== null) {
    writeRow(parts, draft, noticeRow(place, 'expired', { count: cursor - log.cursor }));
  }
  const settling = settledOf(parts, draft, snapshot);
  const members = new Map([...settling.members, ...log.members]);
  const next = { ...log, cursor, members, counters: new Map(), digest: null, run: null };
  // Our registration may have expired before we saw it in the log.
  const isMember = log.me !== null && settling.members.has(log.me);
  const joinedAt = log.joinedAt === null && !isMember ? null : cursor;
  return cursor < snapshot.head
    ? { ...next, joinedAt, settling }
    : { ...settleRoster(next, settling), joinedAt };
}

/** K2, K3: only registrations by holders of the room secret; for any other key nothing is ever sealed. */
function settledOf(parts: RoomParts, draft: Draft, snapshot: Snapshot): Settled {
  const members = new Map<string, MemberState>();
  const place = { room: parts.ref, seq: snapshot.head, now: parts.now() };
  for (const registration of snapshot.registrations) {
    const opened = openRegistration(parts.room, parts.keys, registration);
    const key = toText(registration.publicKey);
    const publicKey = Uint8Array.from(registration.publicKey);
    if (!opened) writeRow(parts, draft, alarmRow(place, 'badRegistration', null));
    else if (draft.log?.removed.has(key)) writeRow(parts, draft, alarmRow(place, 'keyReused', null));
    else members.set(key, { publicKey, name: opened.name, leaving: false });
  }
  return { seq: snapshot.head, epoch: snapshot.epoch, members };
}

/** The room's name, where the relay holds a newer one than ours. */
export function takeRoomInfo(parts: RoomParts, draft: Draft, { roomInfo }: Snapshot): void {
  const info = roomInfo && openRoomInfo(parts.keys, parts.room, roomInfo);
  // A member's clock that is ahead of ours would keep all later names away.
  const nameAt = Math.min(info?.at ?? 0, parts.now());
  if (!info || draft.stored.infoPending || nameAt <= draft.stored.nameAt) return;
  draft.stored = parts.store.rooms.change(draft.stored, { name: info.name, nameAt });
}

/** M11: rows, members, counters, digests and cursor of a batch that begins at the cursor. */
export function takeEntries(parts: RoomParts, draft: Draft, entries: readonly Entry[]): void {
  const before = draft.log;
  if (!before || entries.length === 0) return;
  const placed: string[] = [];
  for (const entry of entries) takeEntry(parts, draft, entry, placed);
  leaveRemovedKey(parts, draft);
  if (draft.log) {
    parts.store.log.save(parts.number, draft.log, before);
    const { cursor, epoch } = draft.log;
    feedOutbox(parts, draft, { kind: 'logged', placed, cursor, epoch, luck: Math.random() });
  }
  noteRegistration(parts, draft);
  // Entering again tells whether it has ended this room.
  if (entries.some(({ kind }) => kind === 'commit')) feedRoom(parts, draft, { kind: 'connected' });
}

/** L6: taken where they follow what was processed; anything else is fetched. */
export function takeLive(parts: RoomParts, draft: Draft, entries: readonly Entry[]): void {
  const { phase } = draft.sync;
  const cursor = draft.log?.cursor ?? 0;
  const { known, next, hole, head } = splitBatch(entries, cursor);
  checkKnown(parts, draft, known);
  const inStep = phase === 'live' || phase === 'registering';
  if (inStep) takeEntries(parts, draft, next);
  const kind = hole || (!inStep && head > cursor) ? 'behind' : 'processed';
  feedRoom(parts, draft, { kind, head, luck: Math.random(), ...standing(draft) });
}

/** K7. Who wanted to leave has left. */
function leaveRemovedKey(parts: RoomParts, draft: Draft): void {
  const me = draft.log?.me;
  if (!me || !draft.log?.removed.has(me)) return;
  if (draft.stored.leaving) draft.later.push({ kind: 'forget' });
  else replaceKey(parts, draft, me);
}

function takeEntry(parts: RoomParts, draft: Draft, entry: Entry, placed: string[]): void {
  if (!draft.log) return;
  const { log, effects, link } = applyEntry(draft.log, entry, rulesOf(parts, draft));
  for (const effect of effects) performLogEffect(parts, draft, effect, placed);
  parts.store.log.append(parts.number, { seq: entry.seq, id: entry.id, link, digest: log.digest });
  draft.log = log;
}

function performLogEffect(parts: RoomParts, draft: Draft, effect: LogEffect, placed: string[]): void {
  const { store, number } = parts;
  switch (effect.kind) {
    case 'writeRow':
      writeRow(parts, draft, effect.row);
      break;
    case 'writeDigests':
      for (const { seq, digest } of effect.digests) store.log.setDigest(number, seq, digest);
      break;
    case 'placeOwn': {
      const id = toText(effect.id);
      placed.push(id);
      // From here on another entry of this id is a replay, in the same batch too.
      store.outbox.remove(number, id);
      const row = store.timeline.get(number, id);
      if (row) writeRow(parts, draft, placedRow(parts, draft, row, effect.seq));
      break;
    }
    case 'nameRoom': {
      const { name, at } = effect;
      draft.stored = store.rooms.change(draft.stored, { name, nameAt: at });
      break;
    }
  }
}

/** M13. */
function placedRow(parts: RoomParts, draft: Draft, row: Row, seq: number): Row {
  if (row.kind !== 'message') return row;
  return { ...row, ...ownVoice(parts, draft), seq, order: orderOf(seq), delivery: 'relay' };
}

/** Our registration is in the log: from here on the others know us by the name in it. */
function noteRegistration(parts: RoomParts, draft: Draft): void {
  const key = draft.ownKeys.at(-1);
  const me = draft.log?.me;
  const member = me ? draft.log?.members.get(me) : undefined;
  if (!key || !member || !isRegistered(draft) || key.announcedName !== null) return;
  changeKey(parts, draft, { ...key, announcedName: member.name, registeredName: member.name });
  announceName(parts, draft);
}

/** M9: entries that were processed before must be the same when they come again. */
function checkKnown(parts: RoomParts, draft: Draft, known: readonly Entry[]): void {
  for (const entry of known.slice(0, limits.fetchEntries)) {
    const ours = parts.store.log.entryAt(parts.number, entry.seq);
    if (ours && !sameBytes(ours.link, linkOf(entry))) raiseAlarm(parts, draft, 'logRolledBack', entry.seq);
  }
}
