import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { webSocketFrame } from '../packages/relay/src/webSocketFrame.ts';
import { serving } from './serving.ts';

/** Its way to send a frame as it is, which its types hide. */
type Framed = WebSocket & { _sender: { sendFrame(frame: Buffer[]): void } };

/** A broadcast with nothing around it: each message is framed once, and the frame goes to everyone. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const members = new Set<Framed>();

server.on('connection', (socket: Framed) => {
  members.add(socket);
  socket.on('close', () => members.delete(socket));
  socket.on('message', (message: Buffer) => {
    const frame = [webSocketFrame(message)];
    for (const member of members) member._sender.sendFrame(frame);
  });
});

server.once('listening', () => serving(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
