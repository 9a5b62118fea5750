import { type Content, type Payload, unsentOrder } from '@otr/protocol';
import { sealForRoom } from '../core/group/messages.ts';
import { viewOf } from '../core/group/view.ts';
import { encodePayload } from '../core/payloadCodec.ts';
import { toText } from '../core/text.ts';
import { applyContent, type Said } from '../machine/applyContent.ts';
import { orderOf } from '../machine/rows.ts';
import type { StoredItem } from '../store/outboxTable.ts';
import { sealedIdentify } from './introduce.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { sealWhispered, whisperMark } from './whispers.ts';

/**
 * M11, M12: seals a waiting envelope for the members of the epoch and stores it, under the counter that it had
 * before if it had one.
 */
export function sealItem(parts: RoomParts, draft: Draft, id: string, epoch: number): void {
  const { store, number } = parts;
  const item = store.outbox.get(number, id);
  const { group } = draft;
  if (!item || !group) throw new Error('nothing to seal, or nothing to seal it with');
  if (viewOf(group).epoch !== epoch) throw new Error('to be sealed for another epoch');

  const sealed = item.whisperTo === null ? sealSaid(parts, draft, item) : sealWhisper(parts, draft, item);
  draft.keyAge = { ...draft.keyAge, sent: draft.keyAge.sent + 1 };
  store.outbox.seal(number, id, { epoch, ...sealed });
  // A change of another message was shown when it was written.
  const recipients = [...sealed.recipients];
  if (item.content.kind === 'text') showOwn(parts, draft, { ...item, recipients }, null);
}

type Sealed = Omit<Parameters<RoomParts['store']['outbox']['seal']>[2], 'epoch'>;

/** For all members of the epoch, signed by our leaf. */
function sealSaid(parts: RoomParts, draft: Draft, item: StoredItem): Sealed {
  const { group, log } = draft;
  if (!group || !log) throw new Error('nothing to seal with');
  const view = viewOf(group);
  const counter = item.counter ?? log.ownCounter + 1;
  if (item.counter === null) draft.log = { ...log, ownCounter: counter };
  const others = [...view.members.keys()].filter((member) => member !== view.me);
  // Tags are of the epoch that they are sealed in.
  const { content, recipients } =
    item.content.kind === 'identify'
      ? sealedIdentify(parts, draft)
      : { content: item.content, recipients: others };
  const plaintext = encodePayload(payloadOf(parts, draft, { ...item, content }, counter));
  const sealed = sealForRoom(group, plaintext);
  plaintext.fill(0);
  draft.group = sealed.group;
  draft.erase.push(...sealed.erase);
  return { counter, recipients, body: sealed.body, slices: [] };
}

/** Its counters are in its slices; that of the log does not count it (D5). */
function sealWhisper(parts: RoomParts, draft: Draft, item: StoredItem): Sealed {
  return { counter: 0, ...sealWhispered(parts, draft, item) };
}

/** What a person sees of an own envelope: before it is at its place in the log (`seq` null), or there (M13). */
export function showOwn(
  parts: RoomParts,
  draft: Draft,
  item: Pick<StoredItem, 'id' | 'number' | 'content' | 'at' | 'recipients' | 'whisperTo'>,
  seq: number | null,
): void {
  const { group } = draft;
  const disappearAfter = group ? viewOf(group).settings.disappearAfter : 0;
  const said: Said = {
    id: item.id,
    ...ownVoice(parts, draft),
    own: true,
    at: item.at,
    seq,
    order: seq === null ? unsentOrder + item.number : orderOf(seq),
    delivery: seq === null ? 'saved' : 'relay',
    ...(item.recipients && { recipients: item.recipients }),
    ...(Array.isArray(item.whisperTo) && { whisper: whisperMark(parts, draft, item.whisperTo) }),
  };
  const timeline = { get: (id: string) => parts.store.timeline.get(parts.number, id) };
  const place = { room: parts.ref, now: parts.now(), disappearAfter };
  for (const row of applyContent(said, item.content, place, timeline)) writeRow(parts, draft, row);
}

/** The pseudonym and name that our own rows carry. */
export function ownVoice(parts: RoomParts, { group }: Pick<Draft, 'group'>): { from: string; name: string } {
  const view = group && viewOf(group);
  const from = view?.me ?? toText(new Uint8Array(32));
  return { from, name: (view && parts.names(view).get(from)) ?? parts.profileName() ?? 'Guest' };
}

function payloadOf(
  parts: RoomParts,
  { group, log }: Draft,
  item: { id: string; content: Content; at: number },
  counter: number,
): Payload {
  if (!group || !log) throw new Error('no group to seal for');
  const proof = {
    id: item.id,
    counter,
    authenticator: parts.authenticator(group),
    at: item.at,
    ...(log.digest && { seen: { seq: log.cursor, digest: toText(log.digest) } }),
  };
  return { version: 1, proof, content: item.content };
}
