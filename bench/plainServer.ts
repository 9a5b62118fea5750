import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import * as msgpack from 'socket.io-msgpack-parser';
import { serving } from './serving.ts';

/** The peer: a Socket.IO chat as its tutorial writes it, with our transport. Keeps nothing. */
const http = createServer();
const server = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  ...(process.argv[2] === 'msgpack' && { parser: msgpack }),
});

server.on('connection', (socket) => {
  void socket.join('room');
  socket.on('message', (message: unknown) => server.to('room').emit('message', message));
});

http.listen(0, '127.0.0.1', () => serving(`http://127.0.0.1:${(http.address() as AddressInfo).port}`));
