import type { RoomState } from '../facts.ts';

/** Columns of `rooms` as `RoomState` has them. */
export interface RoomRow {
  number: number;
  room: Buffer;
  first_access_key: Buffer;
  access_key: Buffer;
  epoch: number;
  head: number;
  log_bytes: number;
  waiting_knocks: number;
  invites: number;
  retention_ms: number;
  used_at: number;
}

export const roomColumns = `number, room, first_access_key, access_key, epoch, head, log_bytes, waiting_knocks,
  invites, retention_ms, used_at`;

export function stateOf(row: RoomRow): RoomState {
  return {
    room: row.room,
    firstAccessKey: row.first_access_key,
    accessKey: row.access_key,
    epoch: row.epoch,
    head: row.head,
    logBytes: row.log_bytes,
    waitingKnocks: row.waiting_knocks,
    invites: row.invites,
    retentionMs: row.retention_ms,
    usedAt: row.used_at,
  };
}
