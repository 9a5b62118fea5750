import { type LocalEvent, type LocalUpEvent, localUp, ok, type Result, refuse } from '@otr/protocol';
import type { Server, Socket } from 'socket.io';
import type { LocalService } from '../chat.ts';
import type { Log } from '../log.ts';

/** Requests of one client that are being answered at a time. */
const requestsAtOnce = 256;
/** Bytes that wait for a client which does not read; then it is cut off, comes back and gets a snapshot. */
const backlogAtMost = 16 * 1024 * 1024;
/** What a waiting packet takes besides its data, roughly, in bytes. */
const packetCost = 512;

export interface Serving {
  service: LocalService;
  log: Log;
  /** A fresh address of the page; null for clients that may not have one. */
  pageAddress: (() => string) | null;
}

/** Lets the clients of this Socket.IO server talk to the profile. Returns the way to stop. */
export function serveClients(io: Server, { service, log, pageAddress }: Serving): () => void {
  io.on('connection', (socket) => {
    let open = 0;
    const { event: first, data } = service.greeting();
    socket.emit(first, data);
    socket.onAny(async (event: string, ...args: unknown[]) => {
      const acknowledge = args.at(-1);
      const request = typeof acknowledge === 'function' ? args.slice(0, -1) : args;
      open += 1;
      const answer =
        open > requestsAtOnce
          ? refuse('rateLimited', 'Too many requests at once. Wait for the answers.', { retryAfter: 100 })
          : await respond(event, request[0]);
      open -= 1;
      if (typeof acknowledge === 'function') acknowledge(answer);
    });
  });

  async function respond(event: string, data: unknown): Promise<Result<object>> {
    if (!Object.hasOwn(localUp, event))
      return refuse('unknownEvent', 'This proxy does not know the request.');
    const name = event as LocalUpEvent;
    const parsed = localUp[name].request.safeParse(data);
    if (!parsed.success) return refuse('badRequest', sentence(parsed.error.issues[0]));
    if (name === 'getPageAddress') {
      return pageAddress === null
        ? refuse('notAuthorised', 'Only programs on the socket file may ask for an address of the page.')
        : ok({ page: pageAddress() });
    }
    try {
      return await service.request(name, parsed.data as never);
    } catch (error) {
      log('requestFailed', { request: name, error: error instanceof Error ? error.name : 'unknown' });
      return refuse('internal', 'Something went wrong in the proxy. Try again, and report it if it stays.');
    }
  }

  return service.subscribe((event) => broadcast(io, event, log));
}

function broadcast(io: Server, { event, data }: LocalEvent, log: Log): void {
  for (const socket of io.sockets.sockets.values()) {
    if (backlog(socket) > backlogAtMost) {
      log('slowClientCutOff');
      socket.disconnect(true);
    }
  }
  if (event === 'typing') io.volatile.emit(event, data);
  else io.emit(event, data);
}

/** What Engine.IO and the WebSocket hold for a client: not declared by their types. */
interface Buffers {
  writeBuffer: { data?: string }[];
  transport: { socket?: { bufferedAmount: number } };
}

/** In bytes. */
function backlog(socket: Socket): number {
  const { writeBuffer, transport } = socket.conn as unknown as Buffers;
  return writeBuffer.reduce(
    (sum, { data }) => sum + packetCost + (data?.length ?? 0),
    transport.socket?.bufferedAmount ?? 0,
  );
}

function sentence(issue: { message: string; path: PropertyKey[] } | undefined): string {
  return `The request is not as the protocol says: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.slice(
    0,
    500,
  );
}
