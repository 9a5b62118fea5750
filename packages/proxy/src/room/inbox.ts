import type { CommitEntry, Entry, MessageEntry, ProblemCode, RelayResponse } from '@otr/protocol';
import { limits, whisperedKinds } from '@otr/protocol';
import type { Changes } from '../core/group/changes.ts';
import { acceptOwnCommit } from '../core/group/commit.ts';
import { openForRoom } from '../core/group/messages.ts';
import { viewOf } from '../core/group/view.ts';
import { digestOfBody, linkOf, nextDigest } from '../core/logDigest.ts';
import { type Decoded, decodePayload } from '../core/payloadCodec.ts';
import { sameBytes, toText } from '../core/text.ts';
import { isWhisper } from '../core/whisper.ts';
import { applyCommit } from '../machine/applyCommit.ts';
import { applyMessage, type MessageRules, refuseMessage, withLeaving } from '../machine/applyMessage.ts';
import { splitBatch } from '../machine/room.ts';
import type { LogEffect, Step } from '../machine/roomLog.ts';
import { alarmRow, noticeRow } from '../machine/rows.ts';
import { withLeaf, withoutGone, withTold } from '../machine/whoIsWho.ts';
import { wordsTimeout } from '../machine/words.ts';
import type { StoredItem } from '../store/outboxTable.ts';
import { introduceFirst, noteSpoke, settleTold, takeIdentify } from './introduce.ts';
import { endMembership } from './membership.ts';
import { noteWhispered } from './ownWhispers.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { showOwn } from './sealItem.ts';
import { dropWithdrawn, noteSettings } from './settingsNews.ts';
import { trustIn } from './trustIn.ts';
import { changeReason, feedOutbox, feedRoom, holdOrRelease, raiseAlarm, standing } from './turn.ts';
import { takeWhisper } from './whispers.ts';

export type Snapshot = RelayResponse<'enterRoom'>;

export const unfollowable =
  'The room’s log has a change that breaks its rules, and nobody’s proxy follows it. Make a new room and invite the others anew.';

/** So far back an own message is looked for that the relay shows again under another id. */
const entriesSearched = 20_000;

/** What the relay tells on entering: what expired unread is said in the timeline, and cannot be made up for. */
export function takeSnapshot(parts: RoomParts, draft: Draft, snapshot: Snapshot): void {
  const { log } = draft;
  if (!log || snapshot.floor <= log.cursor + 1) return;
  const cursor = snapshot.floor - 1;
  const place = { room: parts.ref, seq: cursor, now: parts.now() };
  writeRow(parts, draft, noticeRow(place, 'expired', { count: cursor - log.cursor }));
  const unknown = new Map([...log.heard].map(([id, heard]) => [id, { ...heard, counter: null }]));
  draft.log = { ...log, cursor, joinedAt: cursor, digest: null, heard: unknown };
}

/**
 * M11: a batch that begins at the cursor. What follows a commit needs the next access key, and is not in it. False where
 * an entry was refused that nothing can follow: it stays unprocessed, and is asked for again.
 */
export function takeEntries(parts: RoomParts, draft: Draft, entries: readonly Entry[]): boolean {
  const placed: string[] = [];
  const goesOn = entries.every((entry) => takeEntry(parts, draft, entry, placed));
  if (!draft.log || !draft.group) return true;
  const { cursor } = draft.log;
  const { epoch } = viewOf(draft.group);
  feedOutbox(parts, draft, { kind: 'logged', placed, cursor, epoch, luck: Math.random() });
  return goesOn;
}

/** L6: taken where they follow what was processed; anything else is fetched. */
export function takeLive(parts: RoomParts, draft: Draft, entries: readonly Entry[]): void {
  const { phase } = draft.sync;
  const { known, next, head } = splitBatch(entries, draft.log?.cursor ?? 0);
  checkKnown(parts, draft, known);
  if (phase === 'live') takeEntries(parts, draft, next);
  const kind = head > (draft.log?.cursor ?? 0) ? 'behind' : 'processed';
  if (draft.group) feedRoom(parts, draft, { kind, head, ...standing(draft) });
}

