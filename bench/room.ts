import type { Dialect } from './dialect.ts';
import type { WireSocket } from './wireSocket.ts';

/** Members whose deliveries are timed under load; all others only count. */
const timedMembers = 2;

/** A room full of sockets in this process. The first members send. */
export class Room {
  readonly members: number;
  /** Called for each frame of deliveries. */
  onDelivered: (messages: number) => void = () => {};
  /** Called when so many messages of a sender are acknowledged, or have come back to it. */
  onDone: (sender: number, messages: number) => void = () => {};
  /** Called with the milliseconds that a delivery took, at members whose deliveries are timed. */
  onTimed: (ms: number) => void = () => {};
  readonly #sockets: readonly WireSocket[];
  readonly #dialect: Dialect;

  private constructor(sockets: readonly WireSocket[], dialect: Dialect) {
    this.members = sockets.length;
    this.#sockets = sockets;
    this.#dialect = dialect;
    this.time('some');
  }

  static async enter(url: string, members: number, dialect: Dialect): Promise<Room> {
    return new Room(await dialect.enter(url, members), dialect);
  }

  /** So many messages at once. */
  send(sender: number, messages: number): void {
    const at = performance.now();
    const payloads = Array.from({ length: messages }, () => this.#dialect.payload({ sender, at }));
    this.#sockets[sender]?.send(payloads, this.#dialect.isText);
  }

  /** Whose deliveries are timed: that costs, so under load it is only some of those that don't send. */
  time(who: 'some' | 'all'): void {
    const { delivered, done, sentAt } = this.#dialect;
    for (const [index, socket] of this.#sockets.entries()) {
      const count = (chunk: Buffer, at: number, length: number) => {
        const messages = delivered(chunk, at, length);
        if (messages > 0) this.onDelivered(messages);
        const own = done(chunk, at, length, index);
        if (own > 0) this.onDone(index, own);
      };
      socket.onFrame = (frame) => {
        count(frame, 0, frame.length);
        const now = performance.now();
        for (const at of sentAt(frame)) this.onTimed(now - at);
      };
      const isTimed = who === 'all' || index >= this.members - timedMembers;
      socket.onHead = isTimed ? undefined : count;
    }
  }

  leave(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
