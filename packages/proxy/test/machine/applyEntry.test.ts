import {
  type Content,
  type Entry,
  type EnvelopeEntry,
  limits,
  type PayloadProof,
  type Row,
} from '@otr/protocol';
import { beforeEach, expect, test } from 'vitest';
import type { Decoded } from '../../src/core/payloadCodec.ts';
import { toText } from '../../src/core/text.ts';
import { applyEntry } from '../../src/machine/applyEntry.ts';
import { shownNames } from '../../src/machine/members.ts';
import { emptyLog, type LogEffect, type LogRules, type RoomLog } from '../../src/machine/roomLog.ts';

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const [me, ana, ben] = [bytes(1), bytes(2), bytes(3)];
const key = (publicKey: Uint8Array) => toText(publicKey);
const roster = bytes(9);

/** What envelopes hold, by entry id: the cryptography is left out here. */
let contents: Map<string, Decoded | 'damaged' | 'notForUs'>;
let own: Map<string, Content>;
let placed: Map<string, number>;
let digests: Map<number, Uint8Array>;
let log: RoomLog;
let rows: Row[];
let effects: LogEffect[];

const rules: LogRules = {
  room: 'room',
  now: 1_000,
  createdHere: false,
  open: ({ id }) => {
    const content = contents.get(toText(id)) ?? 'damaged';
    if (content === 'damaged') return { ok: false, problem: 'badCiphertext' };
    return content === 'notForUs' ? { ok: false, problem: content } : { ok: true, plaintext: id };
  },
  decode: (id) => {
    const content = contents.get(toText(id));
    return typeof content === 'object' ? content : null;
  },
  openRegistration: ({ tag, sealedProfile }) =>
    tag[0] === 0 ? { name: new TextDecoder().decode(sealedProfile).trim() } : null,
  rosterHash: () => roster,
  names: (members) => shownNames(members, () => 'ab12'),
  linkOf: ({ seq }) => bytes(seq),
  nextDigest: (digest, link) => digest.map((byte, index) => (byte * 31 + (link[index] ?? 0)) % 256),
  placeOf: (id) => placed.get(toText(id)) ?? null,
  digestAt: (seq) => digests.get(seq) ?? null,
  linksAfter: (after) =>
    [...placed.values()].filter((seq) => seq > after).map((seq) => ({ seq, link: bytes(seq) })),
  ownContent: (id) => own.get(toText(id)) ?? null,
};

beforeEach(() => {
  contents = new Map();
  own = new Map();
  placed = new Map();
  digests = new Map();
  rows = [];
  effects = [];
  log = { ...emptyLog(bytes(0), key(me)) };
});

type Unplaced<E> = E extends Entry ? Omit<E, 'seq' | 'id'> : never;

/** Applies the entry at the next place, under an id of its own. */
function apply(entry: Unplaced<Entry>, id = bytes(log.cursor + 1, 16)): void {
  const { log: next, effects: caused } = applyEntry(log, { ...entry, seq: log.cursor + 1, id }, rules);
  log = next;
  placed.set(toText(id), log.cursor);
  if (log.digest) digests.set(log.cursor, log.digest);
  effects = [...caused];
  rows = caused.flatMap((effect) => (effect.kind === 'writeRow' ? [effect.row] : []));
}

function register(publicKey: Uint8Array, name = '', tag = 0, epoch = log.epoch + 1): void {
  const sealedProfile = new TextEncoder().encode(name.padEnd(8));
  apply({ kind: 'registerKey', epoch, publicKey, sealedProfile, tag: bytes(tag) });
}

function remove(publicKey: Uint8Array, reason: 'left' | 'cleanup' = 'cleanup'): void {
  apply({ kind: 'removeKey', epoch: log.epoch + 1, publicKey, reason });
}

function envelope(from: Uint8Array): Unplaced<EnvelopeEntry> {
  return { kind: 'envelope', epoch: log.epoch, from, slices: [] };
}

function proofOf(id: Uint8Array, counter: number, change: Partial<PayloadProof> = {}): PayloadProof {
  return { id: toText(id), counter, epoch: log.epoch, roster: toText(roster), at: 500, ...change };
}

function say(from: Uint8Array, content: Content, counter: number, change: Partial<PayloadProof> = {}): void {
  const id = bytes(log.cursor + 1, 16);
  const payload = { version: 1 as const, proof: proofOf(id, counter, change), content };
  contents.set(toText(id), { kind: 'known', payload });
  apply(envelope(from), id);
}

const text = (words: string): Content => ({ kind: 'text', text: words });
const kinds = () =>
  rows.map((row) => ('problem' in row ? row.problem : row.kind === 'notice' ? row.event : row.kind));

test('nothing of the time before our own registration is shown', () => {
  register(ana, 'Ana');
  say(ana, text('early'), 1);
  expect(rows).toEqual([]);
  register(me, 'Me');
  expect(kinds()).toEqual(['youJoined']);
  say(ana, text('hello'), 2);
  expect(rows).toMatchObject([{ kind: 'message', text: 'hello', name: 'Ana', order: 4 * 1_024, at: 500 }]);
});

