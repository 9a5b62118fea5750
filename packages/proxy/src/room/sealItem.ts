import type { Content, Payload, Row } from '@otr/protocol';
import { encodePayload } from '../core/payloadCodec.ts';
import { fromText, toText } from '../core/text.ts';
import type { RoomLog } from '../machine/roomLog.ts';
import type { StoredItem } from '../store/outboxTable.ts';
import { changeKey, type Draft, type RoomParts, writeRow } from './roomParts.ts';

/**
 * M11, M12: seals a waiting envelope for the members of the epoch and stores it, under the counter that it had
 * before if it had one.
 */
export function sealItem(parts: RoomParts, draft: Draft, id: string, epoch: number): void {
  const { store, number } = parts;
  const item = store.outbox.get(number, id);
  const key = draft.ownKeys.at(-1);
  const { log } = draft;
  if (!item || !key || !log) throw new Error('nothing to seal, or nothing to seal it with');

  const counter = item.counter ?? key.counter + 1;
  if (item.counter === null) changeKey(parts, draft, { ...key, counter });
  const payload = payloadOf(parts, log, item, epoch, counter);
  const others = [...log.members].filter(([member]) => member !== log.me);
  const envelope = draft.cipher.seal({
    id: fromText(id),
    plaintext: encodePayload(payload),
    recipients: others.map(([, { publicKey }]) => publicKey),
  });
  store.outbox.seal(number, id, epoch, counter, envelope);

  const row = store.timeline.get(number, id);
  if (row?.kind !== 'message') return;
  const recipients = envelope.slices.map(({ to }) => toText(to));
  writeRow(parts, draft, { ...row, ...ownVoice(parts, draft), recipients });
}

/** Puts a message of our own before the relay's: into the outbox and, where a person reads it, the timeline. */
export function ownRow(
  parts: RoomParts,
  draft: Draft,
  item: { id: string; at: number; content: Content },
  order: number,
): Row | null {
  if (item.content.kind !== 'text') return null;
  return {
    kind: 'message',
    room: parts.ref,
    id: item.id,
    order,
    seq: null,
    at: item.at,
    ...ownVoice(parts, draft),
    own: true,
    text: item.content.text,
    delivery: 'saved',
  };
}

/** The key and name that our own rows carry. */
export function ownVoice(parts: RoomParts, { log, ownKeys }: Draft): { from: string; name: string } {
  const current = ownKeys.at(-1);
  // Before the first connection there is no key; the row gets the key that it is sealed with.
  const from = toText(current ? current.pair.publicKey : new Uint8Array(32));
  const name = (log && parts.names(log.members).get(from)) ?? parts.profileName() ?? 'Guest';
  return { from, name };
}

function payloadOf(
  parts: RoomParts,
  log: RoomLog,
  item: StoredItem,
  epoch: number,
  counter: number,
): Payload {
  const proof = {
    id: item.id,
    counter,
    epoch,
    roster: toText(parts.rosterHash(log.members)),
    at: item.at,
    ...(log.digest && { seen: { seq: log.cursor, digest: toText(log.digest) } }),
  };
  return { version: 1, proof, content: item.content };
}
