import { connect, type Socket } from 'node:net';
import { clientFrame, FrameReader } from './webSocketBytes.ts';

/** What a client asks for to be given a WebSocket by Socket.IO. */
export const upgradeRequest =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\n' +
  'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/**
 * A TCP connection of somebody who keeps no rule: any bytes go out, and all that comes back is seen, as bytes and as
 * the payloads of the WebSocket frames in it.
 */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
  readonly #reader = new FrameReader();
  readonly #payloads: Buffer[] = [];
  #head: Buffer = Buffer.alloc(0);
  #status: number | undefined;
  #isGone = false;
  #wake: (() => void) | undefined;
  /** Told of everything that arrives, before anything is made of it. */
  onBytes: (bytes: Buffer) => void = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay();
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this.#take(bytes));
    this.gone = new Promise((resolve) =>
      this.socket.once('close', () => {
        this.#isGone = true;
        this.#wake?.();
        resolve();
      }),
    );
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  write(bytes: string | Uint8Array): void {
    if (!this.#isGone) this.socket.write(bytes);
  }

  /** Sends a payload as a whole binary message. */
  send(payload: Uint8Array): void {
    this.write(clientFrame(payload));
  }

  /** The status of the answer to an HTTP request; undefined when the connection ended without one. */
  async status(): Promise<number | undefined> {
    while (this.#status === undefined && !this.#isGone) await this.#more();
    return this.#status;
  }

  /** The next payload that satisfies the condition; those before it are dropped. Undefined when there will be none. */
  async next(condition: (payload: Buffer) => boolean = () => true): Promise<Buffer | undefined> {
    for (;;) {
      const payload = this.#payloads.shift();
      if (payload !== undefined && condition(payload)) return payload;
      if (payload === undefined && this.#isGone) return undefined;
      if (payload === undefined) await this.#more();
    }
  }

  cut(): void {
    this.socket.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(bytes: Buffer): void {
    this.onBytes(bytes);
    if (this.#status === undefined) {
      this.#head = Buffer.concat([this.#head, bytes]);
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return;
      this.#status = Number(this.#head.subarray(9, 12).toString('latin1'));
      this.#payloads.push(...this.#reader.read(this.#head.subarray(end + 4)));
    } else {
      this.#payloads.push(...this.#reader.read(bytes));
    }
    if (this.#reader.saysGoodbye) this.socket.end();
    this.#wake?.();
  }
}
