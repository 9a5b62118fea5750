import type { Dialect } from './dialect.ts';
import { binaryMessage, messageBytes, readBinary } from './message.ts';
import { connectAll } from './socketIo.ts';
import { WireSocket } from './wireSocket.ts';

/** The `ws` package without anything above it: a message is a frame. */
export const raw: Dialect = {
  isText: false,
  enter: (url, members) => connectAll(members, () => WireSocket.open(url, '/', () => {})),
  payload: binaryMessage,
  delivered: (_chunk, _at, length) => (length === messageBytes ? 1 : 0),
  done: (chunk, at, length, sender) =>
    length === messageBytes && readBinary(chunk, at).sender === sender ? 1 : 0,
  sentAt: (frame) => (frame.length === messageBytes ? [readBinary(frame, 0).at] : []),
};
