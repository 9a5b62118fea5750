import { limits } from '@otr/protocol';
import { proxyParser } from '@otr/protocol/relayParser';
import { changedBytes, changedValue } from './mutate.ts';
import type { Random } from './random.ts';
import { events, type Knowledge, validRequest } from './requests.ts';

const encoder = new proxyParser.Encoder();
/** Ids of acknowledgements stay below that of the request that ends a life. */
const mostIds = 2 ** 16;

export interface Packet {
  type: number;
  nsp: string;
  id?: number | undefined;
  data?: unknown;
}

/** As a proxy frames it: `append` in its own frame, everything else in msgpack. */
export function packetBytes(packet: Packet): Buffer {
  return encoder.encode(packet)[0];
}

/** The payload of one message of a hostile connection. `earlier` are payloads to be spliced and sent again. */
export function hostilePayload(random: Random, knows: Knowledge, earlier: readonly Buffer[]): Buffer {
  // Most are well framed: a frame that is not ends its connection, and the relay sees none of those behind it.
  const kind = random.below(100);
  if (kind < 2) return packetBytes(oddPacket(random, knows));
  if (kind < 3) return extremeBytes(random);
  if (kind < 6) return ownFrame(random, knows);
  if (kind < 7) return random.bytes(random.below(200));
  if (kind < 12) return changedBytes(random, packetBytes(requestPacket(random, knows)), earlier);
  if (kind < 14 && earlier.length > 0) return random.pick(earlier);
  if (kind < 20) return packetBytes(requestPacket(random, knows));
  return packetBytes(changedPacket(random, knows));
}

function requestPacket(random: Random, knows: Knowledge): Packet {
  const event = random.pick(events);
  return eventPacket(random, [event, validRequest(event, random, knows)]);
}

/** A request whose values were changed, one to three of them: well framed, and mostly refused. */
function changedPacket(random: Random, knows: Knowledge): Packet {
  const event = random.pick(events);
  let request = validRequest(event, random, knows);
  for (let changes = 1 + random.below(3); changes > 0; changes -= 1) request = changedValue(random, request);
  const name = random.once(20) ? random.pick(names) : event;
  return eventPacket(random, random.once(20) ? [name, request, request] : [name, request]);
}

function eventPacket(random: Random, data: unknown[]): Packet {
  const packet = { type: 2, nsp: '/', data };
  return random.once(8) ? packet : { ...packet, id: random.below(mostIds) };
}

const names = ['', 'error', 'connect', 'disconnect', '__proto__', 'constructor', 7, null, {}, [], true];
const namespaces = ['/', '/', '/', '', '/admin', '__proto__', '/?token=1', `/${'a'.repeat(5_000)}`];
const ids = [0, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '7', null, {}];

/** A packet of Socket.IO's that a proxy has no reason to send, or that its protocol does not know. */
function oddPacket(random: Random, knows: Knowledge): Packet {
  const packet = requestPacket(random, knows);
  switch (random.below(5)) {
    case 0:
      return { ...packet, type: random.below(8) - 1 };
    case 1:
      return { ...packet, nsp: random.pick(namespaces) };
    case 2:
      return { ...packet, id: random.pick(ids) as number };
    case 3:
      return { ...packet, data: random.pick([undefined, null, {}, 'data', [], [[]], { length: 3 }, 7]) };
    default:
      // An acknowledgement of what nobody asked.
      return { type: 3, nsp: '/', id: random.below(mostIds), data: [{ ok: true, value: {} }] };
  }
}

/** Heads of msgpack values that promise more than there is. */
const promises = ['ddffffffff', 'dfffffffff', 'c9ffffffff00', 'dbffffffff', 'c6ffffffff', 'dcffff', 'deffff'];

/** What is cheap to send and dear to decode. */
function extremeBytes(random: Random): Buffer {
  switch (random.below(5)) {
    case 0:
      return Buffer.from(random.pick(promises), 'hex');
    case 1:
      // Nested arrays, maps, or maps in arrays.
      return Buffer.alloc(1 + random.below(20_000), random.pick([0x91, 0x81, 0x9f, 0x8f]));
    case 2:
      return Buffer.concat([
        Buffer.from('dd0000ffff', 'hex'),
        Buffer.alloc(0xffff, random.pick([0xc0, 0x90, 0xa0])),
      ]);
    case 3:
      return packetBytes({
        type: 2,
        nsp: '/',
        data: ['volatile', { sealed: Buffer.alloc(random.below(60_000)) }],
      });
    default:
      return Buffer.alloc(random.once(20) ? limits.relayFrame + 1 : random.below(30_000), random.below(256));
  }
}

/** The frames of rule W5: an append whose fields lie, or one that only the relay sends. */
function ownFrame(random: Random, knows: Knowledge): Buffer {
  const request = { ...(validRequest('append', random, knows) as object) };
  const frame = packetBytes({ type: 2, nsp: '/', id: random.below(mostIds), data: ['append', request] });
  switch (random.below(4)) {
    case 0:
      // The number of slices, or the first slice's length.
      frame.writeUInt16BE(
        random.pick([0, 1, 0xffff, 0x7fff]),
        Math.min(50 + random.below(70), frame.length - 2),
      );
      return frame;
    case 1:
      frame[49] = random.below(256);
      return frame;
    case 2:
      frame[0] = random.pick([0, 2, 3, 4, 5]);
      return frame;
    default:
      return frame.subarray(0, random.below(frame.length));
  }
}
