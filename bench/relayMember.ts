import { randomBytes } from 'node:crypto';
import { decodeEntries, encodeAppend, entriesFrameKind, type RelayUpEvent } from '@otr/protocol';
import { proxyParser } from '@otr/protocol/relayParser';
import { type TestRoom, testRoom } from '../packages/relay/test/testRoom.ts';
import type { Dialect } from './dialect.ts';
import { binaryMessage, readBinary, type Sent } from './message.ts';
import { connectAll, socketIoPath } from './socketIo.ts';
import { WireSocket } from './wireSocket.ts';

/** kind, room, number of entries; then the entry's length, its place, and the body of a message. */
const countAt = 1 + 16;
const bodyAt = 1 + 6 + 6 + 16 + 4;
const acknowledgements = 0x02;

/**
 * Our relay: a room without commits, one access key for all, messages whose ciphertext is all there is to them. Members
 * are spread over the relay that they are told to enter and these others.
 */
export function relayRoom(others: readonly string[] = []): Dialect {
  const room = testRoom();
  let appended = 0;
  return {
    isText: false,
    enter: async (url, members) => {
      const first = await RelayMember.connect(url);
      await first.createAndEnter(room);
      const urls = [...others, url];
      let entered = 0;
      const rest = await connectAll(members - 1, async () => {
        const member = await RelayMember.connect(urls[entered++ % urls.length] ?? url);
        await member.enter(room);
        return member.socket;
      });
      return [first.socket, ...rest];
    },
    payload: (sent) => appendPayload(room, sent, ++appended),
    delivered: (chunk, at) => (chunk[at] === entriesFrameKind ? chunk.readUInt16BE(at + countAt) : 0),
    done: (chunk, at) => (chunk[at] === acknowledgements ? chunk.readUInt16BE(at + 1) : 0),
    sentAt: (frame) => {
      if (frame[0] !== entriesFrameKind) return [];
      return decodeEntries(frame).entries.map((packed) => readBinary(packed, bodyAt).at);
    },
  };
}

function appendPayload({ room }: TestRoom, sent: Sent, number: number): Buffer {
  const id = randomBytes(16);
  const request = { room, id, epoch: 0, seen: 0, slices: [], body: binaryMessage(sent) };
  const payload = encodeAppend(number, request);
  if (payload === undefined) throw new TypeError('a message that has no frame');
  return payload;
}

interface Packet {
  type: number;
  id?: number;
  data?: unknown;
}

/** A member's way into a room, in Socket.IO packets. */
export class RelayMember {
  readonly socket: WireSocket;
  #challenge: Buffer = Buffer.alloc(0);
  #asked = 0;
  readonly #answers = new Map<number, (answer: unknown) => void>();

  private constructor(socket: WireSocket) {
    this.socket = socket;
  }

  static async connect(url: string): Promise<RelayMember> {
    const challenged = Promise.withResolvers<Buffer>();
    const decoder = new proxyParser.Decoder();
    const member = new RelayMember(
      await WireSocket.open(url, socketIoPath, (opening) => {
        opening.onFrame = (frame, isText) => {
          if (!isText) decoder.add(Buffer.from(frame));
        };
      }),
    );
    decoder.on('decoded', ({ type, id, data }: Packet) => {
      if (type === 3 && id !== undefined && Array.isArray(data)) member.#answers.get(id)?.(data[0]);
      if (type === 2 && Array.isArray(data) && data[0] === 'challenge') challenged.resolve(data[1].nonce);
    });
    member.#send({ type: 0 });
    member.#challenge = await challenged.promise;
    return member;
  }

  async createAndEnter(room: TestRoom): Promise<void> {
    const signature = room.signFor(this.#challenge);
    await this.#ask('createRoom', { room: room.room, accessKey: room.accessKey, signature });
    await this.enter(room);
  }

  async enter({ room, accessKey, signFor }: TestRoom): Promise<void> {
    await this.#ask('enterRoom', { room, accessKey, signature: signFor(this.#challenge), keys: [] });
  }

  async #ask(event: RelayUpEvent, request: object): Promise<void> {
    const id = this.#asked++;
    const answered = Promise.withResolvers<unknown>();
    this.#answers.set(id, answered.resolve);
    this.#send({ type: 2, id, data: [event, request] });
    const answer = (await answered.promise) as { ok: boolean };
    this.#answers.delete(id);
    if (!answer.ok) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  }

  #send(packet: Packet): void {
    this.socket.send(new proxyParser.Encoder().encode({ nsp: '/', ...packet }), false);
  }
}
