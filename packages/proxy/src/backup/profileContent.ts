import { toText } from '../core/text.ts';
import type { CameBy } from '../machine/whoIsWho.ts';
import { keptIn, wayBackIn } from '../room/records.ts';
import { type Columns, numberIn, textIn } from '../store/columns.ts';
import type { Connection } from '../store/database.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import { type BackupRecord, isSaid, type RecordOf } from './records.ts';

/** All of a profile's content but the rows of its timelines. */
export interface ProfileContent {
  readonly records: readonly BackupRecord[];
  /** The rooms' numbers in the store, in the order of their records. */
  readonly rooms: readonly number[];
}

/**
 * A room that is being left is left out: the person wants to forget it. So is one off the record: of it nothing is
 * kept that is not needed to go on in it here (D9).
 */
export function contentOf(store: Store, now: number): ProfileContent {
  const rooms = store.rooms.all().filter(({ leaving, offTheRecord }) => !leaving && !offTheRecord);
  return {
    records: [
      profileRecord(store, now),
      ...store.people.all().map((person): RecordOf<'person'> => ({ kind: 'person', ...person })),
      ...rooms.map((stored) => roomRecord(store, stored)),
      ...rooms.flatMap((stored, room) => queuedRecords(store, stored, room)),
    ],
    rooms: rooms.map(({ number }) => number),
  };
}

/** The rows of these rooms in the order in which they were written: a search shows the newest first. */
export function* rowRecords(
  history: Connection,
  rooms: readonly number[],
): Generator<RecordOf<'row'>, void, undefined> {
  const places = new Map(rooms.map((number, room) => [number, room]));
  const statement = history.prepare<Columns>('SELECT room, row FROM timeline ORDER BY number');
  for (const columns of statement.iterate()) {
    const room = places.get(numberIn(columns, 'room'));
    if (room !== undefined) yield { kind: 'row', room, row: JSON.parse(textIn(columns, 'row')) };
  }
}

function profileRecord(store: Store, now: number): RecordOf<'profile'> {
  const key = store.identityKey();
  const identityKey = toText(key);
  key.fill(0);
  return { kind: 'profile', madeAt: now, name: store.name(), ...store.preferences(), identityKey };
}

function roomRecord(store: Store, stored: StoredRoom): RecordOf<'room'> {
  const { room, relayUrl, name, standing, readOrder, at, alarm, draft } = stored;
  return {
    kind: 'room',
    room: toText(room),
    ...{ relayUrl, name, readOrder, at, alarm, draft },
    removed: standing === 'removed',
    way: wayInto(store, stored),
  };
}

/**
 * Of all records of a room only the secret by which to ask to be let in, and our pseudonym. A room that its relay has
 * not heard of has nobody who could let us in.
 */
function wayInto(store: Store, { number, standing }: StoredRoom): RecordOf<'room'>['way'] {
  if (standing === 'removed' || standing === 'creating') return null;
  const records = store.records.load(number);
  const join = standing === 'joining' ? joinIn(records) : null;
  const found = join ?? wayBackIn(records);
  const way = found && {
    secret: toText(found.secret),
    formerly: found.formerly,
    ...(join?.cameBy && { cameBy: textsOf(join.cameBy) }),
  };
  for (const body of records.values()) body.fill(0);
  return way;
}

function textsOf({ voucher, fingerprint }: CameBy) {
  return { voucher: toText(voucher), fingerprint: toText(fingerprint) };
}

/** Null where the records are damaged. */
function joinIn(records: ReadonlyMap<string, Uint8Array>) {
  try {
    return keptIn(records).join;
  } catch {
    return null;
  }
}

function queuedRecords(store: Store, { number }: StoredRoom, room: number): RecordOf<'queued'>[] {
  return store.outbox
    .of(number)
    .filter(({ content }) => isSaid(content.kind))
    .map(({ id, content, at, whisperTo }) => ({
      ...{ kind: 'queued', room, id, content, at },
      ...(whisperTo && { whisperTo: whisperTo === 'everyone' ? whisperTo : [...whisperTo] }),
    }));
}