/** False where the room does not go on: the entry stays unprocessed, or we are no longer a member. */
function takeEntry(parts: RoomParts, draft: Draft, entry: Entry, placed: string[]): boolean {
  if (!draft.log || !draft.group || draft.stored.standing === 'lost') return false;
  const recorded = parts.record?.entryOf(parts, entry);
  const goesOn =
    entry.kind === 'message' ? takeMessage(parts, draft, entry, placed) : takeCommit(parts, draft, entry);
  if (goesOn === 'stuck' || !draft.log) return false;
  if (recorded) draft.taken.push(recorded);
  const link = linkOf(entry);
  const digest = draft.log.digest && nextDigest(draft.log.digest, link);
  parts.store.log.append(parts.number, { seq: entry.seq, id: entry.id, link, digest });
  draft.log = { ...draft.log, cursor: entry.seq, digest };
  return goesOn === 'goesOn';
}

type Outcome = 'goesOn' | 'ended' | 'stuck';

function takeMessage(parts: RoomParts, draft: Draft, entry: MessageEntry, placed: string[]): Outcome {
  const { group, log } = draft;
  if (!group || !log) return 'ended';
  const item = parts.store.outbox.get(parts.number, toText(entry.id));
  if (item) return takeOwn(parts, draft, entry, placed);
  if (isWhisper(entry.body)) {
    const taken = takeWhisper(parts, draft, entry);
    return taken === 'good' ? 'goesOn' : refuseEntry(parts, draft, entry, taken);
  }
  const opened = openForRoom(group, entry.body, log.leaving);
  switch (opened.kind) {
    case 'message': {
      draft.group = opened.group;
      draft.erase.push(...opened.erase);
      const decoded = decodePayload(opened.plaintext);
      if (isSpoken(decoded)) noteSpoke(draft, opened.from);
      perform(parts, draft, applyMessage(log, entry, opened.from, decoded, messageRules(parts, draft)));
      opened.plaintext.fill(0);
      return 'goesOn';
    }
    case 'own':
      return takeForeignOwn(parts, draft, entry);
    case 'replayed':
      return refuseEntry(parts, draft, entry, 'replayed');
    case 'commit':
    case 'removed':
      // The relay passes a commit for a message: its epoch would not be counted.
      return refuseEntry(parts, draft, entry, 'unknownEntry');
    case 'refused':
      return refuseEntry(parts, draft, entry, 'badCiphertext');
  }
}

/** M13: what we sent is at its place. A relay cannot invent any: id and ciphertext must be those that wait for it. */
function takeOwn(parts: RoomParts, draft: Draft, entry: MessageEntry, placed: string[]): Outcome {
  const id = toText(entry.id);
  const { store, number } = parts;
  const item = store.outbox.get(number, id);
  const body = store.outbox.body(number, id);
  if (!item || !draft.log || !draft.group) return 'ended';
  if (!body || !sameBytes(body, entry.body)) return refuseEntry(parts, draft, entry, 'badCiphertext');
  placed.push(id);
  // From here on another entry of this id is a replay, in the same batch too.
  store.outbox.remove(number, id);
  showOwn(parts, draft, item, entry.seq);
  notePlaced(parts, draft, item, entry.seq);
  if (item.content.kind === 'leave') draft.log = withLeaving(draft.log, viewOf(draft.group).me);
  if (item.content.kind === 'leave' && draft.stored.leaving) draft.later.push({ kind: 'forget' });
  return 'goesOn';
}

function isSpoken(decoded: Decoded | null): boolean {
  return decoded?.kind !== 'known' || whisperedKinds.some((kind) => kind === decoded.payload.content.kind);
}

/** What our own entry has done for who is who, now that it is at its place. */
function notePlaced(parts: RoomParts, draft: Draft, item: StoredItem, seq: number): void {
  const recipients = item.recipients ?? [];
  if (item.whisperTo !== null) noteWhispered(draft, recipients);
  if (item.content.kind !== 'identify') return;
  draft.who = withTold(draft.who, recipients);
  settleTold(parts, draft, seq);
}

/** R1: our leaf has sent what we know nothing of. Our keys are a copy, or older than they were: no more is done with them. */
function takeForeignOwn(parts: RoomParts, draft: Draft, entry: Entry): Outcome {
  if (isKnownOwn(parts, draft, entry)) {
    return entry.kind === 'commit'
      ? stop(parts, draft, entry, 'badCommit')
      : refuseEntry(parts, draft, entry, 'replayed');
  }
  raiseAlarm(parts, draft, 'ownStateOld', entry.seq);
  endMembership(parts, draft, 'lost');
  return 'stuck';
}

