import type { RelayRequest, RelayResponse, RelayUpEvent, Result } from '@otr/protocol';
import type { z } from 'zod';
import type { Connection } from '../connection.ts';
import type { RelayParts } from '../relayParts.ts';
import type { Written } from '../storage/storage.ts';

export type Answer<Event extends RelayUpEvent> = (result: Result<RelayResponse<Event>>) => void;

/**
 * Answers at once or when the batch is committed. It answers by a call and not by a promise, so that the
 * acknowledgements of a batch leave before its entries do.
 */
export type Handle<Event extends RelayUpEvent> = (
  relay: RelayParts,
  connection: Connection,
  request: RelayRequest<Event>,
  answer: Answer<Event>,
) => void;

export interface Route<Event extends RelayUpEvent> {
  readonly parse: z.ZodType<RelayRequest<Event>>;
  /** Refused on a connection that has not entered the room (rule S4). */
  readonly needsRoom: boolean;
  /** What the request takes from the connection's rate, beyond the one for being a request. */
  readonly cost: (request: RelayRequest<Event>) => number;
  readonly handle: Handle<Event>;
}

/** What a write that became an entry (now or before) is answered with. */
export function placed(written: Written): Result<{ seq: number; epoch: number }> {
  switch (written.outcome) {
    case 'appended':
      return { ok: true, value: { seq: written.entry.seq, epoch: written.entry.epoch } };
    case 'known':
      return { ok: true, value: { seq: written.seq, epoch: written.epoch } };
    case 'refused':
      return { ok: false, error: written.error };
    case 'stored':
      throw new TypeError('a write without a place');
  }
}

/** What a write without a place is answered with. */
export function stored(written: Written): Result<Record<string, never>> {
  return written.outcome === 'refused' ? { ok: false, error: written.error } : { ok: true, value: {} };
}
