import * as msgpack from 'socket.io-msgpack-parser';
import { isModestMsgpack } from './msgpackShape.ts';

/** The largest packet of the wire is an envelope for 1,500 recipients: five values each, five levels deep. */
const shape = { depth: 8, values: 16_384 };

class GuardedDecoder extends msgpack.Decoder {
  /** Throws for a frame that is no modest packet; Socket.IO then closes the connection. */
  override add(frame: unknown): void {
    if (!Buffer.isBuffer(frame)) throw new TypeError('a packet must be binary');
    if (!isModestMsgpack(frame, shape)) throw new RangeError('a packet of an impossible shape');
    super.add(frame);
  }
}

/** Rule W1: Socket.IO's msgpack parser, behind a check of every frame's shape. */
export const guardedParser = { Encoder: msgpack.Encoder, Decoder: GuardedDecoder };
