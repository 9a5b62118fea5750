import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** As a reverse proxy before several relays: each connection goes to the next of them that accepts it. */
export interface RoundRobin {
  readonly url: string;
  /** Ports on this machine; may change while it runs. */
  readonly targets: number[];
  close(): Promise<void>;
}

export async function startRoundRobin(targets: number[]): Promise<RoundRobin> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    turn += 1;
    pass(client, [...targets.slice(turn % targets.length), ...targets.slice(0, turn % targets.length)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on a port has this address.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function pass(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    client.destroy();
    return;
  }
  const server = connect(port, '127.0.0.1');
  let isConnected = false;
  server.once('connect', () => {
    isConnected = true;
    client.pipe(server).pipe(client);
  });
  server.on('error', () => (isConnected ? client.destroy() : pass(client, others)));
  server.once('close', () => isConnected && client.destroy());
  client.once('close', () => server.destroy());
}
