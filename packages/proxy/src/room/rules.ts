import { linkOf, nextDigest } from '../core/logDigest.ts';
import { decodePayload } from '../core/payloadCodec.ts';
import { openRegistration } from '../core/registration.ts';
import { toText } from '../core/text.ts';
import type { LogRules } from '../machine/roomLog.ts';
import type { Draft, RoomParts } from './roomParts.ts';

/** The cryptography and the memory that the log's rules work with, for one step. */
export function rulesOf(parts: RoomParts, draft: Draft): LogRules {
  const { store, number } = parts;
  return {
    room: parts.ref,
    now: parts.now(),
    createdHere: draft.stored.createdHere,
    open: (entry) => draft.cipher.open(entry),
    decode: decodePayload,
    openRegistration: (registration) => openRegistration(parts.room, parts.keys, registration),
    rosterHash: parts.rosterHash,
    names: parts.names,
    linkOf,
    nextDigest,
    placeOf: (id) => store.log.placeOf(number, id),
    digestAt: (seq) => store.log.entryAt(number, seq)?.digest ?? null,
    linksAfter: (seq) => store.log.entriesAfter(number, seq),
    ownContent: (id) => store.outbox.get(number, toText(id))?.content ?? null,
  };
}
