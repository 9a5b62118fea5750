import {
  type LocalDownEvent,
  type LocalEvent,
  type LocalMessage,
  type LocalRequest,
  type LocalResponse,
  type LocalUpEvent,
  limits,
  localDown,
  localUp,
  type Result,
  refuse,
  resultOf,
} from '@otr/protocol';
import type { Socket } from 'socket.io-client';
import { listeners } from './listeners.ts';

/**
 * `connecting`: the first try · `online` · `offline`: tries again by itself · `needsCode`: the proxy does not know
 * this page (it restarted, or the code was used); only a fresh address of the page helps.
 */
export type Connection = 'connecting' | 'online' | 'offline' | 'needsCode';

/** One connection to the proxy, kept up by itself. Every answer and every event has been parsed by its schema. */
export interface LocalClient {
  readonly connection: Connection;
  /**
   * Asks the proxy. Never throws: `proxyUnreachable` when there is no connection, `timedOut` after 10 s without an
   * answer (a minute where a key is made from a passphrase), `locked` while the profile is locked, `badRequest` when the request does not fit its schema, otherwise what the proxy answers.
   */
  request<Event extends LocalUpEvent>(
    event: Event,
    data: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>>;
  /** Calls `listener` for one kind of event. Returns the way to stop. */
  on<Event extends LocalDownEvent>(event: Event, listener: (data: LocalMessage<Event>) => void): () => void;
  /** Calls `listener` for every event. Returns the way to stop. */
  onEvent(listener: (event: LocalEvent) => void): () => void;
  onConnection(listener: (connection: Connection) => void): () => void;
  close(): void;
}

/** A client whose owner (the page, or a program) tells the connection's state where the socket does not know it. */
export interface DrivenClient extends LocalClient {
  setConnection(connection: Connection): void;
}

const answerWithinMs = 10_000;
/** Making a key from a passphrase is slow on purpose. */
const keyMadeWithinMs = 60_000;
const makesKey: ReadonlySet<LocalUpEvent> = new Set(['unlock', 'protect']);
/** Room for the event's name and the framing around the request. */
const framingBytes = 1024;

/** How both kinds of client reach the proxy. */
export const socketOptions = {
  transports: ['websocket'],
  autoConnect: false,
  forceNew: true,
  reconnectionDelay: 200,
  reconnectionDelayMax: 3_000,
  timeout: 5_000,
};

/** The client over a Socket.IO socket that has not been connected yet. */
export function clientOver(socket: Socket): DrivenClient {
  const events = listeners<LocalEvent>();
  const connections = listeners<Connection>();
  let connection: Connection = 'connecting';

  function setConnection(next: Connection): void {
    if (next === connection) return;
    connection = next;
    connections.tell(next);
  }

  socket.on('connect', () => setConnection('online'));
  socket.on('connect_error', () => {
    if (connection !== 'needsCode') setConnection('offline');
  });
  socket.on('disconnect', (reason) => {
    setConnection('offline');
    // The proxy cuts off who reads too slowly; it may come back. Socket.IO itself takes this for a farewell.
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.onAny((name: string, data: unknown) => {
    const event = parseEvent(name, data);
    if (event !== null) events.tell(event);
  });

  return {
    get connection() {
      return connection;
    },
    setConnection,
    request: (event, data) => ask(socket, event, data),
    on: (name, listener) =>
      events.add(({ event, data }) => {
        if (event === name) listener(data as Parameters<typeof listener>[0]);
      }),
    onEvent: events.add,
    onConnection: connections.add,
    close: () => {
      socket.disconnect();
    },
  };
}

async function ask<Event extends LocalUpEvent>(
  socket: Socket,
  event: Event,
  data: LocalRequest<Event>,
): Promise<Result<LocalResponse<Event>>> {
  const { request, response } = localUp[event];
  const parsed = request.safeParse(data);
  if (!parsed.success)
    return refuse('badRequest', parsed.error.issues[0]?.message ?? 'The request is wrong.');
  if (utf8.encode(JSON.stringify(parsed.data)).length > limits.localFrame - framingBytes) {
    return refuse('tooLarge', 'This is too long to be sent at once. Split it.');
  }
  if (!socket.connected) return unreachable();
  let answer: unknown;
  try {
    const within = makesKey.has(event) ? keyMadeWithinMs : answerWithinMs;
    answer = await socket.timeout(within).emitWithAck(event, parsed.data);
  } catch {
    return socket.connected
      ? refuse('timedOut', 'The proxy did not answer in time. Try again.')
      : unreachable();
  }
  const result = resultOf<typeof response>(response).safeParse(answer);
  if (!result.success) return refuse('internal', 'The proxy answered in a way this version does not know.');
  return result.data as Result<LocalResponse<Event>>;
}

function unreachable() {
  return refuse('proxyUnreachable', 'The proxy on this machine does not answer. Start it and try again.');
}

/** Null for an event of a newer version, or one that does not fit its schema. */
function parseEvent(event: string, data: unknown): LocalEvent | null {
  if (!Object.hasOwn(localDown, event)) return null;
  const parsed = localDown[event as LocalDownEvent].safeParse(data);
  if (!parsed.success) {
    console.warn(`The event ${event} does not fit its schema and is left out.`, parsed.error.message);
    return null;
  }
  return { event, data: parsed.data } as LocalEvent;
}

const utf8 = new TextEncoder();
