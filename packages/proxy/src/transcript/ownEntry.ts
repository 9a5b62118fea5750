import type { GroupState } from '@otr/mls';
import { type Content, type MessageEntry, type Slice, whisper } from '@otr/protocol';
import { openForRoom } from '../core/group/messages.ts';
import { type Member, viewOf } from '../core/group/view.ts';
import { decodePlainJson } from '../core/json.ts';
import { decodePayload } from '../core/payloadCodec.ts';
import { sameBytes, toText } from '../core/text.ts';
import { isWhisper, openWhisper, sliceAddress, whisperExporter, whisperSender } from '../core/whisper.ts';
import type { Draft, RoomParts } from '../room/roomParts.ts';
import type { WhisperTo } from '../store/outboxTable.ts';

interface OwnItem {
  readonly group: GroupState;
  readonly content: Content;
  readonly at: number;
  readonly counter: number;
  readonly recipients: readonly string[];
  readonly whisperTo: WhisperTo;
  readonly slices: readonly Slice[];
}

/**
 * What we said ourselves waited in our outbox, and a proxy knows it by that. It is put there again, from the entry itself,
 * opened as any other member would open it: with its keys, which we had when the epoch began. False where it is ours and
 * does not open.
 */
export function expectOwn(parts: RoomParts, draft: Draft, entry: MessageEntry): boolean {
  const { group } = draft;
  if (!group) return true;
  const found = isWhisper(entry.body) ? ownWhisper(parts, draft, entry) : ownMessage(draft, entry);
  if (found === 'not ours') return true;
  if (!found) return false;
  const { store, number } = parts;
  const id = toText(entry.id);
  const { content, at, counter, recipients, whisperTo, slices } = found;
  if (store.outbox.get(number, id)) return false;
  store.outbox.add(number, id, content, at, { whisperTo });
  const { epoch } = viewOf(group);
  store.outbox.seal(number, id, { epoch, counter, recipients, body: entry.body, slices });
  draft.group = found.group;
  return true;
}

/** No leaf: as who is not the sender, one opens one's own. */
const nobody = -1;

function asAnother(group: GroupState): GroupState {
  return { ...group, self: { ...group.self, leafIndex: nobody } };
}

function ownMessage({ group, log }: Draft, entry: MessageEntry): OwnItem | 'not ours' | null {
  if (!group || !log || openForRoom(group, entry.body, log.leaving).kind !== 'own') return 'not ours';
  const opened = openForRoom(asAnother(group), entry.body, log.leaving);
  const decoded = opened.kind === 'message' ? decodePayload(opened.plaintext) : null;
  if (opened.kind !== 'message' || decoded?.kind !== 'known') return null;
  const { proof, content } = decoded.payload;
  if (proof.id !== toText(entry.id)) return null;
  const others = othersIn(group);
  const shownTo = content.kind === 'identify' ? new Set(content.to) : null;
  const recipients = others.filter(({ leafIndex }) => shownTo?.has(leafIndex) ?? true).map(({ id }) => id);
  const { at, counter } = proof;
  const next = { ...opened.group, self: group.self };
  return { group: next, content, at, counter, recipients, whisperTo: null, slices: [] };
}

function ownWhisper(
  parts: RoomParts,
  { group, who }: Draft,
  entry: MessageEntry,
): OwnItem | 'not ours' | null {
  const sender = group && whisperSender(group, entry.id, entry.body);
  if (!group || !who.ephemeral || sender?.leafIndex !== group.self.leafIndex) return 'not ours';
  const { ephemeral } = who;
  const context = { exporter: whisperExporter(group), room: parts.room, epoch: viewOf(group).epoch };
  const { id, body, slices } = entry;
  // The keys of a pair are the same for both: what we sealed for another, we open as that one would.
  const opened = othersIn(group).flatMap((member) => {
    const key = parts.pair(ephemeral, member).sliceKeyTo(context);
    const address = sliceAddress(group, member.leafIndex);
    const slice = slices.find(({ to }) => sameBytes(to, address));
    const whispered =
      key && slice && openWhisper(asAnother(group), { id, body, ciphertext: slice.ciphertext, key });
    return whispered && whispered !== 'replayed' ? [{ member, whispered }] : [];
  });
  context.exporter.fill(0);
  const [first] = opened;
  const said = first && whisper.safeParse(decodePlainJson(first.whispered.plaintext));
  if (!first || !said?.success || said.data.id !== toText(id)) return null;
  const recipients = opened.map(({ member }) => member.id);
  const { to, at, content } = said.data;
  // Each one who is named could open it, or it was not what we sealed.
  if (to?.some((named) => !recipients.includes(named))) return null;
  const next = { ...first.whispered.group, self: group.self };
  return { group: next, content, at, counter: 0, recipients, whisperTo: to ?? 'everyone', slices };
}

function othersIn(group: GroupState): Member[] {
  const view = viewOf(group);
  return [...view.members.values()].filter(({ id }) => id !== view.me);
}
