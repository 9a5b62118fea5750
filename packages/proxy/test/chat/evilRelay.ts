import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Entry, RelayDownEvent, RelayUpEvent } from '@otr/protocol';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';

type Answer = { ok: boolean; value?: { entries?: Entry[] } & Record<string, unknown> };

/** A relay that misbehaves: it stands before a real one and may change all that passes. */
export interface EvilRelay {
  readonly url: string;
  /** Changes each entry on its way to the proxy, live or fetched; none for one that is withheld. */
  onEntry: (entry: Entry) => Entry[];
  /** Changes each answer. */
  onAnswer: (event: RelayUpEvent, answer: Answer) => unknown;
  /** Sends an event of its own to every proxy. */
  tell(event: RelayDownEvent | string, message: unknown): void;
  /** Loses all connections. */
  cut(): void;
  /** When no connection is left. */
  deserted(): Promise<void>;
  /** Requests that have come, by name. */
  readonly asked: RelayUpEvent[];
  close(): Promise<void>;
}

export async function startEvilRelay(realUrl: string): Promise<EvilRelay> {
  const http = createServer();
  const server = new Server(http, { parser, transports: ['websocket'], maxHttpBufferSize: 2 ** 24 });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const evil: EvilRelay = {
    url: `http://127.0.0.1:${port}`,
    onEntry: (entry) => [entry],
    onAnswer: (_event, answer) => answer,
    // Past the checks of `emit`: the names that Socket.IO keeps for itself are what an evil relay would try.
    tell: (event, message) => {
      const packet = { type: 2, nsp: '/', data: [event, message] };
      server.of('/').adapter.broadcast(packet, { rooms: new Set(), except: new Set(), flags: {} });
    },
    cut: () => server.disconnectSockets(true),
    deserted: async () => {
      for (const socket of server.sockets.sockets.values()) {
        await new Promise((resolve) => socket.once('disconnect', resolve));
      }
    },
    asked: [],
    close: () => server.close(),
  };
  server.on('connection', (socket) => passOn(socket, realUrl, evil));
  return evil;
}

function passOn(socket: Socket, realUrl: string, evil: EvilRelay): void {
  const real = io(realUrl, { parser, transports: ['websocket'], forceNew: true, reconnection: false });
  real.onAny((event: string, message: { entries?: Entry[] }) => {
    if (event !== 'entries') return socket.emit(event, message);
    const entries = (message.entries ?? []).flatMap((entry) => evil.onEntry(entry));
    return entries.length > 0 && socket.emit(event, { ...message, entries });
  });
  socket.onAny((event: RelayUpEvent, request: unknown, answer: (value: unknown) => void) => {
    evil.asked.push(event);
    real.emit(event, request, (given: Answer) => answer(evil.onAnswer(event, changed(given, evil))));
  });
  socket.on('disconnect', () => real.disconnect());
  real.on('disconnect', () => socket.disconnect(true));
}

function changed(answer: Answer, evil: EvilRelay): Answer {
  if (!answer.value?.entries) return answer;
  const entries = answer.value.entries.flatMap((entry) => evil.onEntry(entry));
  return { ...answer, value: { ...answer.value, entries } };
}
