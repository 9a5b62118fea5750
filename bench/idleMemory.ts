import { testRoom } from '../packages/relay/test/testRoom.ts';
import { RelayMember } from './relayMember.ts';
import { BenchServer } from './server.ts';
import { connectAll, plain } from './socketIo.ts';
import type { WireSocket } from './wireSocket.ts';

const connections = 5_000;
const perRoom = 10;

/** Kilobytes of resident memory for each connection that does nothing. */
async function kilobytesEach(
  server: readonly string[],
  pinned: boolean,
  open: (url: string) => Promise<WireSocket[]>,
): Promise<number> {
  const running = await BenchServer.start(server, pinned);
  const before = await running.residentBytes();
  const sockets = await open(running.url);
  const after = await running.residentBytes();
  for (const socket of sockets) socket.close();
  await running.stop();
  return (after - before) / connections / 1_024;
}

async function inNoRoom(url: string): Promise<WireSocket[]> {
  return (await connectAll(connections, () => RelayMember.connect(url))).map(({ socket }) => socket);
}

async function inRooms(url: string): Promise<WireSocket[]> {
  const members = await connectAll(connections, () => RelayMember.connect(url));
  for (let start = 0; start < connections; start += perRoom) {
    const room = testRoom();
    const [first, ...others] = members.slice(start, start + perRoom);
    await first?.createAndEnter(room);
    await Promise.all(others.map((member) => member.enter(room)));
  }
  return members.map(({ socket }) => socket);
}

/** What a connection costs that does nothing. */
export async function benchIdleMemory(pinned: boolean): Promise<void> {
  console.log(`\nMemory of ${connections} idle connections, KiB each\n`);
  const plainServer = await kilobytesEach(['plainServer.ts'], pinned, (url) => plain.enter(url, connections));
  console.log(`Socket.IO, default parser, all in one room | ${plainServer.toFixed(1)}`);
  const outside = await kilobytesEach(['relayServer.ts'], pinned, inNoRoom);
  console.log(`our relay, in no room | ${outside.toFixed(1)}`);
  const inside = await kilobytesEach(['relayServer.ts'], pinned, inRooms);
  console.log(`our relay, ten in a room | ${inside.toFixed(1)}`);
}
