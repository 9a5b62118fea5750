import { limits } from '@otr/protocol';
import type { Random } from './random.ts';
import { upgradeRequest } from './rawConnection.ts';
import { clientFrame, opcodes } from './webSocketBytes.ts';

type MakeBytes = (random: Random, payload: Buffer) => Buffer;

/** What a WebSocket peer must not do, or need not (RFC 6455 §5), with a payload that may be a good one. */
const webSocketOddities: readonly MakeBytes[] = [
  // In pieces, with control frames between them.
  (random, payload) =>
    inPieces(random, payload, [clientFrame(Buffer.from('here'), { opcode: opcodes.ping })]),
  // A new message before the last one is finished.
  (random, payload) => inPieces(random, payload, [clientFrame(payload)]),
  // A piece of nothing.
  (_random, payload) => clientFrame(payload, { opcode: opcodes.continuation }),
  (random) =>
    Buffer.concat(Array.from({ length: random.below(300) }, () => piece(Buffer.alloc(random.below(2))))),
  (_random, payload) => clientFrame(payload, { isMasked: false }),
  (random, payload) => clientFrame(payload, { reserved: 1 + random.below(7) }),
  (random, payload) => clientFrame(payload, { opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) }),
  (random, payload) => clientFrame(payload, { saidLength: hugeLength(random), lengthBytes: 8 }),
  (_random, payload) => clientFrame(payload, { saidLength: limits.relayFrame + 1 }),
  // A length in more bytes than it needs.
  (_random, payload) => clientFrame(payload.subarray(0, 100), { lengthBytes: 8 }),
  (random, payload) => clientFrame(payload.subarray(0, 100), { saidLength: random.below(126) }),
  (random) => clientFrame(random.bytes(130), { opcode: random.pick([8, 9, 10]) }),
  (random) => clientFrame(random.bytes(10), { opcode: random.pick([8, 9, 10]), isFinal: false }),
  (random) => clientFrame(closeReason(random), { opcode: opcodes.close }),
  (random) =>
    many(1 + random.below(200), clientFrame(random.bytes(random.below(125)), { opcode: opcodes.ping })),
  (random) =>
    many(1 + random.below(200), clientFrame(random.bytes(random.below(125)), { opcode: opcodes.pong })),
  (random) => clientFrame(random.bytes(1 + random.below(50)), { opcode: opcodes.text }),
  (random, payload) => clientFrame(payload).subarray(0, random.below(payload.length)),
  (random) => random.bytes(1 + random.below(100)),
];

/** Packets of Engine.IO: text, where the relay wire has none but heartbeats. */
const enginePackets = [
  '',
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '2probe',
  '3probe',
  '5probe',
  '4{}',
  '40',
  '42[]',
];

export function webSocketOddity(random: Random, payload: Buffer): Buffer {
  if (random.once(4)) return engineOddity(random, payload);
  return random.pick(webSocketOddities)(random, payload);
}

function engineOddity(random: Random, payload: Buffer): Buffer {
  const text = random.once(4)
    ? `b${payload.toString('base64')}`
    : random.pick(enginePackets) + (random.once(3) ? payload.toString('latin1') : '');
  return many(random.once(6) ? 100 : 1, clientFrame(Buffer.from(text), { opcode: opcodes.text }));
}

/** Changes of the request that asks for a WebSocket. Some are granted. */
const requestChanges: readonly (readonly [RegExp, (random: Random) => string])[] = [
  [
    /EIO=4/,
    (random) => random.pick(['EIO=3', 'EIO=', 'EIO=4&EIO=3', 'EIO[]=4', '', `EIO=4&x=${'x'.repeat(2_000)}`]),
  ],
  [/websocket HTTP/, (random) => `${random.pick(['polling', 'webtransport', '', '__proto__'])} HTTP`],
  [/&transport/, (random) => `&sid=${random.pick(['', 'x', '__proto__'])}&transport`],
  [/GET/, (random) => random.pick(['POST', 'PUT', 'CONNECT', 'OPTIONS', 'GE T', 'HEAD'])],
  [/HTTP\/1.1/, (random) => random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''])],
  [
    /\/socket.io\//,
    (random) => random.pick(['/socket.io', '/', '//', '/%00', '/socket.io/../x', 'http://x/']),
  ],
  [/Version: 13/, (random) => `Version: ${random.pick(['8', '0', '-1', '13, 8', 'x'])}`],
  [/Key: \S+/, (random) => `Key: ${random.pick(['', 'short', 'x'.repeat(500)])}`],
  [/Upgrade: websocket\r\n/, (random) => random.pick(['', 'Upgrade: h2c\r\n', 'Upgrade: websocket, x\r\n'])],
  [/Host: relay/, (random) => `Host: relay\r\nX: ${'y'.repeat(random.below(20_000))}`],
  [/Host: relay/, () => 'Host: relay\r\nContent-Length: 9\r\nTransfer-Encoding: chunked'],
  [
    /Host: relay/,
    () => 'Host: relay\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=999',
  ],
  [/\r\n\r\n$/, () => '\r\n'],
];

/** Bytes of somebody who has no WebSocket yet. */
export function requestOddity(random: Random): Buffer {
  if (random.once(10)) return random.bytes(1 + random.below(300));
  const [pattern, replacement] = random.pick(requestChanges);
  const changed = Buffer.from(upgradeRequest.replace(pattern, replacement(random)), 'latin1');
  if (random.once(3)) changed[random.below(changed.length)] = random.below(256);
  return random.once(10) ? changed.subarray(0, random.below(changed.length)) : changed;
}

function inPieces(random: Random, payload: Buffer, between: readonly Buffer[]): Buffer {
  const cut = random.below(payload.length + 1);
  return Buffer.concat([
    clientFrame(payload.subarray(0, cut), { isFinal: false }),
    ...between,
    piece(payload.subarray(cut, cut)),
    clientFrame(payload.subarray(cut), { opcode: opcodes.continuation }),
  ]);
}

function piece(bytes: Buffer): Buffer {
  return clientFrame(bytes, { opcode: opcodes.continuation, isFinal: false });
}

function hugeLength(random: Random): bigint {
  return random.pick([2n ** 63n, 2n ** 63n - 1n, 2n ** 53n, 2n ** 32n, 2n ** 31n, 0n]);
}

function closeReason(random: Random): Buffer {
  const code = Buffer.alloc(2);
  code.writeUInt16BE(random.pick([0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 5000, 0xffff]));
  return random.once(4) ? Buffer.from([3]) : Buffer.concat([code, random.bytes(random.below(60))]);
}

function many(times: number, frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => frame));
}
