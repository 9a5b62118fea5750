import type { RelayRequest, RelayResultSent, RelayUpEvent } from '@otr/protocol';
import type { z } from 'zod';
import type { Connection } from '../connection.ts';
import type { RelayParts } from '../relayParts.ts';
import type { RoomShare } from '../roomRates.ts';
import type { By, Written } from '../storage/write.ts';

export type Answer<Event extends RelayUpEvent> = (result: RelayResultSent<Event>) => void;

/**
 * Answers at once or when the batch is committed. It answers by a call and not by what it returns, so that the
 * acknowledgements of a batch leave before its entries do. A promise is for the gate, which catches what it rejects
 * with.
 */
export type Handle<Event extends RelayUpEvent> = (
  relay: RelayParts,
  connection: Connection,
  request: RelayRequest<Event>,
  answer: Answer<Event>,
) => void | Promise<void>;

export interface Route<Event extends RelayUpEvent> {
  readonly parse: z.ZodType<RelayRequest<Event>>;
  /** `entered`: refused on a connection that has not entered the room (rule S4). */
  readonly needs: 'nothing' | 'entered';
  /** What the request takes from the connection's rate, beyond the one for being a request. */
  readonly cost: (request: RelayRequest<Event>) => number;
  /** What others than this connection have to read or to wait for takes from the room's rate too (rule L13). */
  readonly takesFromRoom?: RoomShare;
  readonly handle: Handle<Event>;
  /** The connection's later requests wait for it: it decides what they may do, or its answer is large. */
  readonly holdsLater?: true;
}

/** Who asks for a write. */
export function byOf(relay: RelayParts, connection: Connection, room: Uint8Array): By {
  return { access: relay.live.accessOf(connection, room) ?? -1 };
}

/** What a write that became an entry (now or before) is answered with. */
export function placed(
  written: Written,
): { ok: true; value: { seq: number; epoch: number } } | Extract<RelayResultSent<'append'>, { ok: false }> {
  switch (written.outcome) {
    case 'appended':
      return { ok: true, value: { seq: written.entry.seq, epoch: written.entry.epoch } };
    case 'known':
      return { ok: true, value: { seq: written.seq, epoch: written.epoch } };
    case 'refused':
      return { ok: false, error: written.error };
    case 'stored':
    case 'admitted':
      throw new TypeError('a write without a place');
  }
}

/** What a write without a place is answered with. */
export function stored(written: Written): RelayResultSent<'exitRoom'> {
  return written.outcome === 'refused' ? { ok: false, error: written.error } : { ok: true, value: {} };
}
