import {
  type RelayMessage,
  type RelayRequest,
  type RelayResult,
  type RelayUpEvent,
  relayDown,
  relayResultOf,
} from '@otr/protocol';
import { proxyParser as parser } from '@otr/protocol/relayParser';
import { io, type Socket } from 'socket.io-client';

/** After so long without an answer a connection counts as dead. */
const patienceMs = 3_000;
/** A held direction shows only to who asks. */
const askMs = 1_000;

export interface Hearer {
  entries(message: RelayMessage<'entries'>): void;
  ended(): void;
}

/** A proxy's connection to a node that may be killed or cut off at any moment. */
export class Connection {
  readonly challenge: Uint8Array;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;

  private constructor(socket: Socket, challenge: Uint8Array, hearer: Hearer) {
    this.#socket = socket;
    this.challenge = challenge;
    socket.on('entries', (message: unknown) => hearer.entries(relayDown.entries.parse(message)));
    socket.once('disconnect', () => {
      clearInterval(this.#timer);
      hearer.ended();
    });
    // Whatever it answers, it answers.
    this.#timer = setInterval(() => void this.ask('exitRoom', { room: Buffer.alloc(16) }), askMs);
  }

  /** Undefined when the node does not answer in time. */
  static async open(url: string, hearer: Hearer): Promise<Connection | undefined> {
    const socket = io(url, { transports: ['websocket'], parser, forceNew: true, reconnection: false });
    const challenge = await new Promise<Uint8Array | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), patienceMs);
      const settle = (nonce?: Uint8Array) => {
        clearTimeout(timer);
        resolve(nonce);
      };
      socket.once('challenge', (message: unknown) => settle(relayDown.challenge.parse(message).nonce));
      socket.once('connect_error', () => settle());
      socket.once('disconnect', () => settle());
    });
    if (challenge !== undefined && socket.connected) return new Connection(socket, challenge, hearer);
    socket.disconnect();
    return undefined;
  }

  /** Undefined when no answer came: then the connection is over. */
  async ask<Event extends RelayUpEvent>(
    event: Event,
    request: RelayRequest<Event>,
  ): Promise<RelayResult<Event> | undefined> {
    const answer: unknown = await this.#socket
      .timeout(patienceMs)
      .emitWithAck(event, request)
      .catch(() => undefined);
    if (answer === undefined) {
      this.close();
      return undefined;
    }
    return relayResultOf(event).parse(answer) as RelayResult<Event>;
  }

  close(): void {
    this.#socket.disconnect();
  }
}
