import { deserialize, serialize } from 'node:v8';
import { type GroupState, recordChanges, restoreGroup } from '@otr/mls';
import { configOf } from '../core/group/config.ts';
import { decodeKeyPackage, type JoinKeys, keyPackagesOf } from '../core/group/join.ts';
import { viewOf } from '../core/group/view.ts';
import { fromText } from '../core/text.ts';
import type { Wish } from '../machine/commitPlan.ts';
import type { KeyAge } from '../machine/keyAge.ts';
import type { Heard, RoomLog } from '../machine/roomLog.ts';
import { nobodyKnown, type Shown, type WhoIsWho } from '../machine/whoIsWho.ts';
import type { InviteNews, Join, PendingCommit, RoomMemory, WayBack } from './roomParts.ts';

/**
 * A room's memory as named records of the ratchet database (M11): a step writes those that it changed, in the transaction
 * that holds its envelope too.
 */
export interface RecordChanges {
  readonly put: Map<string, Uint8Array>;
  readonly delete: string[];
}

type Kept = Pick<
  RoomMemory,
  'group' | 'join' | 'wayBack' | 'log' | 'commit' | 'wishes' | 'keyAge' | 'inviteNews' | 'who'
>;

const groupPrefix = 'mls/';
const heardPrefix = 'heard/';
const shownPrefix = 'shown/';
const suiteName = 'suite';

export const noNews: InviteNews = { put: [], remove: [] };
export const newKeys: KeyAge = { renewedAt: null, sent: 0 };

export const nothingKept: Kept = {
  group: null,
  join: null,
  wayBack: null,
  log: null,
  commit: null,
  wishes: [],
  keyAge: newKeys,
  inviteNews: noNews,
  who: nobodyKnown,
};

export function changesOf(before: Kept, after: Kept): RecordChanges {
  const changes: RecordChanges = { put: new Map(), delete: [] };
  groupChanges(changes, before.group, after.group);
  logChanges(changes, before.log, after.log);
  valueChange(changes, 'join', before.join, after.join, encodeJoin);
  wayBackChanges(changes, before, after);
  valueChange(changes, 'commit', before.commit, after.commit, serialize);
  valueChange(changes, 'wishes', before.wishes, after.wishes, serialize);
  valueChange(changes, 'keyAge', before.keyAge, after.keyAge, serialize);
  valueChange(changes, 'inviteNews', before.inviteNews, after.inviteNews, serialize);
  whoChanges(changes, before.who, after.who);
  return changes;
}

/** A member's own way back is kept beside the records of its keys: it outlives damage to them (R1). */
function wayBackChanges(changes: RecordChanges, before: Kept, after: Kept): void {
  const isSameEpoch = before.group?.encodedContext === after.group?.encodedContext;
  if (isSameEpoch && before.wayBack === after.wayBack) return;
  const way = after.group ? wayBackOf(after.group) : after.wayBack;
  if (way) changes.put.set('wayBack', serialize(way));
  else changes.delete.push('wayBack');
}

export function wayBackOf(group: GroupState): WayBack {
  const { settings, me } = viewOf(group);
  return { secret: fromText(settings.returnSecret), formerly: me };
}

/** What can still be read of damaged records. */
export function wayBackIn(records: ReadonlyMap<string, Uint8Array>): WayBack | null {
  const bytes = records.get('wayBack');
  if (!bytes) return null;
  try {
    return deserialize(bytes) as WayBack;
  } catch {
    return null;
  }
}

/** Throws where records are missing or damaged: the room's keys are lost. */
export function keptIn(records: ReadonlyMap<string, Uint8Array>): Kept {
  const read = <Value>(name: string): Value | null => {
    const bytes = records.get(name);
    return bytes ? (deserialize(bytes) as Value) : null;
  };
  const group = groupIn(records);
  return {
    group,
    join: decodeJoin(records.get('join')),
    wayBack: group ? null : read<WayBack>('wayBack'),
    log: logIn(records),
    commit: read<PendingCommit>('commit'),
    wishes: read<Wish[]>('wishes') ?? [],
    keyAge: read<KeyAge>('keyAge') ?? newKeys,
    inviteNews: read<InviteNews>('inviteNews') ?? noNews,
    who: whoIn(records),
  };
}

function groupChanges(changes: RecordChanges, before: GroupState | null, after: GroupState | null): void {
  if (before === after) return;
  const { put, delete: gone } = recordChanges(before ?? undefined, after ?? undefined);
  for (const [name, bytes] of put) changes.put.set(groupPrefix + name, bytes);
  for (const name of gone) changes.delete.push(groupPrefix + name);
  if (after && !before) changes.put.set(suiteName, serialize(after.config.suite.id));
  if (!after) changes.delete.push(suiteName);
}

