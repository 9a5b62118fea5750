import { randomBytes } from 'node:crypto';
import { decodeEntries, type Entry, limits, packEntry, type Slice, unpackEntry } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { deliverEntries } from '../src/delivery.ts';
import { type Listener, RoomLive } from '../src/roomLive.ts';
import type { LogEntry } from '../src/storage/logEntry.ts';

const room = randomBytes(16);

/** A connection's end of a room that keeps what it is given. */
class Recorder implements Listener {
  readonly id = randomBytes(4).toString('hex');
  readonly frames: Buffer[] = [];

  sendLive(): void {
    throw new Error('only entries are delivered here');
  }

  sendEntries(_room: Uint8Array, frame: Buffer): void {
    this.frames.push(frame);
  }

  /** What a proxy reads out of the frames. */
  get entries(): (Entry | undefined)[] {
    return this.frames.flatMap((frame) => decodeEntries(payloadOf(frame)).entries.map(unpackEntry));
  }
}

function payloadOf(frame: Buffer): Buffer {
  const length = frame.readUInt8(1);
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}

function message(seq: number, slices: Slice[] = [], bodyBytes = 20): LogEntry {
  const id = randomBytes(16);
  const packed = packEntry({ kind: 'message', seq, epoch: 0, id, slices, body: randomBytes(bodyBytes) });
  return { seq, epoch: 0, isCommit: false, packed, slices };
}

function commit(seq: number, epoch: number): LogEntry {
  const [id, accessKey, body] = [randomBytes(16), randomBytes(32), randomBytes(50)];
  return {
    seq,
    epoch,
    isCommit: true,
    packed: packEntry({ kind: 'commit', seq, epoch, id, accessKey, body }),
    slices: [],
  };
}

function sliceFor(to: Uint8Array): Slice {
  return { to, ciphertext: randomBytes(30) };
}

function listening(live: RoomLive, access: number, ...keys: Uint8Array[]): Recorder {
  const recorder = new Recorder();
  live.enter(recorder, room, { access, after: 0, keys });
  return recorder;
}

function seqs(recorder: Recorder): (number | undefined)[] {
  return recorder.entries.map((entry) => entry?.seq);
}

describe('delivery', () => {
  it('[L10] what is the same for all is one frame, the same bytes for everyone', () => {
    const live = new RoomLive();
    const [one, other] = [listening(live, 0, randomBytes(32)), listening(live, 0)];
    expect(deliverEntries(live, room, [message(1), message(2)], 0)).toBe(4);
    expect(seqs(one)).toEqual([1, 2]);
    expect(one.frames).toHaveLength(1);
    expect(other.frames[0]).toBe(one.frames[0]);
  });

  it('[L5] each connection gets its own slices and nobody else’s', () => {
    const live = new RoomLive();
    const [mine, mineToo, theirs] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const [me, them, nobody] = [
      listening(live, 0, mine, mineToo),
      listening(live, 0, theirs),
      listening(live, 0),
    ];
    const slices = [sliceFor(mine), sliceFor(theirs), sliceFor(mineToo), sliceFor(randomBytes(32))];
    deliverEntries(live, room, [message(1), message(2, slices), message(3)], 0);
    expect(me.entries[1]).toMatchObject({ seq: 2, slices: [slices[0], slices[2]] });
    expect(them.entries[1]).toMatchObject({ seq: 2, slices: [slices[1]] });
    expect(nobody.entries[1]).toMatchObject({ seq: 2, slices: [] });
    expect([me, them, nobody].map(seqs)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const mineOnly = Buffer.from(slices[0]?.ciphertext ?? []);
    expect(me.frames[0]?.includes(mineOnly)).toBe(true);
    expect(them.frames[0]?.includes(mineOnly)).toBe(false);
  });

  it('[A4] a reader of a former epoch gets the commit that ends it and nothing after', () => {
    const live = new RoomLive();
    const [former, current, later] = [listening(live, 0), listening(live, 1), listening(live, 2)];
    const batch = [message(5), commit(6, 1), message(7), commit(8, 2), message(9)];
    expect(deliverEntries(live, room, batch, 0)).toBe(2 + 4 + 5);
    expect([former, current, later].map(seqs)).toEqual([
      [5, 6],
      [5, 6, 7, 8],
      [5, 6, 7, 8, 9],
    ]);
  });

  it('[A4] [L5] the cut holds for who has slices too', () => {
    const live = new RoomLive();
    const key = randomBytes(32);
    const former = listening(live, 0, key);
    deliverEntries(live, room, [message(1, [sliceFor(key)]), commit(2, 1), message(3, [sliceFor(key)])], 0);
    expect(seqs(former)).toEqual([1, 2]);
  });

  it('[A4] nothing goes to a reader whose epoch ended before', () => {
    const live = new RoomLive();
    const former = listening(live, 0);
    expect(deliverEntries(live, room, [message(3)], 1)).toBe(0);
    expect(former.frames).toEqual([]);
  });

  it('[L6] who was told of some of them on entering gets the others', () => {
    const live = new RoomLive();
    const key = randomBytes(32);
    const readers = [4, 5, 6, 7].map((after) => {
      const recorder = new Recorder();
      live.enter(recorder, room, { access: 0, after, keys: [key] });
      return recorder;
    });
    expect(deliverEntries(live, room, [message(5), message(6, [sliceFor(key)]), message(7)], 0)).toBe(6);
    expect(readers.map(seqs)).toEqual([[5, 6, 7], [6, 7], [7], []]);
    expect(readers[1]?.entries[0]).toMatchObject({ slices: [{ to: key }] });
  });

  it('[W3] entries that make too large a frame go as several, in order', () => {
    const live = new RoomLive();
    const key = randomBytes(32);
    const [plain, addressed] = [listening(live, 0), listening(live, 0, key)];
    const entries = Array.from({ length: 12 }, (_, index) =>
      message(index + 1, [sliceFor(key)], limits.body - index),
    );
    deliverEntries(live, room, entries, 0);
    for (const reader of [plain, addressed]) {
      expect(seqs(reader)).toEqual(entries.map(({ seq }) => seq));
      expect(reader.frames.length).toBeGreaterThan(3);
      for (const frame of reader.frames) expect(frame.length).toBeLessThan(limits.relayFrame);
    }
  });
});
