import type { RelayRequest, WireError } from '@otr/protocol';
import type { LogEntry } from './logEntry.ts';

/**
 * Who asks: a connection that has proven an access key, or the relay itself. `access` is the epoch that this key
 * opened (0 for the key of `createRoom`).
 */
export type By = { readonly access: number } | 'relay';

type Asked<
  Event extends 'append' | 'commit' | 'setRetention' | 'putInvite' | 'removeInvite' | 'dismissKnock',
> = RelayRequest<Event> & { readonly by: By };

/** One change; the kinds are the wire's events. The first two become entries of the room's log. */
export type Write =
  | ({ kind: 'append' } & Asked<'append'>)
  | ({ kind: 'commit' } & Asked<'commit'>)
  | { kind: 'createRoom'; room: Uint8Array; accessKey: Uint8Array }
  | ({ kind: 'setRetention' } & Asked<'setRetention'>)
  | ({ kind: 'putInvite' } & Asked<'putInvite'>)
  | ({ kind: 'removeInvite' } & Asked<'removeInvite'>)
  /** The invite's private key has been proven. */
  | ({ kind: 'knock' } & Omit<RelayRequest<'knock'>, 'signature'>)
  /** By a member, by the relay (cleanup, `by: 'relay'`), or by the one who knocked (`by: 'relay'` too). */
  | ({ kind: 'dismissKnock' } & Asked<'dismissKnock'>);

export type WriteKind = Write['kind'];
export type WriteOf<Kind extends WriteKind> = Extract<Write, { kind: Kind }>;

/** What became of a write. */
export type Written =
  /** A new entry, with all slices; of a commit also the knocks that it let in. */
  | { outcome: 'appended'; entry: LogEntry; admitted: readonly Uint8Array[] }
  /** The entry id is in the log already, at this place (rule L3). */
  | { outcome: 'known'; seq: number; epoch: number }
  /**
   * A change without a place. `endedKnocks`: ids of those that wait no longer; `access`: the room's epoch, whatever
   * this node has delivered.
   */
  | { outcome: 'stored'; endedKnocks: readonly Uint8Array[]; access: number }
  /** This knock was let in already. */
  | { outcome: 'admitted'; seq: number; sealed: Uint8Array }
  /** Nothing was changed. */
  | { outcome: 'refused'; error: WireError };