/** A relay may show our own again, under any id and as any kind: that says nothing of our keys. */
function isKnownOwn({ store, number }: RoomParts, { group, log, commit }: Draft, entry: Entry): boolean {
  const { body } = entry;
  if (!group || !log || store.log.placeOf(number, entry.id) !== null) return true;
  if (commit && sameBytes(commit.body, body)) return true;
  const isWaiting = store.outbox.of(number).some(({ id }) => {
    const waiting = store.outbox.body(number, id);
    return waiting !== null && sameBytes(waiting, body);
  });
  if (isWaiting) return true;
  // Of our own, only messages of this epoch open as such.
  const { epoch } = viewOf(group);
  const bodyDigest = digestOfBody(body);
  return store.log
    .entriesAfter(number, Math.max(log.joinedAt, log.cursor - entriesSearched))
    .some(({ seq, id, link }) => {
      return sameBytes(link, linkOf({ kind: 'message', seq, id, epoch, slices: [], body }, bodyDigest));
    });
}

function takeCommit(parts: RoomParts, draft: Draft, entry: CommitEntry): Outcome {
  const { group, log, commit } = draft;
  if (!group || !log) return 'ended';
  if (commit && sameBytes(commit.id, entry.id) && sameBytes(commit.body, entry.body)) {
    const accepted = acceptOwnCommit(group);
    draft.erase.push(...accepted.erase);
    enterEpoch(parts, draft, entry, accepted);
    if (commit.ephemeral) renewLeaf(parts, draft, commit.ephemeral);
    const done = new Set(commit.wishes);
    draft.wishes = draft.wishes.filter(({ id }) => !done.has(id));
    noteSettings(parts, draft, accepted.changes);
    return 'goesOn';
  }
  const opened = openForRoom(group, entry.body, log.leaving);
  switch (opened.kind) {
    case 'commit':
      draft.erase.push(...opened.erase);
      enterEpoch(parts, draft, entry, opened);
      return 'goesOn';
    case 'removed': {
      const place = { room: parts.ref, seq: entry.seq, now: parts.now() };
      const by = parts.names(viewOf(group)).get(opened.by) ?? '';
      if (!draft.stored.leaving) writeRow(parts, draft, noticeRow(place, 'youWereRemoved', { by }));
      draft.erase.push(...opened.erase);
      endMembership(parts, draft, 'removed');
      return 'ended';
    }
    case 'own':
      return takeForeignOwn(parts, draft, entry);
    case 'message':
    case 'replayed':
    case 'refused':
      return stop(parts, draft, entry, 'badCommit');
  }
}

/** Our leaf has new keys: the others are to be shown again who we are (D2, D3). */
function renewLeaf(parts: RoomParts, draft: Draft, ephemeral: Uint8Array): void {
  draft.keyAge = { renewedAt: parts.now(), sent: 0 };
  if (draft.who.ephemeral) draft.erase.push(draft.who.ephemeral);
  draft.who = withLeaf(draft.who, ephemeral);
  introduceFirst(parts, draft);
}

/** The next epoch, on disk with everything that it brought (G3). */
function enterEpoch(
  parts: RoomParts,
  draft: Draft,
  entry: CommitEntry,
  { group, changes }: { group: NonNullable<Draft['group']>; changes: Changes },
): void {
  if (!draft.group || !draft.log) return;
  const before = parts.names(viewOf(draft.group));
  draft.group = group;
  // That of our own is the leaf's by now.
  const isOwn = draft.commit !== null && sameBytes(draft.commit.id, entry.id);
  if (draft.commit?.ephemeral && !isOwn) draft.erase.push(draft.commit.ephemeral);
  draft.commit = null;
  unsealAll(parts, draft);
  dropWithdrawn(parts, draft, changes);
  draft.who = withoutGone(
    draft.who,
    changes.removed.map(({ id }) => id),
  );
  const view = viewOf(group);
  const now = parts.now();
  const rules = { room: parts.ref, seq: entry.seq, now, me: view.me, before, after: parts.names(view) };
  perform(parts, draft, applyCommit(draft.log, changes, rules));
  if (!sameBytes(parts.accessKey(group).publicKey, entry.accessKey)) {
    // Nobody can write in this epoch: the committer or the relay has seen to that.
    writeRow(parts, draft, alarmRow({ room: parts.ref, seq: entry.seq, now }, 'wrongAccessKey', null));
    changeReason(parts, draft, unfollowable);
  }
  holdOrRelease(parts, draft);
  if (draft.outbox.items.length > 0) introduceFirst(parts, draft);
  if (draft.stored.name !== view.settings.name) {
    draft.stored = parts.store.rooms.change(draft.stored, { name: view.settings.name });
  }
}