test('[M5] who was there before us starts at the first counter that we see', () => {
  register(ana, 'Ana');
  register(me, 'Me');
  say(ana, text('seventh'), 7);
  expect(kinds()).toEqual(['message']);
  say(ana, text('ninth'), 9);
  expect(kinds()).toEqual(['message', 'messageMissing']);
  say(ana, text('ninth again'), 9);
  expect(kinds()).toEqual(['replayed']);
  say(ana, text('eighth, late'), 8);
  expect(kinds()).toEqual(['outOfOrder']);
});

test('[M5] who comes after us starts at one: a withheld first message is noticed', () => {
  register(me, 'Me');
  register(ben, 'Ben');
  expect(kinds()).toEqual(['joined']);
  say(ben, text('my second'), 2);
  expect(kinds()).toEqual(['message', 'messageMissing']);
});

test('[M4] a payload for another id, and an id seen before, are refused', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  say(ana, text('moved'), 1, { id: toText(bytes(77, 16)) });
  expect(kinds()).toEqual(['wrongId']);
  say(ana, text('first'), 1);
  apply(envelope(ana), bytes(log.cursor, 16));
  expect(kinds()).toEqual(['replayed']);
});

test('an id that waits in our own outbox cannot be taken by another', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  own.set(toText(bytes(log.cursor + 1, 16)), text('mine'));
  say(ana, text('not yours'), 1);
  expect(kinds()).toEqual(['replayed']);
});

test('[K3] [K4] a removed key stays removed, and a known key keeps its name', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  register(ana, 'Mallory', 0, log.epoch);
  expect(rows).toEqual([]);
  expect(log.members.get(key(ana))?.name).toBe('Ana');
  remove(ana);
  expect(kinds()).toEqual(['keyRemoved']);
  register(ana, 'Ana');
  expect(kinds()).toEqual(['keyReused']);
  expect(log.members.has(key(ana))).toBe(false);
  say(ana, text('still here'), 1);
  expect(kinds()).toEqual(['unknownSender']);
});

test('[K2] a registration without the room secret is refused', () => {
  register(me, 'Me');
  register(ana, 'Ana', 1);
  expect(kinds()).toEqual(['badRegistration']);
  expect(log.members.size).toBe(1);
});

test('only the word of a member makes its removal a leaving', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  register(ben, 'Ben');
  say(ana, { kind: 'leave' }, 1);
  expect(rows).toEqual([]);
  remove(ana, 'left');
  expect(kinds()).toEqual(['left']);
  remove(ben, 'left');
  expect(kinds()).toEqual(['keyRemoved']);
});

test('[L4] an epoch that does not count the changes is an alarm', () => {
  register(me, 'Me');
  register(ana, 'Ana', 0, log.epoch + 5);
  expect(kinds()).toContain('rosterMismatch');
  apply({ ...envelope(ana), epoch: log.epoch + 1 });
  expect(kinds()).toContain('rosterMismatch');
});

test('[M6] another roster than ours, or another epoch than the envelope’s, is an alarm; the message is shown', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  say(ana, text('one'), 1, { roster: toText(bytes(8)) });
  expect(kinds()).toEqual(['message', 'rosterMismatch']);
  say(ana, text('two'), 2, { epoch: log.epoch - 1 });
  expect(kinds()).toEqual(['message', 'rosterMismatch']);
});

test('[M8] a digest other than ours, or of a place that nobody can know yet, is an alarm', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  const right = { seq: 1, digest: toText(digests.get(1) ?? bytes(0)) };
  say(ana, text('one'), 1, { seen: right });
  expect(kinds()).toEqual(['message']);
  say(ana, text('two'), 2, { seen: { ...right, digest: toText(bytes(8)) } });
  expect(kinds()).toEqual(['message', 'logForked']);
  say(ana, text('three'), 3, { seen: { ...right, seq: 900 } });
  expect(kinds()).toEqual(['message', 'logForked']);
});

test('[M7] who joined later adopts the first digest that it is told and goes on from there', () => {
  register(ana, 'Ana');
  register(me, 'Me');
  const known = log.digest;
  log = { ...log, digest: null };
  say(ana, text('no digest'), 1);
  expect(log.digest).toBeNull();
  say(ana, text('too early'), 2, { seen: { seq: 1, digest: toText(digests.get(1) ?? bytes(0)) } });
  expect(log.digest).toBeNull();
  say(ana, text('told'), 3, { seen: { seq: 2, digest: toText(known ?? bytes(0)) } });
  expect(effects.map(({ kind }) => kind)).toContain('writeDigests');
  let expected = known ?? bytes(0);
  for (const seq of [3, 4, 5]) expected = rules.nextDigest(expected, bytes(seq));
  expect(log.digest).toEqual(expected);
});