function groupIn(records: ReadonlyMap<string, Uint8Array>): GroupState | null {
  const suite = records.get(suiteName);
  if (!suite) return null;
  const own = [...records].flatMap(([name, bytes]): [string, Uint8Array][] =>
    name.startsWith(groupPrefix) ? [[name.slice(groupPrefix.length), bytes]] : [],
  );
  return restoreGroup(new Map(own), configOf(deserialize(suite)));
}

/** What was heard of each member has a record of its own: a message writes one of them. */
function logChanges(changes: RecordChanges, before: RoomLog | null, after: RoomLog | null): void {
  if (before === after) return;
  const { heard = new Map<string, Heard>(), ...rest } = after ?? {};
  if (after) changes.put.set('log', serialize(rest));
  else changes.delete.push('log');
  const was = before?.heard ?? new Map<string, Heard>();
  if (was === heard) return;
  for (const [id, value] of heard) {
    if (was.get(id) !== value) changes.put.set(heardPrefix + id, serialize(value));
  }
  for (const id of was.keys()) if (!heard.has(id)) changes.delete.push(heardPrefix + id);
}

/** What each member has shown has a record of its own; so have the two that grow with the room. */
function whoChanges(changes: RecordChanges, before: WhoIsWho, after: WhoIsWho): void {
  if (before === after) return;
  const { told, shown, whispers, ...rest } = after;
  changes.put.set('who', serialize(rest));
  if (told !== before.told) changes.put.set('told', serialize(told));
  if (whispers !== before.whispers) changes.put.set('whispers', serialize(whispers));
  if (shown === before.shown) return;
  for (const [id, value] of shown) {
    if (before.shown.get(id) !== value) changes.put.set(shownPrefix + id, serialize(value));
  }
  for (const id of before.shown.keys()) if (!shown.has(id)) changes.delete.push(shownPrefix + id);
}

function whoIn(records: ReadonlyMap<string, Uint8Array>): WhoIsWho {
  const read = <Part>(name: string, none: Part): Part => {
    const bytes = records.get(name);
    return bytes ? (deserialize(bytes) as Part) : none;
  };
  const shown = [...records].flatMap(([name, value]): [string, Shown][] =>
    name.startsWith(shownPrefix) ? [[name.slice(shownPrefix.length), deserialize(value)]] : [],
  );
  const { told, whispers } = nobodyKnown;
  return {
    ...read<Omit<WhoIsWho, 'told' | 'shown' | 'whispers'>>('who', nobodyKnown),
    told: read('told', told),
    whispers: read('whispers', whispers),
    shown: new Map(shown),
  };
}

function logIn(records: ReadonlyMap<string, Uint8Array>): RoomLog | null {
  const bytes = records.get('log');
  if (!bytes) return null;
  const heard = [...records].flatMap(([name, value]): [string, Heard][] =>
    name.startsWith(heardPrefix) ? [[name.slice(heardPrefix.length), deserialize(value)]] : [],
  );
  return { ...(deserialize(bytes) as Omit<RoomLog, 'heard'>), heard: new Map(heard) };
}

function valueChange<Value>(
  changes: RecordChanges,
  name: string,
  before: Value | null,
  after: Value | null,
  encode: (value: Value) => Uint8Array,
): void {
  if (before === after) return;
  if (after === null) changes.delete.push(name);
  else changes.put.set(name, encode(after));
}

type StoredJoin = Omit<Join, 'keys'> & {
  readonly keyPackages: readonly Uint8Array[];
  readonly secrets: readonly JoinKeys[number]['secrets'][];
};

function encodeJoin({ keys, ...rest }: Join): Uint8Array {
  const stored: StoredJoin = {
    ...rest,
    keyPackages: keyPackagesOf(keys),
    secrets: keys.map(({ secrets }) => secrets),
  };
  return serialize(stored);
}

function decodeJoin(bytes: Uint8Array | undefined): Join | null {
  if (!bytes) return null;
  const { keyPackages, secrets, ...rest } = deserialize(bytes) as StoredJoin;
  const keys = secrets.flatMap((secrets, index) => {
    const encoded = keyPackages[index];
    return encoded ? [{ keyPackage: decodeKeyPackage(encoded), secrets }] : [];
  });
  return { ...rest, keys };
}
