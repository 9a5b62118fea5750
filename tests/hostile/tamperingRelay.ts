import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelayMessage, RelayUpEvent } from '@otr/protocol';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import * as parser from 'socket.io-msgpack-parser';
import { PacketType } from 'socket.io-parser';

const encoder = new parser.Encoder();

/** One proxy's connection, numbered in the order in which they came. */
export type Visitor = { index: number; send(event: string, data: unknown): void };

export type Tampering = {
  /** The answer that the proxy is given for its request; the true one comes in. */
  answer?(event: RelayUpEvent, request: unknown, answer: unknown, visitor: Visitor): unknown;
  /** The events that the proxy is given in place of one from the relay (`[]` withholds it). */
  event?(event: string, data: unknown, visitor: Visitor): unknown[];
  /** The request that the relay is given. */
  request?(event: RelayUpEvent, request: unknown, visitor: Visitor): unknown;
};

export type TamperingRelay = {
  url: string;
  visitors: Visitor[];
  /** Every frame that proxies sent, as it came off the wire. */
  frames: Buffer[];
  tamper(how: Tampering): void;
  /** Calls `look` with every request of every visitor, as it was sent. */
  watch(look: (event: RelayUpEvent, request: unknown, visitor: Visitor) => void): void;
  close(): Promise<void>;
};

/**
 * A relay that is not to be trusted: it stands before a true one, passes everything on, and lies where a test tells
 * it to. With nothing to tamper it is invisible, which is each test's negative control.
 */
export async function startTamperingRelay(trueRelayUrl: string): Promise<TamperingRelay> {
  const http = createServer();
  const server = new Server(http, { transports: ['websocket'], parser, maxHttpBufferSize: 2 ** 21 });
  const visitors: Visitor[] = [];
  const frames: Buffer[] = [];
  const watchers: ((event: RelayUpEvent, request: unknown, visitor: Visitor) => void)[] = [];
  let tampering: Tampering = {};

  server.engine.on(
    'connection',
    (connection: { on(event: 'data', listener: (data: unknown) => void): void }) => {
      connection.on('data', (data) => frames.push(Buffer.isBuffer(data) ? data : Buffer.from(String(data))));
    },
  );

  server.on('connection', (down: Socket) => {
    const up = io(trueRelayUrl, { transports: ['websocket'], parser, forceNew: true, reconnection: false });
    // Written below Socket.IO's interface, which refuses names such as `disconnect`: a hostile relay does not.
    const send = (event: string, data: unknown) => {
      // The parser's types say a buffer; it is a list of one, as Socket.IO wants it.
      const packet = { type: PacketType.EVENT, nsp: '/', data: [event, data] };
      const [frame] = encoder.encode(packet) as unknown as [Buffer];
      down.conn.write(frame);
    };
    const visitor: Visitor = { index: visitors.length, send };
    visitors.push(visitor);
    up.onAny((event: string, data: unknown) => {
      for (const sent of tampering.event?.(event, data, visitor) ?? [data]) down.emit(event, sent);
    });
    down.onAny((event: RelayUpEvent, request: unknown, acknowledge?: (answer: unknown) => void) => {
      for (const look of watchers) look(event, request, visitor);
      const passed = tampering.request?.(event, request, visitor) ?? request;
      up.emit(event, passed, (answer: unknown) => {
        acknowledge?.(tampering.answer?.(event, request, answer, visitor) ?? answer);
      });
    });
    up.on('disconnect', () => down.disconnect(true));
    up.on('connect_error', () => down.disconnect(true));
    down.on('disconnect', () => up.disconnect());
  });

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    visitors,
    frames,
    tamper(how) {
      tampering = how;
    },
    watch(look) {
      watchers.push(look);
    },
    async close() {
      await server.close();
    },
  };
}

/** Tampering that changes the entries a proxy is shown, live and fetched alike. */
export function tamperEntries(
  change: (
    entries: RelayMessage<'entries'>['entries'],
    visitor: Visitor,
  ) => RelayMessage<'entries'>['entries'],
): Tampering {
  type Fetched = { ok: boolean; value: { entries: RelayMessage<'entries'>['entries'] } };
  return {
    event(event, data: RelayMessage<'entries'>, visitor) {
      if (event !== 'entries') return [data];
      const entries = change(data.entries, visitor);
      return entries.length > 0 ? [{ ...data, entries }] : [];
    },
    answer(event, _request, answer: Fetched, visitor) {
      if (event !== 'fetch' || !answer.ok) return answer;
      return { ...answer, value: { ...answer.value, entries: change(answer.value.entries, visitor) } };
    },
  };
}
