import * as msgpack from 'socket.io-msgpack-parser';
import { type AppendFrame, appendFrameKind, decodeAppend, encodeAppend } from './appendFrame.ts';
import {
  acknowledgementsFrameKind,
  countPerFrame,
  decodeAcknowledgements,
  decodeEntries,
  encodeAcknowledgements,
  encodeEntries,
  entriesFrameKind,
} from './frames.ts';
import { isModestMsgpack } from './msgpackShape.ts';

type Shape = { depth: number; values: number };

/** The largest request in msgpack is a commit that lets in 64 knocks: five values each, five levels deep. */
const requests: Shape = { depth: 8, values: 4_096 };
/** The largest answer is that of `enterRoom`: 256 knocks, nine values each, six levels deep. */
const answers: Shape = { depth: 8, values: 8_192 };

/** Socket.IO's packets (https://github.com/socketio/socket.io-protocol), as its parsers are given them. */
interface Packet {
  type: number;
  nsp: string;
  id?: number | undefined;
  data?: unknown;
}

const connectType = 0;
const eventType = 2;
const acknowledgementType = 3;
const nsp = '/';
/** What opens a connection is kept as long as it lasts: an admission token needs no more. */
const connectBytes = 2_048;

class WireEncoder {
  readonly #msgpack = new msgpack.Encoder();

  /**
   * The encoder behind it writes of any `Uint8Array` that is not a `Buffer` the whole memory it is a view of: other
   * messages, or keys. So every view is made a `Buffer` of exactly its bytes first.
   */
  encode(packet: Packet): [Buffer] {
    const frame = ownFrameOf(packet);
    if (frame) return [frame];
    // A list of one buffer, whatever its types say.
    return this.#msgpack.encode({ ...packet, data: withBuffers(packet.data) }) as unknown as [Buffer];
  }
}

class RelayDecoder extends msgpack.Decoder {
  /** If there, it is given the appends: at the end of the turn and in order with all packets, as Socket.IO does it. */
  onAppend: ((append: AppendFrame) => void) | undefined;
  /** Those of this turn that no other packet has followed yet. */
  #appends: AppendFrame[] | undefined;
  /** Of the packet that is being decoded. */
  #frameBytes = 0;

  /** Throws for a frame that is no modest packet; Socket.IO then closes the connection. */
  override add(frame: unknown): void {
    if (!Buffer.isBuffer(frame)) throw new TypeError('a packet must be binary');
    if (frame[0] === appendFrameKind) {
      this.#addAppend(decodeAppend(frame));
      return;
    }
    this.#appends = undefined;
    refuseImmodest(frame, requests);
    this.#frameBytes = frame.length;
    super.add(frame);
  }

  #addAppend(append: AppendFrame): void {
    if (this.onAppend === undefined) {
      const { acknowledgementId: id, request } = append;
      this.emit('decoded', { type: eventType, nsp, id, data: ['append', request] });
    } else if (this.#appends) this.#appends.push(append);
    else this.#handOverSoon([append], this.onAppend);
  }

  #handOverSoon(appends: AppendFrame[], onAppend: (append: AppendFrame) => void): void {
    this.#appends = appends;
    process.nextTick(() => {
      if (this.#appends === appends) this.#appends = undefined;
      for (const append of appends) onAppend(append);
    });
  }

  /** An `append` in msgpack goes on without its request: the gate refuses it (rule W5). */
  override checkPacket(packet: Packet): void {
    super.checkPacket(packet);
    const { type, data } = packet;
    if (type === connectType && this.#frameBytes > connectBytes)
      throw new RangeError('a connect packet too large');
    if (type === eventType && Array.isArray(data) && data[0] === 'append')
      packet.data = ['append', undefined];
  }
}

class ProxyDecoder extends msgpack.Decoder {
  /** Throws for a frame that is no modest packet; Socket.IO then closes the connection. */
  override add(frame: unknown): void {
    if (!Buffer.isBuffer(frame)) throw new TypeError('a packet must be binary');
    if (frame[0] === entriesFrameKind) {
      this.emit('decoded', { type: eventType, nsp, data: ['entries', decodeEntries(frame)] });
    } else if (frame[0] === acknowledgementsFrameKind) {
      for (const { id, seq } of decodeAcknowledgements(frame)) {
        this.emit('decoded', { type: acknowledgementType, nsp, id, data: [{ ok: true, value: { seq } }] });
      }
    } else {
      refuseImmodest(frame, answers);
      super.add(frame);
    }
  }
}

/** Rules W1 and W5, for the relay's end of the wire. */
export const relayParser = { Encoder: WireEncoder, Decoder: RelayDecoder };
/** The same for the proxy's end. */
export const proxyParser = { Encoder: WireEncoder, Decoder: ProxyDecoder };

function refuseImmodest(frame: Buffer, shape: Shape): void {
  if (!isModestMsgpack(frame, shape)) throw new RangeError('a packet of an impossible shape');
}

/** The frame of those packets that have one of their own. */
function ownFrameOf(packet: Packet): Buffer | undefined {
  if (packet.nsp !== nsp || !Array.isArray(packet.data)) return undefined;
  const [first, second] = packet.data;
  if (packet.type === acknowledgementType) return acknowledgementFrame(packet.id, first);
  if (packet.type !== eventType) return undefined;
  if (first === 'append' && packet.id !== undefined) return encodeAppend(packet.id, second);
  if (first === 'entries') return entriesFrame(second);
  return undefined;
}

/** Only the acknowledgement of an append consists of a `seq` and nothing else. */
function acknowledgementFrame(id: number | undefined, result: unknown): Buffer | undefined {
  if (id === undefined || id >= 2 ** 32 || !isObject(result) || result['ok'] !== true) return undefined;
  const { value } = result;
  if (!isObject(value) || Object.keys(value).join() !== 'seq') return undefined;
  const { seq } = value;
  if (typeof seq !== 'number' || !Number.isInteger(seq) || seq < 0 || seq >= 2 ** 48) return undefined;
  return encodeAcknowledgements([{ id, seq }]);
}

function entriesFrame(message: unknown): Buffer | undefined {
  if (!isObject(message)) return undefined;
  const { room, entries } = message;
  if (!(room instanceof Uint8Array) || room.length !== 16) return undefined;
  if (!Array.isArray(entries) || entries.length > countPerFrame) return undefined;
  return entries.every((packed) => packed instanceof Uint8Array) ? encodeEntries(room, entries) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  }
  if (Array.isArray(value)) return value.map(withBuffers);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withBuffers(part)]));
}
