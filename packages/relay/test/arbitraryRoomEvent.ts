import { packEntry } from '@otr/protocol';
import fc from 'fast-check';
import type { RoomEvent } from '../src/fanout/fanout.ts';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const id = bytes(16, 16);
const key = bytes(32, 32);
const sealed = bytes(1, 1024);
const access = fc.nat({ max: 2 ** 40 });
const seq = fc.integer({ min: 1, max: 2 ** 40 - 1 });

/** Every kind of event of this room, within the limits of the wire. */
export function arbitraryRoomEvent(room: Buffer): fc.Arbitrary<RoomEvent> {
  const member = <Kind extends string, Message>(kind: Kind, message: fc.Arbitrary<Message>) =>
    fc.record({ kind: fc.constant(kind), access, message });
  const at = fc.constant(room);
  return fc.oneof(
    arbitraryRange(room),
    arbitraryEntries(room),
    member('keyCleanup', fc.record({ room: at })),
    member('volatile', fc.record({ room: at, sealed })),
    member('knock', fc.record({ room: at, knock: arbitraryKnock() })),
    member('knockEnded', fc.record({ room: at, id })),
    fc.record({
      kind: fc.constant('welcome' as const),
      message: fc.record({ room: at, id, seq, sealed: bytes(1, 4_000) }),
    }),
    fc.record({ kind: fc.constant('knockDismissed' as const), message: fc.record({ room: at, id }) }),
  );
}

function arbitraryKnock() {
  return fc.record({ id, invite: key, keyPackageRef: key, sealed: bytes(1, 4_000) });
}

function arbitraryRange(room: Buffer): fc.Arbitrary<RoomEvent> {
  return fc.tuple(seq, seq).map(([one, other]) => ({
    kind: 'entries',
    room,
    first: Math.min(one, other),
    last: Math.max(one, other),
  }));
}

function arbitraryEntries(room: Buffer): fc.Arbitrary<RoomEvent> {
  const bodies = fc.array(bytes(1, 300), { minLength: 1, maxLength: 20 });
  return fc.tuple(fc.nat({ max: 2 ** 39 }), bodies).map(([before, list]) => ({
    kind: 'entries',
    room,
    first: before + 1,
    last: before + list.length,
    packed: list.map((body, index) => packedMessage(before + 1 + index, body)),
  }));
}

/** A packed entry at this place. */
export function packedMessage(place: number, body: Buffer): Buffer {
  return packEntry({ kind: 'message', seq: place, id: Buffer.alloc(16, 7), epoch: 3, slices: [], body });
}
