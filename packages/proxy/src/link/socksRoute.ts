import { randomBytes } from 'node:crypto';
import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { SocksClient } from 'socks';

/** The SOCKS5 server (RFC 1928) that every connection to a relay goes through. */
export interface SocksOptions {
  /** An IP address: a name would have to be looked up, which shows that we are there. */
  readonly host: string;
  readonly port: number;
  /** Each room has a connection and a login of its own: Tor gives each login its own circuit (`IsolateSOCKSAuth`). */
  readonly perRoom: boolean;
}

/** Name and password for the SOCKS server (RFC 1929), which only tell logins apart. */
export interface SocksLogin {
  readonly userId: string;
  readonly password: string;
}

/** Good for one run: nothing connects a room's connections of today with those of tomorrow. */
export function drawLogin(): SocksLogin {
  return { userId: randomBytes(16).toString('hex'), password: randomBytes(16).toString('hex') };
}

/** One connection's way to a relay. There is no other: what the SOCKS server does not carry is not sent. */
export interface SocksRoute {
  /** Gives the connection its socket, for https with TLS and the usual check of the certificate in the tunnel. */
  readonly agent: HttpAgent;
  /** Why there is no way, as a sentence; null while none is known. */
  readonly problem: string | null;
  /** Ends a connection that is still being made. */
  close(): void;
}

/** How long the SOCKS server may take to greet us. It has longer to reach the relay. Milliseconds. */
const greetingTimeout = 5_000;

/** `url` is the relay's. With a login the SOCKS server has to take it. */
export function openSocksRoute(url: string, server: SocksOptions, login?: SocksLogin): SocksRoute {
  const socket = new Socket();
  let problem: string | null = null;
  const fail = (sentence: string) => {
    problem ??= sentence;
    socket.destroy();
  };

  const isSecure = new URL(url).protocol === 'https:';
  const agent = isSecure ? new HttpsAgent() : new HttpAgent();
  agent.createConnection = (options, callback) => {
    const done = (error: Error | null) =>
      callback?.(error, isSecure && error === null ? secured(socket, options) : socket);
    tunnel(options).then(
      () => done(null),
      (error: unknown) => {
        fail(refusalSentence(error, url, server));
        done(new Error(problem ?? 'no way'));
      },
    );
    return undefined;
  };

  async function tunnel({ host, port }: ClientRequestArgs): Promise<void> {
    // Every failure also ends in a close, which is waited for.
    socket.on('error', (error: NodeJS.ErrnoException) => fail(noAnswer(server, error.code ?? error.message)));
    const timer = setTimeout(() => fail(noAnswer(server, 'it is silent')), greetingTimeout);
    socket.once('close', () => clearTimeout(timer));
    await connected(socket, server);
    afterGreeting(socket, (method) => {
      clearTimeout(timer);
      if (login && method !== loginMethod) fail(noLogin(server));
    });
    await SocksClient.createConnection({
      command: 'connect',
      proxy: { host: server.host, port: server.port, type: 5, ...login },
      // A name travels as a name (ATYP 3): the SOCKS server looks it up.
      destination: { host: String(host), port: Number(port) },
      existing_socket: socket,
    });
  }

  return {
    agent,
    get problem() {
      return problem;
    },
    close: () => void socket.destroy(),
  };
}

function connected(socket: Socket, { host, port }: SocksOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('closed')));
    socket.connect({ host, port }, resolve);
  });
}

/** Username and password, among the methods of RFC 1928 §3. */
const loginMethod = 2;

/** Tells the method that the server has chosen. Offered a login, it may choose to do without: the library lets it. */
function afterGreeting(socket: Socket, tell: (method: number | undefined) => void): void {
  let greeting = Buffer.alloc(0);
  const read = (bytes: Buffer) => {
    greeting = Buffer.concat([greeting, bytes]);
    if (greeting.length < 2) return;
    socket.off('data', read);
    tell(greeting[1]);
  };
  socket.on('data', read);
}

/** The agent has put the relay's name into the options (`servername`): that is what the certificate must be for. */
function secured(socket: Socket, options: ClientRequestArgs): TLSSocket {
  return connectTls({ ...(options as ConnectionOptions), path: undefined, socket });
}

function noAnswer(server: SocksOptions, why: string): string {
  const words = why === 'ECONNREFUSED' ? 'nothing listens there' : why;
  return `The SOCKS server does not answer: ${addressOf(server)}, ${words}. Nothing is sent past it; it is tried again by itself.`;
}

function noLogin(server: SocksOptions): string {
  return `The SOCKS server at ${addressOf(server)} cannot keep rooms apart: it takes no logins. Use Tor, or start without --socks-per-room.`;
}

/** A refusal ends with its name in RFC 1928 §6. */
function refusalSentence(error: unknown, url: string, server: SocksOptions): string {
  const message = error instanceof Error ? error.message : 'no reason is known';
  const refusal = /rejected connection - (\w+)$/.exec(message)?.[1];
  return refusal
    ? `The SOCKS server at ${addressOf(server)} does not reach the relay at ${url}: ${refusal}.`
    : `The SOCKS server at ${addressOf(server)} cannot be used: ${message}.`;
}

function addressOf({ host, port }: SocksOptions): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
