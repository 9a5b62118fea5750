import * as msgpack from 'socket.io-msgpack-parser';
import type { Dialect } from './dialect.ts';
import { binaryMessage, messageBytes, readBinary, readText, textMessage } from './message.ts';
import { WireSocket } from './wireSocket.ts';

export const socketIoPath = '/socket.io/?EIO=4&transport=websocket';

/** `4` is engine.io's message, `2` Socket.IO's event. */
const eventHead = '42["message","';

/** Socket.IO with its default parser: a message is a text in JSON. */
export const plain: Dialect = {
  isText: true,
  enter: (url, members) =>
    connectAll(members, () => connect(url, true, Buffer.from('40'), (frame) => frame[1] === 0x30)),
  payload: (sent) => Buffer.from(`${eventHead}${textMessage(sent)}"]`),
  delivered: (_chunk, _at, length) => (length > messageBytes ? 1 : 0),
  done: (chunk, at, length, sender) =>
    length > messageBytes && readText(chunk, at + eventHead.length).sender === sender ? 1 : 0,
  sentAt: (frame) => (frame.length > messageBytes ? [readText(frame, eventHead.length).at] : []),
};

const encoder = new msgpack.Encoder();

function packed(packet: object): Buffer {
  const [frame] = encoder.encode(packet) as unknown as [Buffer];
  return frame;
}

const event = (message: Buffer) => packed({ type: 2, data: ['message', message], nsp: '/' });
const messageAt = event(binaryMessage({ sender: 0x61626364, at: 0 })).indexOf('abcd');

/** Socket.IO with its msgpack parser: a message is bytes. */
export const plainMsgpack: Dialect = {
  isText: false,
  enter: (url, members) =>
    connectAll(members, () =>
      connect(url, false, packed({ type: 0, nsp: '/' }), (frame, isText) => !isText && frame.includes('sid')),
    ),
  payload: (sent) => event(binaryMessage(sent)),
  delivered: (_chunk, _at, length) => (length > messageBytes ? 1 : 0),
  done: (chunk, at, length, sender) =>
    length > messageBytes && readBinary(chunk, at + messageAt).sender === sender ? 1 : 0,
  sentAt: (frame) => (frame.length > messageBytes ? [readBinary(frame, messageAt).at] : []),
};

/** Resolves when Socket.IO has answered the connect packet. */
async function connect(
  url: string,
  isText: boolean,
  connectPacket: Buffer,
  isAnswer: (frame: Buffer, isText: boolean) => boolean,
): Promise<WireSocket> {
  let resolve = () => {};
  const connected = new Promise<void>((done) => {
    resolve = done;
  });
  const socket = await WireSocket.open(url, socketIoPath, (opening) => {
    opening.onFrame = (frame, isFrameText) => {
      if (isAnswer(frame, isFrameText)) resolve();
    };
  });
  socket.send([connectPacket], isText);
  await connected;
  return socket;
}

/** Not all at once: a server's backlog has an end. */
export async function connectAll<Member>(count: number, open: () => Promise<Member>): Promise<Member[]> {
  const all: Member[] = [];
  while (all.length < count) {
    const some = Array.from({ length: Math.min(50, count - all.length) }, open);
    all.push(...(await Promise.all(some)));
  }
  return all;
}
