/** WebSocket frames as a client sends them (RFC 6455 §5.2), also those that it must not send. */
export interface FrameShape {
  isFinal: boolean;
  /** The three reserved bits. */
  reserved: number;
  opcode: number;
  isMasked: boolean;
  /** What the frame says of its length, where that is not so. */
  saidLength: number | bigint;
  /** Bytes that the length is written in: 0, 2 or 8 beyond the first. */
  lengthBytes: 0 | 2 | 8;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The same mask for all: what it is makes no difference to the relay. */
const mask = Buffer.from([0x5a, 0x13, 0x77, 0xc4]);

/** A whole masked binary message, unless told otherwise. */
export function clientFrame(payload: Uint8Array, shape: Partial<FrameShape> = {}): Buffer {
  const { isFinal = true, reserved = 0, opcode = opcodes.binary, isMasked = true } = shape;
  const said = shape.saidLength ?? payload.length;
  const lengthBytes = shape.lengthBytes ?? (said < 126 ? 0 : said < 2 ** 16 ? 2 : 8);
  const headBytes = 2 + lengthBytes;
  const frame = Buffer.allocUnsafe(headBytes + (isMasked ? 4 : 0) + payload.length);
  frame[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const short = lengthBytes === 0 ? Number(said) : lengthBytes === 2 ? 126 : 127;
  frame[1] = (isMasked ? 0x80 : 0) | (short & 0x7f);
  if (lengthBytes === 2) frame.writeUInt16BE(Number(said) & 0xffff, 2);
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt.asUintN(64, BigInt(said)), 2);
  if (!isMasked) {
    frame.set(payload, headBytes);
    return frame;
  }
  frame.set(mask, headBytes);
  for (let at = 0; at < payload.length; at += 1) {
    frame[headBytes + 4 + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  }
  return frame;
}

/** Takes the payloads of a server's frames out of a stream of bytes. */
export class FrameReader {
  /** The server says goodbye and waits for an answer to it (RFC 6455 §7.1.2). */
  saysGoodbye = false;
  #rest: Buffer = Buffer.alloc(0);

  read(bytes: Buffer): Buffer[] {
    const payloads: Buffer[] = [];
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const place = placeOf(this.#rest);
      if (place === undefined || place.end > this.#rest.length) return payloads;
      this.saysGoodbye ||= (this.#rest.readUInt8(0) & 0x0f) === opcodes.close;
      payloads.push(this.#rest.subarray(place.begin, place.end));
      this.#rest = this.#rest.subarray(place.end);
    }
  }
}

/** Where the payload of the first frame is; undefined while its head is incomplete. */
function placeOf(bytes: Buffer): { begin: number; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const begin = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < begin) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { begin, end: begin + length };
}
