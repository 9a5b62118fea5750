import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Wire } from './wire.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A server that answers everything with the same bytes; what it heard; and wires to it. */
async function echo() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        said.heard += chunk;
      });
    sockets.add(socket.pipe(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const newWire = async () => {
    const wire = await Wire.open(() => address.port);
    open.push(wire);
    return wire;
  };
  const said = { heard: '', wire: await newWire(), newWire };
  return said;
}

async function connected(wire: Wire): Promise<Socket> {
  const socket = dial({ port: wire.port, host: '127.0.0.1' }).on('error', () => {});
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

async function heard(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += String((await once(socket, 'data'))[0]);
  return text;
}

it('passes bytes both ways, and the end of a connection', async () => {
  const socket = await connected((await echo()).wire);
  socket.write('hello');
  expect(await heard(socket, 5)).toBe('hello');
  socket.destroy();
});

it('ends connections when it is cut, refuses new ones, and is as new when healed', async () => {
  const { wire } = await echo();
  const socket = await connected(wire);
  wire.cut();
  await once(socket, 'close');
  await once(await connected(wire), 'close');
  wire.heal();
  const next = await connected(wire);
  next.write('again');
  expect(await heard(next, 5)).toBe('again');
});

it('holds one direction: what was held comes after the healing, whole and in order', async () => {
  const server = await echo();
  const { wire } = server;
  const socket = await connected(wire);
  const beside = await connected(await server.newWire());
  for (const direction of ['up', 'down'] as const) {
    wire.hold(direction);
    for (const letter of 'abc') socket.write(letter);
    let early = '';
    socket.once('data', (chunk) => {
      early += chunk;
    });
    for (let turn = 0; turn < 3; turn++) {
      beside.write('x');
      await once(beside, 'data');
    }
    expect(early).toBe('');
    if (direction === 'up') expect(server.heard).not.toContain('a');
    socket.removeAllListeners('data');
    wire.heal();
    expect(await heard(socket, 3)).toBe('abc');
  }
});

it('is late when delayed, and keeps the order when the delay ends', async () => {
  const { wire } = await echo();
  const socket = await connected(wire);
  wire.delay(40);
  const startedAt = performance.now();
  socket.write('a');
  expect(await heard(socket, 1)).toBe('a');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
  socket.write('b');
  wire.heal();
  socket.write('c');
  expect(await heard(socket, 2)).toBe('bc');
});
