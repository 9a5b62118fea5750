import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebServer {
  port: number;
  /** Requests and upgrades that it got. */
  visits: string[];
  close(): void;
}

const webSocketMagic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/**
 * A server that trusts everybody: it answers all origins, names and paths, and takes every WebSocket. Hostile pages
 * are served by it; as a target it shows that the attacks work where nothing is guarded.
 */
export async function startTrustingServer(): Promise<WebServer> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    const isEventStream = request.headers.accept === 'text/event-stream';
    const extension = /\.\w+$/.exec(request.url ?? '')?.[0] ?? '';
    response.writeHead(200, {
      'Access-Control-Allow-Origin': request.headers.origin ?? '*',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Headers': 'content-type',
      'Content-Type': isEventStream ? 'text/event-stream' : (types[extension] ?? 'text/html'),
    });
    if (isEventStream) response.write(':\n\n');
    else if (extension === '.svg')
      response.end('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    else if (extension === '.js') response.end('');
    else response.end('<!doctype html><title>page</title><body>');
  });
  server.on('upgrade', (request, socket) => {
    visits.push(`upgrade ${request.url}`);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${webSocketMagic}`);
    socket.on('error', () => socket.destroy());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    visits,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