test('[M10] a run of entries that are not for us is one notice', () => {
  register(me, 'Me');
  register(ana, 'Ana');
  const notForUs = () => {
    const id = bytes(log.cursor + 1, 16);
    contents.set(toText(id), 'notForUs');
    apply(envelope(ana), id);
  };
  notForUs();
  notForUs();
  expect(rows).toMatchObject([{ id: 'notSealedForYou-3', order: 3 * 1_024, data: { count: 2 } }]);
  say(ana, text('for all'), 1);
  notForUs();
  expect(rows).toMatchObject([{ id: 'notSealedForYou-6', data: { count: 1 } }]);
});

test('[M13] what we sent finds its place; what we did not send is refused', () => {
  register(me, 'Me');
  own.set(toText(bytes(2, 16)), text('mine'));
  apply(envelope(me));
  expect(effects).toEqual([{ kind: 'placeOwn', id: bytes(2, 16), seq: 2 }]);
  own.clear();
  apply(envelope(me), bytes(2, 16));
  expect(kinds()).toEqual(['replayed']);
  apply(envelope(me));
  expect(kinds()).toEqual(['badCiphertext']);
});

test('names, a newer version and a clock that is ahead', () => {
  register(me, 'Me');
  register(ana);
  expect(rows).toMatchObject([{ event: 'joined', data: { name: 'Guest ab12' } }]);
  say(ana, { kind: 'profile', name: 'Ana' }, 1);
  expect(rows).toMatchObject([{ event: 'renamed', data: { from: 'Guest ab12', to: 'Ana' } }]);
  say(ana, { kind: 'roomName', name: 'Orchard' }, 2);
  expect(rows).toMatchObject([{ event: 'roomRenamed', data: { name: 'Ana', to: 'Orchard' } }]);
  expect(effects).toContainEqual({ kind: 'nameRoom', name: 'Orchard', at: 500 });
  say(ana, text('from the future'), 3, { at: 5_000 });
  expect(rows).toMatchObject([{ at: 1_000 }]);
  const id = bytes(log.cursor + 1, 16);
  contents.set(toText(id), { kind: 'newer', proof: proofOf(id, 4) });
  apply(envelope(ana), id);
  expect(kinds()).toEqual(['newerVersion']);
});

test('two who would read the same are told apart', () => {
  const member = (publicKey: Uint8Array, name: string) => ({ publicKey, name, leaving: false });
  const members = new Map([
    ['a', member(ana, 'Ana')],
    ['b', member(ben, 'ＡＮＡ')],
    ['c', member(me, 'Cleo')],
  ]);
  const names = shownNames(members, (publicKey) => `000${publicKey[0]}`);
  expect([...names.values()]).toEqual(['Ana 0002', 'ＡＮＡ 0003', 'Cleo']);
});

test('after entries expired unread, rosters are not compared until the members are known again', () => {
  register(me, 'Me');
  const members = new Map([...log.members, [key(ana), { publicKey: ana, name: 'Ana', leaving: false }]]);
  log = { ...log, members, settling: { seq: 3, epoch: 8, members } };
  apply({ ...envelope(ana), epoch: 7 });
  expect(kinds()).toEqual(['badCiphertext']);
  register(ben, 'Ben', 0, 8);
  expect(log.settling).toBeNull();
  expect([...log.members.keys()]).toEqual([key(me), key(ana)]);
  expect(log.removed.has(key(ben))).toBe(true);
  expect(log.epoch).toBe(8);
});

test('[K9] a room has no more members than an envelope can have recipients', () => {
  register(me, 'Me');
  const keyOf = (number: number) => {
    const publicKey = bytes(5);
    new DataView(publicKey.buffer).setUint32(0, number);
    return publicKey;
  };
  const members = new Map(log.members);
  for (let number = 1; number < limits.recipients; number++) {
    members.set(key(keyOf(number)), { publicKey: keyOf(number), name: '', leaving: false });
  }
  log = { ...log, members };
  register(ana, 'Ana');
  expect(kinds()).toEqual(['joined']);
  expect(log.members.size).toBe(limits.recipients + 1);
  register(ben, 'Ben');
  expect(kinds()).toEqual(['badRegistration']);
  expect(log.members.has(key(ben))).toBe(false);
});

test.each([
  ['message', () => apply({ kind: 'message', epoch: log.epoch, slices: [], body: bytes(7) })],
  ['commit', () => apply({ kind: 'commit', epoch: log.epoch + 1, accessKey: bytes(8), body: bytes(7) })],
] as const)(
  '[M10] a %s has no business here: refused with its reason, and the log goes on',
  (_kind, come) => {
    register(me);
    come();
    expect(rows).toMatchObject([{ kind: 'refused', problem: 'unknownEntry', name: null }]);
    expect(log.cursor).toBe(2);
    register(ana, 'Ana');
    expect(rows).toMatchObject([{ event: 'joined' }]);
  },
);

test('[L4] a message that changes the epoch and a commit that does not are alarms', () => {
  apply({ kind: 'message', epoch: log.epoch + 1, slices: [], body: bytes(7) });
  expect(rows.map(({ kind }) => kind)).toContain('alarm');
  apply({ kind: 'commit', epoch: log.epoch, accessKey: bytes(8), body: bytes(7) });
  expect(rows.map(({ kind }) => kind)).toContain('alarm');
});
