import type { Socket } from 'socket.io';

/** The parts of engine.io's socket that tell what a slow reader is owed; its types hide them. */
interface Buffers {
  writeBuffer: { data?: string | Uint8Array }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
}

/**
 * Bytes that a connection has not taken yet: frames that engine.io holds back while the transport is busy, and
 * what the transport holds (its `bufferedAmount` alone shows one flush only).
 */
export function unreadBytes(socket: Socket): number {
  const { writeBuffer, transport } = socket.conn as unknown as Buffers;
  return writeBuffer.reduce(
    (sum, { data }) => sum + (data?.length ?? 0),
    transport.socket?.bufferedAmount ?? 0,
  );
}

/** Calls back once when the connection has taken all but `bytes`. */
export function whenRead(socket: Socket, bytes: number, run: () => void): void {
  const { transport } = socket.conn;
  const look = () => {
    if (unreadBytes(socket) > bytes) return;
    transport.off('ready', look);
    run();
  };
  transport.on('ready', look);
}

/** Ends the connection now; a closing handshake would wait for a peer that may never read. */
export function terminate(socket: Socket): void {
  const { transport } = socket.conn as unknown as Buffers;
  transport.socket?.terminate();
}
