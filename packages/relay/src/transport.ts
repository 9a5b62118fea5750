import type { Duplex } from 'node:stream';
import type { AppendFrame } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import type { Socket } from 'socket.io';

/** The WebSocket below, of the package `ws`. */
interface WebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly isPaused: boolean;
  readonly _socket: Duplex | null;
  on(event: 'ping' | 'pong', run: () => void): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/** The parts of engine.io's socket and of ws that tell what a slow reader is owed; their types hide them. */
interface Engine {
  readyState: string;
  writeBuffer: { data?: string | Uint8Array }[];
  transport: {
    socket?: WebSocket;
  };
}

const webSocketOpen = 1;
/** What a packet that engine.io holds back takes beside its data, in bytes, roughly. */
const heldPacketBytes = 512;

function engineOf(socket: Socket): Engine {
  return socket.conn as unknown as Engine;
}

/**
 * Bytes that a connection has not taken yet: frames that engine.io holds back while the transport is busy, and
 * what the transport holds (its `bufferedAmount` alone shows one flush only).
 */
export function unreadBytes(socket: Socket): number {
  const { writeBuffer, transport } = engineOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += heldPacketBytes + (data?.length ?? 0);
  return bytes;
}

/**
 * The stream below the WebSocket, while a whole frame that is written to it comes after all that was sent before:
 * engine.io holds nothing back, and ws, without compression, never does.
 */
export function directStream(socket: Socket): Duplex | undefined {
  const { readyState, writeBuffer, transport } = engineOf(socket);
  if (readyState !== 'open' || writeBuffer.length > 0) return undefined;
  if (transport.socket?.readyState !== webSocketOpen) return undefined;
  return transport.socket._socket ?? undefined;
}

/** Calls back once when the connection has taken all but `bytes`. */
export function whenRead(socket: Socket, bytes: number, run: () => void): void {
  const { transport } = socket.conn;
  const stream = engineOf(socket).transport.socket?._socket;
  const look = () => {
    if (unreadBytes(socket) > bytes) return;
    transport.off('ready', look);
    stream?.off('drain', look);
    run();
  };
  transport.on('ready', look);
  stream?.on('drain', look);
}

/**
 * Reads nothing of this connection until the returned function is called; what it sends waits at its own end. Undefined
 * when it is not read already.
 */
export function holdReading(socket: Socket): (() => void) | undefined {
  const webSocket = engineOf(socket).transport.socket;
  if (webSocket === undefined || webSocket.isPaused) return undefined;
  webSocket.pause();
  return () => webSocket.resume();
}

/**
 * From now on so many bytes of what this connection sends are taken up in one turn of the event loop, or in the next
 * one that reads it. Without this a whole read of the system is decoded at once: some hundred small frames.
 */
export function readInPieces(socket: Socket, bytes: number): void {
  const webSocket = engineOf(socket).transport.socket;
  const stream = webSocket?._socket;
  const [receive] = stream?.listeners('data') ?? [];
  if (webSocket == null || stream == null || receive === undefined) return;
  stream.removeListener('data', receive as (chunk: Buffer) => void);
  stream.on('data', (chunk: Buffer) => {
    if (chunk.length > bytes) {
      stream.pause();
      stream.unshift(chunk.subarray(bytes));
      setImmediate(() => {
        if (!webSocket.isPaused) stream.resume();
      });
    }
    receive.call(stream, chunk.subarray(0, bytes));
  });
}

/** Calls back for every frame that carries no message: heartbeats, and the WebSocket's own. */
export function onHeartbeat(socket: Socket, run: () => void): void {
  const webSocket = engineOf(socket).transport.socket;
  webSocket?.on('ping', run);
  webSocket?.on('pong', run);
  socket.conn.on('packet', ({ type }) => {
    if (type !== 'message') run();
  });
}

/** Ends the connection now; a closing handshake would wait for a peer that may never read. */
export function terminate(socket: Socket): void {
  engineOf(socket).transport.socket?.terminate();
}

/** Appends come from the decoder, without the packet and the closures that Socket.IO would make of each. */
export function takeAppends(socket: Socket, take: (append: AppendFrame) => void): void {
  const { decoder } = socket.client as unknown as { decoder: unknown };
  if (!(decoder instanceof relayParser.Decoder)) throw new TypeError('a connection with another parser');
  decoder.onAppend = take;
}
