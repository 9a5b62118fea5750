import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import * as parser from 'socket.io-msgpack-parser';

/** The peer: a Socket.IO chat as its tutorial writes it, with our transport and parser. Keeps nothing. */
const http = createServer();
const server = new Server(http, { transports: ['websocket'], parser, perMessageDeflate: false });

server.on('connection', (socket) => {
  void socket.join('room');
  socket.on('message', (message: unknown, acknowledge: () => void) => {
    socket.to('room').emit('message', message);
    acknowledge();
  });
});

http.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }));
});
