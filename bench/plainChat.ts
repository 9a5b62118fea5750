import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { Server } from 'socket.io';

const clientFile = join(
  dirname(createRequire(import.meta.url).resolve('socket.io/package.json')),
  'client-dist/socket.io.min.js',
);

const page = `<!doctype html><meta charset="utf-8"><title>Plain chat</title>
<textarea data-testid="composer"></textarea><ul></ul>
<script src="/socket.io.min.js"></script>
<script>
  const socket = io({ transports: ['websocket'] });
  const box = document.querySelector('textarea');
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    socket.emit('message', box.value);
    box.value = '';
  });
  socket.on('message', (text) => {
    const line = document.createElement('li');
    line.textContent = text;
    document.querySelector('ul').append(line);
  });
</script>`;

/** The chat of Socket.IO's own tutorial: no encryption, no store, no proxy. */
export async function startPlainChat(): Promise<{ url: string; close(): Promise<void> }> {
  const client = readFileSync(clientFile);
  const http = createServer((request, response) => {
    const isScript = request.url === '/socket.io.min.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? client : page);
  });
  const server = new Server(http, { serveClient: false });
  server.on('connection', (socket) => {
    socket.on('message', (text) => server.emit('message', text));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
