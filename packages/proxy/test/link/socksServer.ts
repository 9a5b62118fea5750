import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One connection that was asked for. */
export interface SocksVisit {
  /** As it came: a name to look up here, or an IPv4 address. */
  readonly kind: 'name' | 'address';
  readonly host: string;
  readonly port: number;
  readonly login: { readonly userId: string; readonly password: string } | null;
}

export interface SocksServerOptions {
  /** What it looks up names in: each is a port of 127.0.0.1. */
  readonly names?: Readonly<Record<string, number>>;
  /** Takes no login, whoever offers one. */
  readonly refusesLogins?: boolean;
  /** Says nothing, or is another kind of server. */
  readonly says?: string;
}

/** A SOCKS5 server (RFC 1928 with RFC 1929): the one that knows where the test's relay is. */
export class TestSocksServer {
  readonly visits: SocksVisit[] = [];
  readonly port: number;
  /** Local ports of its connections to relays. */
  readonly relayed = new Set<number>();
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  readonly #options: SocksServerOptions;
  #look = () => {};

  private constructor(server: ReturnType<typeof createServer>, options: SocksServerOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => void this.#serve(socket));
  }

  static async start(options: SocksServerOptions = {}): Promise<TestSocksServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestSocksServer(server, options);
  }

  get options() {
    return { host: '127.0.0.1', port: this.port, perRoom: false };
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#look = resolve));
  }

  /** Loses all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(socket: Socket): Promise<void> {
    this.#keep(socket);
    const { says } = this.#options;
    if (says !== undefined) {
      socket.write(says);
      return;
    }
    try {
      await this.#negotiate(socket);
    } catch {
      // Who goes in the middle of a sentence has gone.
      socket.destroy();
    }
    this.#look();
  }

  async #negotiate(socket: Socket): Promise<void> {
    const read = readerOf(socket);
    const [, methodCount = 0] = await read(2);
    const offered = await read(methodCount);
    const login = offered.includes(2) && !this.#options.refusesLogins ? await readLogin(socket, read) : null;
    if (login === null) socket.write(Buffer.of(5, 0));

    const [, , , type] = await read(4);
    const visit = { ...(await readPlace(type, read)), login };
    this.visits.push(visit);
    const port = visit.kind === 'name' ? this.#options.names?.[visit.host] : visit.port;
    // 4: host unreachable.
    if (port === undefined) return void socket.end(answer(4));
    const onward = connect(port, '127.0.0.1');
    this.#keep(onward);
    onward.once('error', () => socket.end(answer(5)));
    await new Promise<void>((resolve) => onward.once('connect', resolve));
    this.relayed.add(onward.localPort ?? 0);
    socket.write(answer(0));
    socket.pipe(onward).pipe(socket);
    socket.once('close', () => onward.destroy());
    onward.once('close', () => socket.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

type Read = (length: number) => Promise<Buffer>;

/** Reads exactly so many bytes, however they come. */
function readerOf(socket: Socket): Read {
  return async (length) => {
    for (;;) {
      if (length === 0) return Buffer.alloc(0);
      const bytes: Buffer | null = socket.read(length);
      if (bytes?.length === length) return bytes;
      if (bytes !== null || socket.destroyed || socket.readableEnded) throw new Error('too short');
      await new Promise<void>((resolve) => {
        for (const event of ['readable', 'end', 'close']) socket.once(event, resolve);
      });
    }
  };
}

async function readLogin(socket: Socket, read: Read) {
  socket.write(Buffer.of(5, 2));
  await read(1);
  const userId = String(await readCounted(read));
  const password = String(await readCounted(read));
  socket.write(Buffer.of(1, 0));
  return { userId, password };
}

async function readPlace(type: number | undefined, read: Read) {
  const kind = type === 3 ? ('name' as const) : ('address' as const);
  const host = kind === 'name' ? String(await readCounted(read)) : [...(await read(4))].join('.');
  return { kind, host, port: (await read(2)).readUInt16BE() };
}

async function readCounted(read: Read): Promise<Buffer> {
  const [length = 0] = await read(1);
  return await read(length);
}

function answer(code: number): Buffer {
  return Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0);
}
