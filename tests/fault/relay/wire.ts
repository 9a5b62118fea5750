import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** `up` is from who connected to who was reached, `down` the way back. */
export type Direction = 'up' | 'down';

/** Bytes that one direction holds back before it stops reading. */
const heldBytes = 1024 * 1024;

/** A TCP wire on 127.0.0.1 that can be cut, held in one or both directions, delayed, and healed. */
export class Wire {
  readonly #server: Server;
  readonly #target: () => number;
  readonly #flows = new Set<Flow>();
  readonly #held = new Set<Direction>();
  #isCut = false;
  #delayMs = 0;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((near) => this.#accept(near));
  }

  /** `target` is asked for the port of each connection: what is behind it may come back on another. */
  static async open(target: () => number): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('a wire listens on a port');
    return address.port;
  }

  /** Ends all connections and refuses new ones. */
  cut(): void {
    this.#isCut = true;
    for (const flow of this.#flows) flow.destroy();
  }

  /** Bytes in this direction, and the end of a connection, do not arrive until the wire is healed. */
  hold(direction: Direction): void {
    this.#held.add(direction);
  }

  /** Bytes arrive so much later, in both directions. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** As new; what was held arrives now. */
  heal(): void {
    this.#isCut = false;
    this.#held.clear();
    this.#delayMs = 0;
    for (const flow of this.#flows) flow.pump();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    near.on('error', () => {});
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = dial({ port: this.#target(), host: '127.0.0.1' });
    far.on('error', () => {});
    this.#flow(near, far, 'up');
    this.#flow(far, near, 'down');
  }

  #flow(from: Socket, to: Socket, direction: Direction): void {
    from.setNoDelay(true);
    const flow = new Flow(from, to, {
      isHeld: () => this.#held.has(direction),
      delayMs: () => this.#delayMs,
    });
    this.#flows.add(flow);
    from.once('close', () => flow.end());
    to.once('close', () => this.#flows.delete(flow));
  }
}

interface Weather {
  isHeld(): boolean;
  delayMs(): number;
}

/** One direction of one connection: what was read and has not been passed on. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: Weather;
  /** `end` comes last. */
  readonly #queue: { what: Buffer | 'end'; dueAt: number }[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    from.on('data', (chunk) => this.#put(chunk));
    to.on('drain', () => this.#from.resume());
  }

  end(): void {
    this.#put('end');
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#from.destroy();
    this.#to.destroy();
  }

  pump(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#weather.isHeld()) return;
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.#queue.shift();
      this.#pass(next.what);
    }
    if (!this.#to.writableNeedDrain) this.#from.resume();
  }

  #put(what: Buffer | 'end'): void {
    this.#queue.push({ what, dueAt: performance.now() + this.#weather.delayMs() });
    this.#queuedBytes += what.length;
    if (this.#queuedBytes > heldBytes) this.#from.pause();
    this.pump();
  }

  #pass(what: Buffer | 'end'): void {
    this.#queuedBytes -= what.length;
    if (what === 'end') this.#to.destroy();
    else if (!this.#to.write(what)) this.#from.pause();
  }
}
