import {
  type RelayRequest,
  type RelayResponse,
  type RelayUpEvent,
  type Result,
  relayUp,
} from '@otr/protocol';
import { proxyParser as parser } from '@otr/protocol/relayParser';
import { io, type Socket } from 'socket.io-client';
import { generateKeyPair } from '../packages/proxy/src/core/keyPair.ts';
import { pad } from '../packages/proxy/src/core/padding.ts';
import { createPairwiseCipher } from '../packages/proxy/src/core/pairwiseCipher.ts';
import { createRegistration } from '../packages/proxy/src/core/registration.ts';
import { deriveRoomKeys, signEnterRoom } from '../packages/proxy/src/core/roomKeys.ts';
import { randomId } from '../packages/proxy/src/core/text.ts';

/** A room full of sockets in this process. The first one sends, the others receive. */
export type Room = {
  members: number;
  /** Resolves when the server has acknowledged. */
  send(): Promise<void>;
  /** Called once for each message and receiving member. */
  onDelivery: () => void;
  leave(): void;
};

function connect(url: string): Socket {
  return io(url, { transports: ['websocket'], parser, forceNew: true, reconnection: false });
}

function eventOf<Data>(socket: Socket, event: string): Promise<Data> {
  return new Promise((resolve) => socket.once(event, resolve));
}

export async function enterPlainRoom(url: string, members: number): Promise<Room> {
  const sockets: Socket[] = [];
  for (let index = 0; index < members; index++) {
    const socket = connect(url);
    await eventOf(socket, 'connect');
    socket.on('message', () => room.onDelivery());
    sockets.push(socket);
  }
  const message = Buffer.alloc(285, 1); // as long as one slice of ours
  const room: Room = {
    members,
    send: () => new Promise((resolve) => sockets[0]?.emit('message', message, () => resolve())),
    onDelivery: () => {},
    leave: () => {
      for (const socket of sockets) socket.disconnect();
    },
  };
  return room;
}

/** The answer's value; a refusal ends the benchmark. */
async function request<Event extends RelayUpEvent>(
  socket: Socket,
  event: Event,
  data: RelayRequest<Event>,
): Promise<RelayResponse<Event>> {
  const answer = await new Promise<Result<RelayResponse<Event>>>((resolve) =>
    socket.emit(event, data, resolve),
  );
  if (!answer.ok) throw new Error(`${event}: ${answer.error.code} ${answer.error.message}`);
  return relayUp[event].response.parse(answer.value) as RelayResponse<Event>;
}

export async function enterRelayRoom(url: string, members: number): Promise<Room> {
  const id = randomId();
  const keys = deriveRoomKeys(id, new Uint8Array(32).fill(1));
  const sockets: Socket[] = [];
  const pairs = Array.from({ length: members }, () => generateKeyPair());
  let epoch = 0;
  for (const [index, pair] of pairs.entries()) {
    const socket = connect(url);
    const { nonce } = await eventOf<{ nonce: Uint8Array }>(socket, 'challenge');
    const signature = signEnterRoom(keys, nonce, id);
    if (index === 0)
      await request(socket, 'createRoom', { room: id, accessKey: keys.accessPublicKey, signature });
    await request(socket, 'enterRoom', { room: id, signature, keys: [pair.publicKey] });
    const registration = createRegistration(id, keys, pair.publicKey, `Member ${index}`);
    ({ epoch } = await request(socket, 'registerKey', { room: id, id: randomId(), ...registration }));
    sockets.push(socket);
  }
  const [own, ...others] = pairs;
  const sender = sockets[0];
  if (!own || !sender) throw new Error('a room needs a member');
  const cipher = createPairwiseCipher(id, [own]);
  const recipients = others.map((pair) => pair.publicKey);
  // Sealed once and appended under many ids: sealing has figures of its own.
  const envelope = cipher.seal({ id: randomId(), plaintext: pad(Buffer.from('Hello')), recipients });
  const room: Room = {
    members,
    send: async () => {
      await request(sender, 'append', { room: id, id: randomId(), epoch, ...envelope });
    },
    onDelivery: () => {},
    leave: () => {
      for (const socket of sockets) socket.disconnect();
    },
  };
  for (const socket of sockets.slice(1)) {
    socket.on('entries', ({ entries }: { entries: { kind: string }[] }) => {
      for (const entry of entries) if (entry.kind === 'envelope') room.onDelivery();
    });
  }
  return room;
}
