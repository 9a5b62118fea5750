import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type RelayDownEvent,
  type RelayMessage,
  type RelayRequest,
  type RelayResponse,
  type RelayResult,
  type RelayUpEvent,
  relayDown,
  relayResultOf,
} from '@otr/protocol';
import { proxyParser as parser } from '@otr/protocol/relayParser';
import { io, type Socket } from 'socket.io-client';
import { type TestInvite, type TestRoom, testSlice } from './testRoom.ts';

type Down = { [Event in RelayDownEvent]: { event: Event; message: RelayMessage<Event> } }[RelayDownEvent];

/** A proxy's end of the relay wire over a real socket. Everything received is parsed by the wire's schemas. */
export class TestClient {
  readonly socket: Socket;
  readonly received: Down[] = [];
  #waiting: (() => void)[] = [];

  private constructor(url: string) {
    this.socket = io(url, { transports: ['websocket'], parser, forceNew: true, reconnection: false });
    for (const event of Object.keys(relayDown) as RelayDownEvent[]) {
      this.socket.on(event, (message: unknown) => {
        this.received.push({ event, message: relayDown[event].parse(message) } as Down);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    }
  }

  static async connect(url: string): Promise<TestClient> {
    const client = new TestClient(url);
    await client.next('challenge');
    return client;
  }

  get challenge(): Uint8Array {
    const first = this.received.find((down) => down.event === 'challenge');
    if (first?.event !== 'challenge') throw new Error('no challenge came');
    return first.message.nonce;
  }

  /** The messages of this event so far. */
  all<Event extends RelayDownEvent>(event: Event): RelayMessage<Event>[] {
    return this.received
      .filter((down) => down.event === event)
      .map((down) => down.message) as RelayMessage<Event>[];
  }

  /** The first message of this event, past or future, that satisfies the condition. */
  async next<Event extends RelayDownEvent>(
    event: Event,
    condition: (message: RelayMessage<Event>) => boolean = () => true,
  ): Promise<RelayMessage<Event>> {
    for (;;) {
      const found = this.all(event).find(condition);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** All live entries of a room once the one at `seq` is there. */
  async entriesUpTo(room: Uint8Array, seq: number) {
    await this.next('entries', (message) => message.entries.some((entry) => entry.seq >= seq));
    return this.all('entries')
      .filter((message) => Buffer.compare(message.room, room) === 0)
      .flatMap((message) => message.entries);
  }

  async ask<Event extends RelayUpEvent>(
    event: Event,
    request: RelayRequest<Event>,
  ): Promise<RelayResult<Event>> {
    const answer: unknown = await this.socket.emitWithAck(event, request);
    return relayResultOf(event).parse(answer) as RelayResult<Event>;
  }

  /** As `ask`, for what must succeed. */
  async done<Event extends RelayUpEvent>(
    event: Event,
    request: RelayRequest<Event>,
  ): Promise<RelayResponse<Event>> {
    const result = await this.ask(event, request);
    if (!result.ok) throw new Error(`${event}: ${result.error.code} ${result.error.message}`);
    return result.value;
  }

  /** As `ask`, for what must be refused. */
  async refused<Event extends RelayUpEvent>(event: Event, request: RelayRequest<Event>) {
    const result = await this.ask(event, request);
    if (result.ok) throw new Error(`${event} was not refused`);
    return result.error;
  }

  async create({ room, accessKey, signFor }: TestRoom): Promise<void> {
    await this.done('createRoom', { room, accessKey, signature: signFor(this.challenge) });
  }

  enter({ room, accessKey, signFor }: TestRoom, keys: Uint8Array[] = []) {
    return this.done('enterRoom', { room, accessKey, signature: signFor(this.challenge), keys });
  }

  /** A request for a message to everyone. */
  message(room: TestRoom, epoch: number, body: Uint8Array = randomBytes(200)): RelayRequest<'append'> {
    return { room: room.room, id: randomBytes(16), epoch, seen: 0, slices: [], body };
  }

  /** A request for a message that has a slice for each of these keys. */
  whisper(room: TestRoom, epoch: number, to: readonly Uint8Array[]): RelayRequest<'append'> {
    return { ...this.message(room, epoch), slices: to.map((key) => testSlice(key)) };
  }

  /** A request for a commit that opens the next epoch with this access key. */
  commit(
    room: TestRoom,
    epoch: number,
    next: TestRoom,
    welcomes: RelayRequest<'commit'>['welcomes'] = [],
  ): RelayRequest<'commit'> {
    const { accessKey } = next;
    const body = randomBytes(300);
    return { room: room.room, id: randomBytes(16), epoch, seen: 0, accessKey, body, welcomes };
  }

  /** A request for a knock with this invite. */
  knock(room: TestRoom, invite: TestInvite): RelayRequest<'knock'> {
    return {
      room: room.room,
      id: randomBytes(16),
      invite: invite.invite,
      signature: invite.signFor(this.challenge, room.room),
      keyPackageRef: randomBytes(32),
      sealed: randomBytes(1_200),
    };
  }

  async disconnected(): Promise<void> {
    if (this.socket.connected) await once(this.socket as unknown as NodeJS.EventEmitter, 'disconnect');
  }

  close(): void {
    this.socket.disconnect();
  }
}
