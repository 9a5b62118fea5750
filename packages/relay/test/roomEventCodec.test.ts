import { randomBytes } from 'node:crypto';
import { limits } from '@otr/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRoomEvent, encodeRoomEvent } from '../src/fanout/roomEventCodec.ts';
import { arbitraryRoomEvent, packedMessage } from './arbitraryRoomEvent.ts';

const room = randomBytes(16);
const events = arbitraryRoomEvent(room);

describe('events on their way between processes', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(decodeRoomEvent(room, encodeRoomEvent(event))).toEqual(event);
      }),
      { numRuns: 500 },
    );
  });

  test('cut at any byte they are nothing, or another event that ends there', () => {
    fc.assert(
      fc.property(events, (event) => {
        const bytes = encodeRoomEvent(event);
        for (let end = 0; end < bytes.length; end += 1) isWholeOrNothing(bytes.subarray(0, end));
      }),
      { numRuns: 50 },
    );
  });

  test('with changed, inserted and missing bytes likewise', () => {
    const changed = fc
      .tuple(events, fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 4 }))
      .map(([event, at, removed, added]) => {
        const bytes = encodeRoomEvent(event);
        const start = at % bytes.length;
        return Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);
      });
    fc.assert(fc.property(changed, isWholeOrNothing), { numRuns: 5_000 });
  });

  test('any bytes at all likewise', () => {
    const anything = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 200 }))
      .map(([kind, rest]) => Buffer.of(kind, ...rest));
    fc.assert(fc.property(anything, isWholeOrNothing), { numRuns: 5_000 });
  });

  test('entries that are not all there, or not at their places, are nothing', () => {
    const two = [packedMessage(5, Buffer.from('a')), packedMessage(6, Buffer.from('b'))];
    const decoded = (first: number, last: number, packed: Buffer[]) =>
      decodeRoomEvent(room, encodeRoomEvent({ kind: 'entries', room, first, last, packed }));
    expect(decoded(5, 6, two)).toMatchObject({ packed: two });
    expect(decoded(5, 7, two)).toBeUndefined();
    expect(decoded(5, 5, two)).toBeUndefined();
    expect(decoded(4, 5, two)).toBeUndefined();
    expect(decoded(5, 6, two.toReversed())).toBeUndefined();
    expect(decoded(6, 5, [])).toBeUndefined();
    expect(decoded(0, 0, [])).toBeUndefined();
  });

  test('more entries than fit in a frame stay behind', () => {
    const packed = [1, 2, 3].map((place) => packedMessage(place, randomBytes(limits.relayFrame / 3)));
    const bytes = encodeRoomEvent({ kind: 'entries', room, first: 1, last: 3, packed });
    expect(decodeRoomEvent(room, bytes)).toEqual({ kind: 'entries', room, first: 1, last: 3 });
  });
});

function isWholeOrNothing(bytes: Buffer): void {
  const event = decodeRoomEvent(room, bytes);
  if (event) expect(encodeRoomEvent(event)).toEqual(bytes);
}