/**
 * M12: what was sealed for the epoch that is over comes to no place any more, and its counter is free: what has to go
 * before it (D3) takes it.
 */
function unsealAll(parts: RoomParts, draft: Draft): void {
  const counters = parts.store.outbox.of(parts.number).flatMap(({ counter }) => counter || []);
  if (draft.log && counters.length > 0) draft.log = { ...draft.log, ownCounter: Math.min(...counters) - 1 };
  parts.store.outbox.unseal(parts.number);
  feedOutbox(parts, draft, { kind: 'epochOver' });
}

function stop(parts: RoomParts, draft: Draft, entry: Entry, problem: ProblemCode): Outcome {
  raiseAlarm(parts, draft, problem, entry.seq);
  changeReason(parts, draft, unfollowable);
  return 'stuck';
}

function refuseEntry(parts: RoomParts, draft: Draft, entry: Entry, problem: ProblemCode): Outcome {
  if (draft.log && draft.group) {
    const names = parts.names(viewOf(draft.group));
    const rules = { room: parts.ref, now: parts.now(), names };
    perform(parts, draft, refuseMessage(draft.log, entry, problem, null, rules));
  }
  return 'goesOn';
}

function perform(parts: RoomParts, draft: Draft, { log, effects }: Step): void {
  draft.log = log;
  for (const effect of effects) {
    if (effect.kind === 'writeRow') writeRow(parts, draft, effect.row);
    else if (effect.kind === 'said') heed(parts, draft, effect);
    else for (const { seq, digest } of effect.digests) parts.store.log.setDigest(parts.number, seq, digest);
  }
}

type Said = Extract<LogEffect, { kind: 'said' }>;

/** What a member said that is no row of the timeline. */
function heed(parts: RoomParts, draft: Draft, { from, at, content }: Said): void {
  const seq = (draft.log?.cursor ?? 0) + 1;
  if (content.kind === 'identify') {
    takeIdentify(parts, draft, from, content, seq);
    holdOrRelease(parts, draft);
  }
  // Nobody waits for words that were read out before we came back.
  const isFresh = parts.now() - at < wordsTimeout;
  if (content.kind === 'words' && isFresh) draft.later.push({ kind: 'words', from, content });
}

function messageRules(parts: RoomParts, draft: Draft): MessageRules {
  const { group } = draft;
  if (!group) throw new Error('no group whose message it could be');
  const { store, number } = parts;
  const view = viewOf(group);
  return {
    room: parts.ref,
    now: parts.now(),
    names: parts.names(view),
    authenticator: parts.authenticator(group),
    disappearAfter: view.settings.disappearAfter,
    trust: (id) => {
      const member = view.members.get(id);
      return member ? trustIn(parts, draft, member) : 'waiting';
    },
    timeline: { get: (id) => store.timeline.get(number, id) },
    isKnown: (id) => store.log.placeOf(number, id) !== null,
    nextDigest,
    digestAt: (seq) => store.log.entryAt(number, seq)?.digest ?? null,
    linksAfter: (seq) => store.log.entriesAfter(number, seq),
  };
}

/** M9: entries that were processed before must be the same when they come again. */
function checkKnown(parts: RoomParts, draft: Draft, known: readonly Entry[]): void {
  for (const entry of known.slice(0, limits.fetchEntries)) {
    const ours = parts.store.log.entryAt(parts.number, entry.seq);
    if (ours && !sameBytes(ours.link, linkOf(entry))) raiseAlarm(parts, draft, 'logRolledBack', entry.seq);
  }
}
