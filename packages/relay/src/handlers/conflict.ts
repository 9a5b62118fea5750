import { limits, type RelayResultSent } from '@otr/protocol';
import { fromMapKey } from '../bytes.ts';
import type { Connection } from '../connection.ts';
import { faultFields } from '../log.ts';
import type { RelayParts } from '../relayParts.ts';
import { asSent } from '../storage/logEntry.ts';
import { unlessStorageFails } from '../storage/storage.ts';

type Refusal = Extract<RelayResultSent<'append'>, { ok: false }>;

/** A refusal; where the epoch has changed, with what the sender has missed as far as it may read it (rule L9). */
export function answerConflict(
  relay: RelayParts,
  connection: Connection,
  request: { room: Uint8Array; seen: number },
  refusal: Refusal,
  answer: (refusal: Refusal) => void,
): void {
  if (refusal.error.code !== 'epochConflict') {
    answer(refusal);
    return;
  }
  missed(relay, connection, request).then(
    (entries) => answer({ ok: false, error: { ...refusal.error, missed: entries } }),
    (error: unknown) => {
      relay.log('internalError', faultFields(error));
      answer(refusal);
    },
  );
}

async function missed(
  relay: RelayParts,
  connection: Connection,
  { room, seen }: { room: Uint8Array; seen: number },
): Promise<Buffer[]> {
  const access = relay.live.accessOf(connection, room);
  if (access === undefined) return [];
  const keys = relay.live.keysOf(connection, room).map(fromMapKey);
  const request = {
    room,
    access,
    after: seen,
    limit: limits.fetchEntries,
    maxBytes: limits.relayFrame / 2,
    keys,
  };
  const fetched = await unlessStorageFails(relay.log, () => relay.storage.fetch(request));
  return (fetched?.entries ?? []).map(asSent);
}
