import {
  type AlarmRow,
  type NoticeRow,
  ordersPerSeq,
  type ProblemCode,
  problemCodes,
  type RefusedRow,
} from '@otr/protocol';

export interface Place {
  room: string;
  seq: number;
  now: number;
}

type Data = NoticeRow['data'];

/** Alarms stand before what else is told at a place. */
const firstNotice = 64;

/**
 * What happened at a place of the log, the `index`th thing there. Its id is made from the place, so that writing it again
 * changes nothing.
 */
export function noticeRow(place: Place, event: NoticeRow['event'], data: Data, index = 0): NoticeRow {
  const id = `${event}-${place.seq}${index === 0 ? '' : `-${index}`}`;
  return { ...rowAt(place, id, index === 0 ? 0 : firstNotice + index), kind: 'notice', event, data };
}

export function refusedRow(place: Place, problem: ProblemCode, name: string | null): RefusedRow {
  return { ...rowAt(place, `refused-${place.seq}`), kind: 'refused', problem, name };
}

/** Stands right after the entry it was noticed at. Each problem is told once at a place. */
export function alarmRow(place: Place, problem: ProblemCode, name: string | null, data: Data = {}): AlarmRow {
  const index = 1 + problemCodes.indexOf(problem);
  return { ...rowAt(place, `${problem}-${place.seq}`, index), kind: 'alarm', problem, name, data };
}

/** `seq × 1024` is the entry's own row; what is noticed at it follows. */
export function orderOf(seq: number, index = 0): number {
  return seq * ordersPerSeq + index;
}

function rowAt({ room, seq, now }: Place, id: string, index = 0) {
  return { room, id, order: orderOf(seq, index), seq, at: now };
}
