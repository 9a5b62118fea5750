import {
  limits,
  type MessageEntry,
  type MessageRow,
  type Row,
  type Slice,
  type Whisper,
  whisper,
  whisperedKinds,
} from '@otr/protocol';
import { type Member, viewOf } from '../core/group/view.ts';
import { decodePlainJson, encodePlainJson } from '../core/json.ts';
import { fromText, sameBytes, toText } from '../core/text.ts';
import { openWhisper, sealWhisper, sliceAddress, whisperSender } from '../core/whisper.ts';
import { applyContent, newerRow, type Said, type TimelineView } from '../machine/applyContent.ts';
import { alarmRow, orderOf } from '../machine/rows.ts';
import { withShown } from '../machine/whoIsWho.ts';
import type { StoredItem } from '../store/outboxTable.ts';
import { noteSpoke } from './introduce.ts';
import { noteUnderWay, sliceContextOf, takeOwnWhisper } from './ownWhispers.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { trustIn } from './trustIn.ts';

export interface SealedWhisper {
  readonly body: Uint8Array;
  readonly slices: readonly Slice[];
  /** To whom it could be said: those of its members who are still here. */
  readonly recipients: readonly string[];
}

/** D4: a slice for every other member, that none but the addressed can tell from another's. */
export function sealWhispered(parts: RoomParts, draft: Draft, item: StoredItem): SealedWhisper {
  const { group, who } = draft;
  if (!group || !who.ephemeral) throw new Error('nobody to whisper to');
  const view = viewOf(group);
  const { ephemeral } = who;
  const others = [...view.members.values()].filter(({ id }) => id !== view.me);
  const isFor = ({ id }: Member) => item.whisperTo === 'everyone' || item.whisperTo?.includes(id) === true;
  const addressed = others.filter(isFor);
  const context = sliceContextOf(parts, group);
  const readers = others.map((member) => ({
    leafIndex: member.leafIndex,
    counter: (who.whispers.get(member.id) ?? 0) + 1,
    key: isFor(member) ? parts.pair(ephemeral, member).sliceKeyTo(context) : null,
  }));
  context.exporter.fill(0);
  const plaintext = encodeEvenly(item, others, addressed);
  const sealed = sealWhisper(group, plaintext, { id: fromText(item.id), readers });
  plaintext.fill(0);
  draft.group = sealed.group;
  draft.erase.push(...sealed.erase);
  const recipients = addressed.map(({ id }) => id);
  noteUnderWay(draft, item, recipients);
  return { body: sealed.body, slices: sealed.slices, recipients };
}

/**
 * As long as if it named all others: the body's length, which the relay sees, would tell for how many it is. JSON may end
 * in white space.
 */
function encodeEvenly(item: StoredItem, others: readonly Member[], addressed: readonly Member[]): Uint8Array {
  const named = item.whisperTo === 'everyone' ? [] : addressed;
  const longest = encodePlainJson(payloadOf(item, others.slice(0, limits.whisperedTo)));
  const encoded = encodePlainJson(payloadOf(item, named));
  const even = longest.fill(white);
  even.set(encoded);
  encoded.fill(0);
  return even;
}

const white = 0x20;

function payloadOf({ id, at, content }: StoredItem, named: readonly Member[]): Whisper {
  const to = named.map((member) => member.id);
  return { version: 1, id, at, ...(to.length > 0 && { to }), content };
}

/** D4, D5: a whisper at its place in the log. What is not for us says nothing. */
export function takeWhisper(
  parts: RoomParts,
  draft: Draft,
  entry: MessageEntry,
): 'good' | 'badWhisper' | 'replayed' {
  const { group, who, log } = draft;
  if (!group || !log || !who.ephemeral) return 'good';
  const view = viewOf(group);
  const sender = whisperSender(group, entry.id, entry.body);
  const from = [...view.members.values()].find(({ leafIndex }) => leafIndex === sender?.leafIndex);
  const me = view.members.get(view.me);
  if (!from || !me) return 'badWhisper';
  if (parts.store.log.placeOf(parts.number, entry.id) !== null) return 'replayed';
  if (from === me) return takeOwnWhisper(draft, entry);
  // Who has left may have published its key, and says nothing more (D10).
  if (log.leaving.has(from.id)) return 'badWhisper';
  const address = sliceAddress(group, me.leafIndex);
  const slice = entry.slices.find(({ to }) => sameBytes(to, address));
  if (!slice) return 'badWhisper';
  const context = sliceContextOf(parts, group);
  const key = parts.pair(who.ephemeral, from).sliceKeyFrom(context);
  context.exporter.fill(0);
  const { id, body } = entry;
  const opened = key && openWhisper(group, { id, body, ciphertext: slice.ciphertext, key });
  if (opened === 'replayed') return 'replayed';
  if (!opened) return 'good';
  draft.group = opened.group;
  draft.erase.push(...opened.erase);
  const said = decodePlainJson(opened.plaintext);
  opened.plaintext.fill(0);
  return hear(parts, draft, entry, from, { counter: opened.counter, said });
}

