import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { CheckedAppend, decodeAppend, encodeAppend } from '../src/relay/appendFrame.ts';
import { decodeEntries, encodeAcknowledgements, encodeEntries } from '../src/relay/frames.ts';
import { proxyParser, relayParser } from '../src/relay/parser.ts';
import { type RelayRequest, relayUp } from '../src/relay/up.ts';
import { comparable } from './comparable.ts';

type Packet = { type: number; nsp: string; id?: number; data: unknown[] };

/** What Socket.IO is handed of a packet at the other end; throws where it would close the connection. */
function received(frame: unknown, { Decoder }: typeof relayParser | typeof proxyParser): Packet[] {
  const packets: Packet[] = [];
  const decoder = new Decoder();
  decoder.on('decoded', (packet: Packet) => packets.push(packet));
  decoder.add(frame);
  return packets;
}

function sent(packet: Packet): Buffer {
  return new relayParser.Encoder().encode(packet)[0];
}

function appendPacket(request: unknown): Packet {
  return { type: 2, nsp: '/', id: 7, data: ['append', request] };
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bytesUpTo = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const slices = fc.array(fc.record({ to: bytes(32), ciphertext: bytesUpTo(40) }), { maxLength: 5 });
const requests = fc.record({
  room: bytes(16),
  id: bytes(16),
  epoch: fc.integer({ min: 0, max: 2 ** 40 }),
  seen: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  slices,
  body: bytesUpTo(60),
});

const request: RelayRequest<'append'> = {
  room: randomBytes(16),
  id: randomBytes(16),
  epoch: 3,
  seen: 9,
  slices: [{ to: randomBytes(32), ciphertext: randomBytes(30) }],
  body: randomBytes(20),
};

describe('append frame', () => {
  it('[W5] arrives as the request that was sent, checked', () => {
    fc.assert(
      fc.property(requests, (sentRequest) => {
        const [packet] = received(sent(appendPacket(sentRequest)), relayParser);
        expect(packet).toMatchObject({ type: 2, nsp: '/', id: 7 });
        const [event, got] = packet?.data ?? [];
        expect(event).toBe('append');
        expect(got).toBeInstanceOf(CheckedAppend);
        expect(comparable(relayUp.append.request.parse(got))).toEqual(
          comparable(relayUp.append.request.parse(sentRequest)),
        );
      }),
    );
  });

  it('[W5] what its decoder admits fits the schema, whatever the bytes', () => {
    const frame = sent(appendPacket(request));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(frame.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        (changes) => {
          const mutated = Buffer.from(frame);
          for (const [offset, byte] of changes) mutated[offset] = byte;
          let admitted: unknown;
          try {
            admitted = decodeAppend(mutated).request;
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
          if (admitted) expect(relayUp.append.request.safeParse(admitted).success).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('[W3] closes the connection where it ends before its body', () => {
    const frame = sent(appendPacket(request));
    const end = frame.length - request.body.length;
    for (let length = 1; length < end; length++) {
      expect(() => received(frame.subarray(0, length), relayParser)).toThrow(RangeError);
    }
    expect(decodeAppend(frame.subarray(0, end)).request).toBeUndefined();
    expect(received(frame, relayParser)).toHaveLength(1);
  });

  it('[W3] believes no number of slices', () => {
    const frame = sent(appendPacket({ ...request, slices: [] }));
    frame.writeUInt16BE(0xffff, 49);
    expect(() => decodeAppend(frame)).toThrow(RangeError);
  });

  it('[W3] the largest message, for 1,500 recipients, fits the frame and passes', () => {
    const all = Array.from({ length: limits.recipients }, () => ({
      to: randomBytes(32),
      ciphertext: randomBytes(limits.slice),
    }));
    const frame = encodeAppend(1, { ...request, slices: all, body: randomBytes(limits.body) });
    expect(frame?.length).toBeLessThan(limits.relayFrame);
    expect(decodeAppend(frame ?? Buffer.alloc(0)).request?.slices).toHaveLength(limits.recipients);
  });

  const slice = { to: randomBytes(32), ciphertext: randomBytes(8) };
  it.each<[string, object]>([
    ['no body', { body: undefined }],
    ['an empty body', { body: new Uint8Array(0) }],
    ['too long a body', { body: randomBytes(limits.body + 1) }],
    ['too large an epoch', { epoch: 2 ** 41 }],
    ['too large a place seen', { seen: 2 ** 40 }],
    ['an empty slice', { slices: [slice, { ...slice, ciphertext: new Uint8Array(0) }, slice] }],
    ['too long a slice', { slices: [slice, { ...slice, ciphertext: randomBytes(limits.slice + 1) }] }],
    ['too many slices', { slices: Array.from({ length: limits.recipients + 1 }, () => slice) }],
    ['an id of 15 bytes', { id: randomBytes(15) }],
    ['a room of text', { room: 'room' }],
    ['a fraction as epoch', { epoch: 1.5 }],
    ['a negative place seen', { seen: -1 }],
    ['no slices at all', { slices: undefined }],
    ['a slice without a recipient', { slices: [{ ciphertext: randomBytes(8) }] }],
  ])('[W2] a request with %s is delivered as none, for the gate to refuse', (_, change) => {
    const [packet] = received(sent(appendPacket({ ...request, ...change })), relayParser);
    expect(packet).toEqual({ type: 2, nsp: '/', id: 7, data: ['append', undefined] });
  });

  it('[W5] a proxy is never sent one', () => {
    expect(() => received(sent(appendPacket(request)), proxyParser)).toThrow(RangeError);
  });
});

describe('frame of acknowledgements', () => {
  const acknowledgement = (id: number, seq: number): Packet => ({
    type: 3,
    nsp: '/',
    id,
    data: [{ ok: true, value: { seq } }],
  });

  it('[W5] is what the acknowledgement of an append becomes, and of nothing else', () => {
    const frame = sent(acknowledgement(5, 12));
    expect(frame[0]).toBe(0x02);
    expect(received(frame, proxyParser)).toEqual([acknowledgement(5, 12)]);
    const placed: Packet = { type: 3, nsp: '/', id: 5, data: [{ ok: true, value: { seq: 12, epoch: 1 } }] };
    expect(sent(placed)[0]).toBeGreaterThan(0x7f);
    const refused: Packet = { type: 3, nsp: '/', id: 5, data: [{ ok: false, error: { code: 'internal' } }] };
    expect(received(sent(refused), proxyParser)).toEqual([refused]);
  });

  it('[W5] carries any number of them, in order', () => {
    const pairs = fc.array(
      fc.record({ id: fc.integer({ min: 0, max: 2 ** 32 - 1 }), seq: fc.integer({ min: 1, max: 2 ** 40 }) }),
    );
    fc.assert(
      fc.property(pairs, (acknowledgements) => {
        const packets = received(encodeAcknowledgements(acknowledgements), proxyParser);
        expect(packets).toEqual(acknowledgements.map(({ id, seq }) => acknowledgement(id, seq)));
      }),
    );
  });

  it('[W3] closes the connection where its length is another than its number says', () => {
    const frame = encodeAcknowledgements([
      { id: 1, seq: 2 },
      { id: 2, seq: 3 },
    ]);
    for (let length = 1; length < frame.length; length++) {
      expect(() => received(frame.subarray(0, length), proxyParser)).toThrow(RangeError);
    }
    expect(() => received(Buffer.concat([frame, frame]), proxyParser)).toThrow(RangeError);
    expect(() => received(frame, relayParser)).toThrow(RangeError);
  });
});

describe('frame of entries', () => {
  it('[W5] arrives as the entries that were sent, still packed', () => {
    fc.assert(
      fc.property(bytes(16), fc.array(bytesUpTo(50)), (room, entries) => {
        const frame = sent({ type: 2, nsp: '/', data: ['entries', { room, entries }] });
        expect(frame[0]).toBe(0x03);
        const [packet] = received(frame, proxyParser);
        expect(comparable(packet)).toEqual(
          comparable({ type: 2, nsp: '/', data: ['entries', { room, entries }] }),
        );
      }),
    );
  });

  it('[W3] closes the connection where it ends too early or too late', () => {
    const frame = encodeEntries(randomBytes(16), [randomBytes(40), randomBytes(3)]);
    for (let length = 1; length < frame.length; length++) {
      expect(() => received(frame.subarray(0, length), proxyParser)).toThrow(RangeError);
    }
    expect(() => received(Buffer.concat([frame, Buffer.alloc(1)]), proxyParser)).toThrow(RangeError);
    expect(() => received(frame, relayParser)).toThrow(RangeError);
  });

  it('[W3] believes no length', () => {
    const frame = encodeEntries(randomBytes(16), [randomBytes(40)]);
    frame.writeUInt32BE(0xffffffff, 19);
    expect(() => decodeEntries(frame)).toThrow(RangeError);
  });
});

describe('order of what is received', () => {
  const fetchPacket: Packet = { type: 2, nsp: '/', id: 8, data: ['fetch', {}] };

  /** As Socket.IO does it: packets at the end of the turn, appends by the decoder itself. */
  async function orderOf(frames: readonly Buffer[]): Promise<unknown[]> {
    const order: unknown[] = [];
    const decoder = new relayParser.Decoder();
    decoder.onAppend = ({ request }) => order.push(request?.seen);
    decoder.on('decoded', ({ data }: Packet) => process.nextTick(() => order.push(data[0])));
    for (const frame of frames) decoder.add(frame);
    expect(order).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    return order;
  }

  it('appends that the decoder hands over itself keep their place among the packets', async () => {
    const append = (seen: number) => sent(appendPacket({ ...request, seen }));
    const frames = [append(1), append(2), sent(fetchPacket), append(3), sent(fetchPacket), append(4)];
    expect(await orderOf(frames)).toEqual([1, 2, 'fetch', 3, 'fetch', 4]);
  });
});
