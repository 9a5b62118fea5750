import { createHash } from 'node:crypto';
import type { Content, MessageEntry, PayloadProof, Row } from '@otr/protocol';
import { expect, test } from 'vitest';
import type { Decoded } from '../../src/core/payloadCodec.ts';
import { randomId, toText } from '../../src/core/text.ts';
import { applyMessage, type MessageRules } from '../../src/machine/applyMessage.ts';
import { newLog, type RoomLog } from '../../src/machine/roomLog.ts';

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const now = 10_000;
const authenticator = toText(bytes(1));

function rules(change: Partial<MessageRules> = {}): MessageRules {
  return {
    room: 'room',
    now,
    names: new Map([['ben', 'Ben']]),
    authenticator,
    disappearAfter: 0,
    trust: () => 'unverified',
    timeline: { get: () => null },
    nextDigest: (digest, link) => new Uint8Array(createHash('sha256').update(digest).update(link).digest()),
    digestAt: () => null,
    isKnown: () => false,
    linksAfter: () => [],
    ...change,
  };
}

function log(counter: number | null | undefined, change: Partial<RoomLog> = {}): RoomLog {
  const heard = new Map(counter === undefined ? [] : [['ben', { counter, at: 1 }]]);
  return { ...newLog(8, bytes(8)), joinedAt: 3, heard, ...change };
}

const entry: MessageEntry = {
  ...{ kind: 'message', seq: 9, id: randomId(), epoch: 1, slices: [], body: new Uint8Array(1) },
};

function said(
  proof: Partial<PayloadProof> = {},
  content: Content = { kind: 'text', version: 1, text: 'hi' },
): Decoded {
  const full = { id: toText(entry.id), counter: 4, authenticator, at: 9_000, ...proof };
  return { kind: 'known', payload: { version: 1, proof: full, content } };
}

function outcome(before: RoomLog, decoded: Decoded | null, change: Partial<MessageRules> = {}) {
  const { log, effects } = applyMessage(before, entry, 'ben', decoded, rules(change));
  const rows = effects.flatMap((effect): Row[] => (effect.kind === 'writeRow' ? [effect.row] : []));
  const told = rows.map((row) => (row.kind === 'refused' || row.kind === 'alarm' ? row.problem : row.kind));
  return { log, rows, told, effects };
}

const seen = (seq: number, fill: number) => ({ seen: { seq, digest: toText(bytes(fill)) } });

test.each([
  ['[M4] the next counter is shown', log(3), said(), ['message']],
  [
    '[M5] the first that is heard of a member is shown, whatever its counter',
    log(undefined),
    said(),
    ['message'],
  ],
  ['[M5] who was here before us may have any counter', log(null), said(), ['message']],
  ['[M4] what is no payload is refused', log(3), null, ['badPayload']],
  ['[M4] the id of another entry is refused', log(3), said({ id: toText(randomId()) }), ['wrongId']],
  ['[M5] the same counter again is refused', log(4), said(), ['replayed']],
  ['[M5] an earlier counter is refused', log(7), said(), ['outOfOrder']],
  ['[M5] a hole before it is told', log(1), said(), ['message', 'messageMissing']],
  ['[M5] who came while we were here starts at 1', log(0), said(), ['message', 'messageMissing']],
  [
    '[M6] another history of the room is told',
    log(3),
    said({ authenticator: toText(bytes(2)) }),
    ['message', 'logForked'],
  ],
  ['[M8] the same log is silent', log(3), said(seen(8, 8)), ['message']],
  ['[M8] another log is told', log(3), said(seen(8, 7)), ['message', 'logForked']],
  [
    '[M8] who has seen what comes after it has another log',
    log(3),
    said(seen(9, 8)),
    ['message', 'logForked'],
  ],
])('%s', (_title, before, decoded, told) => {
  expect(outcome(before, decoded).told).toEqual(told);
});

test('[M4] an id that the log holds already is refused', () => {
  expect(outcome(log(3), said(), { isKnown: () => true }).told).toEqual(['replayed']);
});

test('[M5] what is refused counts for nothing', () => {
  expect(outcome(log(4), said()).log.heard.get('ben')).toEqual({ counter: 4, at: 1 });
  expect(outcome(log(3), said()).log.heard.get('ben')).toEqual({ counter: 4, at: now });
});

test('a sender’s clock that is ahead puts nothing into the future', () => {
  expect(outcome(log(3), said({ at: now + 1 })).rows).toMatchObject([{ at: now }]);
  expect(outcome(log(3), said({ at: now - 1 })).rows).toMatchObject([{ at: now - 1 }]);
});

test('[R3] who says that it leaves is known to, and nothing is shown', () => {
  const left = outcome(log(3), said({}, { kind: 'leave', version: 1 }));
  expect([left.told, [...left.log.leaving]]).toEqual([[], ['ben']]);
});

test('[M8] an earlier place is compared with what was kept of it', () => {
  const kept = { digestAt: (seq: number) => (seq === 5 ? bytes(5) : null) };
  expect(outcome(log(3), said(seen(5, 5)), kept).told).toEqual(['message']);
  expect(outcome(log(3), said(seen(5, 6)), kept).told).toEqual(['message', 'logForked']);
  expect(outcome(log(3), said(seen(4, 6)), kept).told).toEqual(['message']);
});

test('[M7] who joined later takes the first digest that it is told, and goes on from there', () => {
  const joined = log(3, { digest: null });
  const linksAfter = () => [{ seq: 8, link: bytes(1) }];
  const adopted = outcome(joined, said(seen(7, 7)), { linksAfter });
  const expected = rules().nextDigest(bytes(7), bytes(1));
  expect(adopted.log.digest).toEqual(expected);
  const written = adopted.effects.find(({ kind }) => kind === 'writeDigests');
  expect(written).toEqual({
    kind: 'writeDigests',
    digests: [
      { seq: 7, digest: bytes(7) },
      { seq: 8, digest: expected },
    ],
  });
  // Not one of before it came: what lies between is not known here.
  expect(outcome(joined, said(seen(2, 7))).log.digest).toBeNull();
  expect(outcome(joined, said()).log.digest).toBeNull();
});

test('what a newer version said is kept, and counted', () => {
  const { payload } = said() as Extract<Decoded, { kind: 'known' }>;
  const newer: Decoded = { kind: 'newer', proof: payload.proof, content: { kind: 'poll' } };
  const { rows, log: after } = outcome(log(3), newer);
  expect(rows).toMatchObject([
    { kind: 'notice', event: 'newerVersion', data: { name: 'Ben', kind: 'poll' } },
  ]);
  expect(after.heard.get('ben')?.counter).toBe(4);
});
