import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Sockets that may be open beside the upgraded ones: who asks /readyz, or has not asked anything yet. */
const spareSockets = 256;

export interface UpgradeRules {
  /** Connections at once; the next is refused with 503. */
  readonly maxConnections: number;
  /** While true every upgrade is refused with 503. */
  readonly isDraining: () => boolean;
  readonly refused: () => void;
}

/**
 * Stands before the WebSocket upgrades of a server that Socket.IO is attached to. A refused one costs no more than its
 * request; a client, or the reverse proxy before it, comes back later or goes to another node.
 */
export function guardUpgrades(server: Server, rules: UpgradeRules): void {
  const upgrades = server.listeners('upgrade');
  server.removeAllListeners('upgrade');
  server.maxConnections = rules.maxConnections + spareSockets;
  let open = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (open >= rules.maxConnections || rules.isDraining()) {
      rules.refused();
      refuse(socket);
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    for (const upgrade of upgrades) upgrade.call(server, request, socket, head);
  });
}

function refuse(socket: Duplex): void {
  socket.on('error', () => {});
  socket.end(
    'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    () => socket.destroy(),
  );
}
