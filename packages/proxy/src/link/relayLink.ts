import {
  limits,
  type RelayDownEvent,
  type RelayMessage,
  type RelayRequest,
  type RelayResult,
  type RelayUpEvent,
  refuse,
  relayDown,
  wireError,
} from '@otr/protocol';
import { proxyParser } from '@otr/protocol/relayParser';
import { io, type Socket } from 'socket.io-client';
import type { Log } from '../log.ts';
import { closedLink, type LinkEffect, type LinkInput, type LinkState, stepLink } from '../machine/link.ts';
import { parseAnswer } from './answers.ts';
import { openSocksRoute, type SocksLogin, type SocksOptions, type SocksRoute } from './socksRoute.ts';

/** What a link tells. Calls come one after the other, never from inside a method of the link. */
export interface LinkListener {
  changed(state: LinkState): void;
  /** A connection is usable; `challenge` is what the access keys of its rooms sign. */
  online(challenge: Uint8Array): void;
  message<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void;
}

/** The connection to one relay: kept up, and nothing is believed that does not fit the protocol. */
export interface RelayLink {
  readonly url: string;
  readonly state: LinkState;
  /** Never rejects; `relayUnreachable` where no answer comes. */
  request<Event extends RelayUpEvent>(
    event: Event,
    request: RelayRequest<Event>,
  ): Promise<RelayResult<Event>>;
  start(): void;
  close(): void;
}

/** An answer that takes longer is not waited for. Milliseconds. */
const answerTimeout = 15_000;

/** How a relay is reached. */
export interface RelayAccess {
  /** The token that a private relay asks for (rule A5). */
  readonly admission?: string;
  /** Instead of a direct connection. */
  readonly socks?: { readonly server: SocksOptions; readonly login?: SocksLogin };
}

export function createRelayLink(
  url: string,
  listener: LinkListener,
  log: Log,
  { admission, socks }: RelayAccess = {},
): RelayLink {
  let state: LinkState = closedLink;
  let socket: Socket | null = null;
  let route: SocksRoute | null = null;
  let timer: NodeJS.Timeout | undefined;
  let hasComplained = false;

  function step(input: LinkInput): void {
    const before = state;
    const { state: after, effects } = stepLink(before, input);
    state = after;
    for (const effect of effects) perform(effect);
    if (before !== after) listener.changed(after);
  }

  function perform(effect: LinkEffect): void {
    switch (effect.kind) {
      case 'open':
        socket = open();
        break;
      case 'close':
        drop();
        break;
      case 'wait':
        clearTimeout(timer);
        timer = setTimeout(() => step({ kind: 'timeout', luck: Math.random() }), effect.milliseconds);
        break;
      case 'stopWaiting':
        clearTimeout(timer);
        break;
    }
  }

  function open(): Socket {
    drop();
    // The package's types know compression only as switched on.
    const uncompressed = { perMessageDeflate: false } as unknown as {
      perMessageDeflate: { threshold: number };
    };
    const options = { maxPayload: limits.relayAnswer, transports: ['websocket'], ...uncompressed };
    const auth = admission === undefined ? {} : { auth: { admission } };
    const taken = socks ? openSocksRoute(url, socks.server, socks.login) : null;
    // The package's types know agents for browsers only.
    const through = taken ? { agent: taken.agent as never } : {};
    const common = { parser: proxyParser, forceNew: true, reconnection: false };
    const opened = io(url, { ...options, ...auth, ...through, ...common });
    route = taken;
    const lost = (reason: string) => {
      if (socket === opened) step({ kind: 'lost', reason: taken?.problem ?? reason, luck: Math.random() });
    };
    // The manager's own events: a relay can send events named `disconnect`, which reach the socket's listeners.
    opened.io.on('error', () => lost(`The relay at ${url} cannot be reached.`));
    // A refused handshake closes first and then says why.
    opened.io.on('close', () =>
      queueMicrotask(() => lost(`The connection to the relay at ${url} was lost.`)),
    );
    opened.on('connect_error', (error) => {
      if (isNotAdmitted(error)) lost(notAdmitted(url, admission));
    });
    opened.onAny((event: unknown, message: unknown) => {
      if (socket === opened) receive(event, message);
    });
    hasComplained = false;
    return opened;
  }

  function drop(): void {
    const dropped = socket;
    socket = null;
    dropped?.disconnect();
    dropped?.io.engine?.close();
    route?.close();
    route = null;
  }

  /** W2: what does not fit is left out; the log in its order is the truth. */
  function receive(event: unknown, message: unknown): void {
    if (typeof event !== 'string' || !isDownEvent(event)) complain('unknownRelayEvent');
    else if (event === 'challenge') receiveChallenge(message);
    else {
      const parsed = relayDown[event].safeParse(message);
      if (parsed.success) listener.message(event, parsed.data as RelayMessage<typeof event>);
      else complain('badRelayEvent', { event });
    }
  }

  /** Once a connection: a relay must not fill the log. */
  function complain(...line: Parameters<Log>): void {
    if (!hasComplained) log(...line);
    hasComplained = true;
  }

  /** The first event of a connection; a second one counts for nothing. */
  function receiveChallenge(message: unknown): void {
    const parsed = relayDown.challenge.safeParse(message);
    if (!parsed.success || state.phase !== 'connecting') {
      complain('badRelayEvent', { event: 'challenge' });
      return;
    }
    step({ kind: 'challenge' });
    listener.online(Uint8Array.from(parsed.data.nonce));
  }

  return {
    url,
    get state() {
      return state;
    },
    request(event, request) {
      const asked = socket;
      if (state.phase !== 'online' || !asked?.connected) return Promise.resolve(unreachable(url));
      return new Promise((resolve) => {
        asked.timeout(answerTimeout).emit(event, request, (error: unknown, answer: unknown) => {
          resolve(error ? unreachable(url) : parseAnswer(event, answer));
        });
      });
    },
    start: () => step({ kind: 'start' }),
    close: () => step({ kind: 'stop' }),
  };
}

function isDownEvent(event: string): event is RelayDownEvent {
  return Object.hasOwn(relayDown, event);
}

function unreachable(url: string) {
  return refuse('relayUnreachable', `The relay at ${url} does not answer. It is tried again by itself.`);
}

/** The relay's answer to the handshake (rule A5). */
function isNotAdmitted(error: Error): boolean {
  const refusal = wireError.safeParse('data' in error ? error.data : undefined);
  return refusal.success && refusal.data.code === 'notAdmitted';
}

function notAdmitted(url: string, admission: string | undefined): string {
  const sentence =
    admission === undefined
      ? `The relay at ${url} asks for an admission token.`
      : `The relay at ${url} does not know your admission token.`;
  return `${sentence} Ask whoever runs it, then start again with --admission TOKEN.`;
}
