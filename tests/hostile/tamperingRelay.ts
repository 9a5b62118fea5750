import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Entry,
  packEntry,
  type RelayMessageSent,
  type RelayResponseSent,
  type RelayResultSent,
  type RelayUpEvent,
  unpackEntry,
  withSlices,
} from '@otr/protocol';
import { proxyParser, relayParser } from '@otr/protocol/relayParser';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { PacketType } from 'socket.io-parser';

const encoder = new relayParser.Encoder();

/** One proxy's connection, numbered in the order in which they came. */
export type Visitor = {
  index: number;
  send(event: string, data: unknown): void;
  /** Bytes as a WebSocket message of its own. */
  sendFrame(frame: Buffer): void;
};

export type Tampering = {
  /** What the proxy is shown in place of an entry, live, fetched or missed (`[]` withholds it). */
  entry?(entry: Entry, visitor: Visitor): Entry[];
  /** The events that the proxy is given in place of one from the relay (`[]` withholds it). */
  event?(event: string, data: unknown, visitor: Visitor): unknown[];
  /** The answer that the proxy is given for its request; the true one comes in, its entries packed. */
  answer?(event: RelayUpEvent, answer: unknown, visitor: Visitor): unknown;
};

type Look = (event: RelayUpEvent, request: unknown, visitor: Visitor) => void;

export type TamperingRelay = {
  url: string;
  visitors: Visitor[];
  /** Every frame that proxies sent, as it came off the wire. */
  frames: Buffer[];
  /** From here on so, and no longer as before. */
  tamper(how: Tampering): void;
  /** Calls `look` with every request of every visitor, as it was sent. */
  watch(look: Look): void;
  /** Sends an event of its own to every proxy. */
  tell(event: string, data: unknown): void;
  /** From the next connection on, another relay is behind this one. */
  standBefore(trueRelayUrl: string): void;
  /** Loses all connections. */
  cut(): void;
  /** When no connection is left. */
  deserted(): Promise<void>;
  close(): Promise<void>;
};

/**
 * A relay that is not to be trusted: it stands before a true one, passes everything on, and lies where a test tells
 * it to. With nothing to tamper it is invisible, which is each test's negative control.
 */
export async function startTamperingRelay(trueRelayUrl: string): Promise<TamperingRelay> {
  const http = createServer();
  const server = new Server(http, {
    transports: ['websocket'],
    parser: relayParser,
    maxHttpBufferSize: 2 ** 21,
  });
  const visitors: Visitor[] = [];
  const frames: Buffer[] = [];
  const watchers: Look[] = [];
  let tampering: Tampering = {};
  let behind = trueRelayUrl;

  server.engine.on(
    'connection',
    (connection: { on(event: 'data', listener: (data: unknown) => void): void }) => {
      connection.on('data', (data) => frames.push(Buffer.isBuffer(data) ? data : Buffer.from(String(data))));
    },
  );
  server.on('connection', (down) => {
    const visitor = visitorOf(down, visitors.length);
    visitors.push(visitor);
    passOn(behind, down, visitor, watchers, () => tampering);
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
    tell(event, data) {
      for (const visitor of visitors) visitor.send(event, data);
    },
    standBefore(other) {
      behind = other;
    },
    cut() {
      server.disconnectSockets(true);
    },
    async deserted() {
      for (const socket of server.sockets.sockets.values()) {
        await new Promise((resolve) => socket.once('disconnect', resolve));
      }
    },
    async close() {
      await server.close();
    },
  };
}

/** Written below Socket.IO's interface, which refuses names such as `disconnect`: a hostile relay does not. */
function visitorOf(down: Socket, index: number): Visitor {
  const sendFrame = (frame: Buffer) => {
    if (down.connected) down.conn.write(frame);
  };
  return {
    index,
    sendFrame,
    send(event, data) {
      const packet = { type: PacketType.EVENT, nsp: '/', data: [event, data] };
      // The parser's types say a buffer; it is a list of one, as Socket.IO wants it.
      const [frame] = encoder.encode(packet) as unknown as [Buffer];
      sendFrame(frame);
    },
  };
}

function passOn(
  trueRelayUrl: string,
  down: Socket,
  visitor: Visitor,
  watchers: readonly Look[],
  tampering: () => Tampering,
): void {
  const up = io(trueRelayUrl, {
    transports: ['websocket'],
    parser: proxyParser,
    forceNew: true,
    reconnection: false,
  });
  up.onAny((event: string, data: unknown) => {
    const { entry, event: change } = tampering();
    const shown = entry && event === 'entries' ? shownLive(data, visitor, entry) : [data];
    for (const one of shown) {
      for (const sent of change?.(event, one, visitor) ?? [one]) down.emit(event, sent);
    }
  });
  down.onAny((event: RelayUpEvent, request: unknown, acknowledge?: (answer: unknown) => void) => {
    for (const look of watchers) look(event, request, visitor);
    up.emit(event, request, (given: unknown) => {
      const { entry, answer } = tampering();
      const shown = entry ? shownInAnswer(given, visitor, entry) : given;
      acknowledge?.(answer ? answer(event, shown, visitor) : shown);
    });
  });
  up.on('disconnect', () => down.disconnect(true));
  up.on('connect_error', () => down.disconnect(true));
  down.on('disconnect', () => up.disconnect());
}

type Change = NonNullable<Tampering['entry']>;

function shownLive(data: unknown, visitor: Visitor, change: Change): RelayMessageSent<'entries'>[] {
  const message = data as RelayMessageSent<'entries'>;
  const entries = changed(message.entries, visitor, change);
  return entries.length > 0 ? [{ ...message, entries }] : [];
}

/** Entries are fetched, or come with a refusal as what was missed. */
function shownInAnswer(given: unknown, visitor: Visitor, change: Change): unknown {
  const answer = given as RelayResultSent<'fetch' | 'append'>;
  if (!answer.ok) {
    const { missed } = answer.error;
    if (!missed) return answer;
    return { ok: false, error: { ...answer.error, missed: changed(missed, visitor, change) } };
  }
  if (!isFetched(answer.value)) return answer;
  const entries = changed(answer.value.entries, visitor, change);
  return { ok: true, value: { ...answer.value, entries } };
}

function isFetched(
  value: RelayResponseSent<'fetch'> | RelayResponseSent<'append'>,
): value is RelayResponseSent<'fetch'> {
  return 'entries' in value;
}

function changed(packed: readonly Uint8Array[], visitor: Visitor, change: Change): Buffer[] {
  return packed.flatMap((bytes) => {
    const entry = unpackEntry(Buffer.from(bytes));
    if (!entry) throw new Error('the true relay sent something that is no entry');
    return change(entry, visitor).map(packedAgain);
  });
}

function packedAgain(entry: Entry): Buffer {
  return withSlices(packEntry(entry), 'slices' in entry ? entry.slices : []);
}
