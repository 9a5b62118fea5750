import * as msgpack from 'socket.io-msgpack-parser';
import { isModestMsgpack } from './msgpackShape.ts';

/** The largest packet of the wire is an envelope for 1,500 recipients: five values each, five levels deep. */
const shape = { depth: 8, values: 16_384 };

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

class GuardedDecoder extends msgpack.Decoder {
  /** Throws for a frame that is no modest packet; Socket.IO then closes the connection. */
  override add(frame: unknown): void {
    if (!Buffer.isBuffer(frame)) throw new TypeError('a packet must be binary');
    if (!isModestMsgpack(frame, shape)) throw new RangeError('a packet of an impossible shape');
    super.add(frame);
  }
}

/** Rule W1: Socket.IO's msgpack parser for the relay wire, on both of its ends, behind these two checks. */
export const relayParser = { Encoder: GuardedEncoder, Decoder: GuardedDecoder };

function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  }
  if (Array.isArray(value)) return value.map(withBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withBuffers(part)]));
}
