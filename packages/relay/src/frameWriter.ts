import { type AppendAcknowledgement, countPerFrame, encodeAcknowledgements } from '@otr/protocol';
import type { Socket } from 'socket.io';
import { directStream, unreadBytes } from './transport.ts';
import { webSocketFrame } from './webSocketFrame.ts';

/**
 * What one connection is sent in one turn of the event loop leaves with one write (rule L10), in the order in which it
 * was given. Frames go to the stream below the WebSocket as they are; while engine.io holds packets back they go behind
 * those, through engine.io. A packet that Socket.IO sends by itself goes behind the frames that were given before it.
 */
export class FrameWriter {
  readonly #socket: Socket;
  #acknowledgements: AppendAcknowledgement[] = [];
  #frames: Buffer[] = [];
  #frameBytes = 0;
  #isDue = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.conn.on('packetCreate', () => this.flush());
  }

  /** Acknowledgements that are given one after the other are one frame (rule W5). */
  acknowledge(acknowledgement: AppendAcknowledgement): void {
    this.#acknowledgements.push(acknowledgement);
    if (this.#acknowledgements.length === countPerFrame) this.#frameAcknowledgements();
    this.#flushSoon();
  }

  /** `frame` is a whole WebSocket frame, and no longer the caller's to change. */
  write(frame: Buffer): void {
    this.#frameAcknowledgements();
    this.#push(frame);
    this.#flushSoon();
  }

  /** Bytes that this connection was given and has not taken yet. */
  get unreadBytes(): number {
    return this.#frameBytes + unreadBytes(this.#socket);
  }

  /** Writes what was given so far. It happens by itself at the end of the turn. */
  flush(): void {
    this.#frameAcknowledgements();
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#frameBytes = 0;
    const stream = directStream(this.#socket);
    if (stream === undefined) this.#writeBehind(frames);
    else stream.write(asOne(frames));
  }

  #frameAcknowledgements(): void {
    if (this.#acknowledgements.length === 0) return;
    const frame = webSocketFrame(encodeAcknowledgements(this.#acknowledgements));
    this.#acknowledgements = [];
    this.#push(frame);
  }

  #push(frame: Buffer): void {
    this.#frames.push(frame);
    this.#frameBytes += frame.length;
  }

  #flushSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.flush();
    });
  }

  /** `wsPreEncodedFrame` is engine.io's own way to send a frame as it is; the data is only looked at for its length. */
  #writeBehind(frames: readonly Buffer[]): void {
    const { conn } = this.#socket;
    for (const frame of frames) {
      const options = { compress: false, wsPreEncodedFrame: [frame] };
      conn.write(frame, options as Parameters<typeof conn.write>[1]);
    }
  }
}

function asOne(frames: readonly Buffer[]): Buffer {
  const [first] = frames;
  return first !== undefined && frames.length === 1 ? first : Buffer.concat(frames);
}
