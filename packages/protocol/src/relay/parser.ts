import * as msgpack from 'socket.io-msgpack-parser';
import { isModestMsgpack } from './msgpackShape.ts';

type Shape = { depth: number; values: number };

/** The largest request is an envelope for 1,500 recipients: five values each, five levels deep. */
const requests: Shape = { depth: 8, values: 16_384 };
/** The largest answers are those of `enterRoom` (1,501 members, 13 values each) and `fetch` (500 entries). */
const answers: Shape = { depth: 10, values: 65_536 };

type Packet = Parameters<InstanceType<typeof msgpack.Encoder>['encode']>[0];

class GuardedEncoder extends msgpack.Encoder {
  /**
   * The encoder behind it writes of any `Uint8Array` that is not a `Buffer` the whole memory it is a view of: other
   * messages, or keys. So every view is made a `Buffer` of exactly its bytes first.
   */
  override encode(packet: Packet) {
    return super.encode({ ...packet, data: withBuffers(packet.data) } as Packet);
  }
}

function guardedDecoder(shape: Shape) {
  return class GuardedDecoder extends msgpack.Decoder {
    /** Throws for a frame that is no modest packet; Socket.IO then closes the connection. */
    override add(frame: unknown): void {
      if (!Buffer.isBuffer(frame)) throw new TypeError('a packet must be binary');
      if (!isModestMsgpack(frame, shape)) throw new RangeError('a packet of an impossible shape');
      super.add(frame);
    }
  };
}

/** Rule W1: Socket.IO's msgpack parser behind these two checks, for the relay's end of the wire. */
export const relayParser = { Encoder: GuardedEncoder, Decoder: guardedDecoder(requests) };
/** The same for the proxy's end. */
export const proxyParser = { Encoder: GuardedEncoder, Decoder: guardedDecoder(answers) };

function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  }
  if (Array.isArray(value)) return value.map(withBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withBuffers(part)]));
}