function hear(
  parts: RoomParts,
  draft: Draft,
  entry: MessageEntry,
  from: Member,
  { counter, said }: { counter: number; said: unknown },
): 'good' | 'badWhisper' | 'replayed' {
  const parsed = whisper.safeParse(said);
  if (!parsed.success || parsed.data.id !== toText(entry.id)) return 'badWhisper';
  if (!isMeantForUs(draft, parsed.data)) return 'badWhisper';
  const last = draft.who.shown.get(from.id)?.whispered ?? 0;
  if (counter <= last) return 'replayed';
  if (counter > last + 1) raiseMissing(parts, draft, entry, from, counter - last - 1);
  draft.who = withShown(draft.who, from.id, { whispered: counter });
  noteSpoke(draft, from.id);
  show(parts, draft, entry, from, parsed.data);
  return 'good';
}

/** One that names nobody would stand among what was said aloud, and signed: only a room off the record has such (D9). */
function isMeantForUs({ group }: Draft, { to }: Whisper): boolean {
  if (!group) return false;
  const { me, settings } = viewOf(group);
  return to ? to.includes(me) : settings.offTheRecord;
}

function raiseMissing(
  parts: RoomParts,
  draft: Draft,
  entry: MessageEntry,
  from: Member,
  count: number,
): void {
  const place = { room: parts.ref, seq: entry.seq, now: parts.now() };
  writeRow(parts, draft, alarmRow(place, 'messageMissing', shownName(parts, draft, from.id), { count }));
}

const whispered: ReadonlySet<string> = new Set(whisperedKinds);

function show(
  parts: RoomParts,
  draft: Draft,
  entry: MessageEntry,
  from: Member,
  { at, to, content }: Whisper,
): void {
  const said: Said = {
    id: toText(entry.id),
    from: from.id,
    name: shownName(parts, draft, from.id) ?? '',
    own: false,
    at: Math.min(at, parts.now()),
    seq: entry.seq,
    order: orderOf(entry.seq),
    delivery: 'relay',
    trust: trustIn(parts, draft, from),
    ...(to && { whisper: whisperMark(parts, draft, to) }),
  };
  const disappearAfter = draft.group ? viewOf(draft.group).settings.disappearAfter : 0;
  const place = { room: parts.ref, now: parts.now(), disappearAfter };
  const all = { get: (id: string) => parts.store.timeline.get(parts.number, id) };
  const timeline = to && content.kind !== 'text' ? whisperedOnly(all) : all;
  const rows = whispered.has(content.kind)
    ? applyContent(said, content, place, timeline)
    : [newerRow(said, JSON.stringify(content), place)];
  for (const row of rows) writeRow(parts, draft, row);
}

/** What was said aloud is not changed for some only. */
function whisperedOnly(timeline: TimelineView): TimelineView {
  const isAloud = (row: Row | null) => row?.kind === 'message' && row.whisper === undefined;
  return {
    get: (id) => {
      const row = timeline.get(id);
      return isAloud(row) ? null : row;
    },
  };
}

/** What a row says of to whom it was whispered. */
export function whisperMark(
  parts: RoomParts,
  draft: Draft,
  to: readonly string[],
): NonNullable<MessageRow['whisper']> {
  return { to: [...to], names: to.map((id) => shownName(parts, draft, id) ?? '') };
}

function shownName(parts: RoomParts, { group }: Draft, id: string): string | null {
  return (group && parts.names(viewOf(group)).get(id)) ?? null;
}
