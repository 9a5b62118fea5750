import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { defaultLimits } from '../packages/relay/src/options.ts';
import { openStorage } from '../packages/relay/src/storage/openStorage.ts';
import type { Write } from '../packages/relay/src/storage/write.ts';

/**
 * A node without its sockets: writes batches of 200-byte messages to rooms that others may write to as well, one batch
 * after the other. Asked `create`, it makes the rooms; asked for milliseconds, it writes for so long and says how many.
 */
const [data = '', database = '', rooms = '1', batch = '1'] = process.argv.slice(2);
const storage = await openStorage(
  { data, ...(database !== '' && { database }) },
  { ...defaultLimits, logBytesPerRoom: 2 ** 40 },
  () => {},
);
const roomIds = Array.from({ length: Number(rooms) }, (_, number) => {
  const room = Buffer.alloc(16);
  room.writeUInt32BE(number + 1, 12);
  return room;
});
const body = randomBytes(200);
const by = { access: 0 };
let turn = 0;

function nextBatch(): Write[] {
  return Array.from({ length: Number(batch) }, () => {
    const room = roomIds[turn++ % roomIds.length] ?? Buffer.alloc(16);
    return { kind: 'append', room, id: randomBytes(16), epoch: 0, seen: 0, slices: [], body, by };
  });
}

async function writeFor(ms: number): Promise<number> {
  const end = performance.now() + ms;
  let written = 0;
  while (performance.now() < end) {
    const outcomes = await storage.write(nextBatch(), Date.now());
    if (outcomes.some(({ outcome }) => outcome !== 'appended')) throw new Error('an append was not appended');
    written += outcomes.length;
  }
  return written;
}

createInterface({ input: process.stdin }).on('line', async (asked) => {
  if (asked === 'create') {
    await storage.write(
      roomIds.map((room) => ({ kind: 'createRoom', room, accessKey: body.subarray(0, 32) })),
      Date.now(),
    );
  }
  const start = performance.now();
  const { user, system } = process.cpuUsage();
  const written = asked === 'create' ? 0 : await writeFor(Number(asked));
  const used = process.cpuUsage({ user, system });
  const seconds = (performance.now() - start) / 1_000;
  process.stdout.write(
    `${JSON.stringify({ rate: written / seconds, cpu: (used.user + used.system) / written })}\n`,
  );
});
process.stdout.write('{"listening":"nowhere"}\n');
process.once('SIGTERM', async () => {
  await storage.close();
  process.exit(0);
});
