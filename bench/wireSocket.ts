import { connect, type Socket } from 'node:net';

/** How much of a frame's payload is there when `onHead` is called, unless the frame is shorter. */
export const headBytes = 64;

const mask = Buffer.from([0x5a, 0xc3, 0x96, 0x3c]);
const [text, binary] = [1, 2];
const ping = 0x32; // engine.io's '2'

/** What all sockets read into, one after the other: what they hand out is void after the call. */
const shared = Buffer.allocUnsafe(512 * 1024);

/**
 * A WebSocket to a Socket.IO or plain server that costs so little that a process can be a thousand members: frames are
 * counted where they were read and not copied. Answers engine.io's pings by itself.
 */
export class WireSocket {
  /** Told of every frame, whole. */
  onFrame: (payload: Buffer, isText: boolean) => void = () => {};
  /** If there, told of every frame instead, with its first bytes in `chunk` from `at`. */
  onHead: ((chunk: Buffer, at: number, length: number) => void) | undefined;
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #skip = 0;
  #isOpen = false;

  private constructor(url: URL, path: string, opened: () => void) {
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (bytes) => {
          this.#read(bytes, opened);
          return true;
        },
      },
    });
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
    );
  }

  /** `begin` is called before the first frame can come. */
  static open(url: string, path: string, begin: (socket: WireSocket) => void): Promise<WireSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WireSocket(new URL(url), path, () => resolve(socket));
      begin(socket);
      socket.#socket.once('error', reject);
    });
  }

  /** Each payload as a frame of its own, all of them with one write. */
  send(payloads: readonly Buffer[], isText: boolean): void {
    const bytes = payloads.reduce((sum, { length }) => sum + 14 + length, 0);
    const frames = Buffer.allocUnsafe(bytes);
    let offset = 0;
    for (const payload of payloads) offset = writeMasked(frames, offset, payload, isText ? text : binary);
    this.#socket.write(frames.subarray(0, offset));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: number, opened: () => void): void {
    let chunk = shared.subarray(0, bytes);
    if (this.#skip >= bytes) {
      this.#skip -= bytes;
      return;
    }
    if (this.#skip > 0) chunk = chunk.subarray(this.#skip);
    this.#skip = 0;
    if (this.#rest) chunk = Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    if (!this.#isOpen) {
      const end = chunk.indexOf('\r\n\r\n');
      if (end !== -1) {
        this.#isOpen = true;
        offset = end + 4;
        opened();
      }
    }
    if (this.#isOpen) offset = this.#frames(chunk, offset);
    this.#rest = offset < chunk.length ? Buffer.from(chunk.subarray(offset)) : undefined;
  }

  /** Returns where the first frame begins that is not there yet. */
  #frames(chunk: Buffer, start: number): number {
    let offset = start;
    while (chunk.length - offset >= 10 || chunk.length - offset >= 2 + (chunk[offset + 1] ?? 127)) {
      const opcode = (chunk[offset] ?? 0) & 0x0f;
      const short = chunk[offset + 1] ?? 0;
      const begin = offset + (short < 126 ? 2 : short === 126 ? 4 : 10);
      const length =
        short < 126
          ? short
          : short === 126
            ? chunk.readUInt16BE(offset + 2)
            : chunk.readUIntBE(offset + 4, 6);
      const end = begin + length;
      const isHeadOnly = this.onHead !== undefined;
      if (chunk.length < (isHeadOnly ? begin + Math.min(length, headBytes) : end)) return offset;
      if (opcode === text && length === 1 && chunk[begin] === ping) this.send([Buffer.from('3')], true);
      else if (opcode > binary) this.close();
      else if (this.onHead) this.onHead(chunk, begin, length);
      else this.onFrame(chunk.subarray(begin, end), opcode === text);
      offset = end;
      if (end > chunk.length) {
        this.#skip = end - chunk.length;
        return chunk.length;
      }
    }
    return offset;
  }
}

function writeMasked(frames: Buffer, start: number, payload: Buffer, opcode: number): number {
  const { length } = payload;
  let offset = start;
  frames[offset++] = 0x80 | opcode;
  if (length < 126) {
    frames[offset++] = 0x80 | length;
  } else if (length < 2 ** 16) {
    frames[offset++] = 0x80 | 126;
    offset = frames.writeUInt16BE(length, offset);
  } else {
    frames[offset++] = 0x80 | 127;
    offset = frames.writeUInt32BE(length, frames.writeUInt32BE(0, offset));
  }
  frames.set(mask, offset);
  offset += 4;
  for (let index = 0; index < length; index++) {
    frames[offset + index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
  return offset + length;
}
