import { randomBytes } from 'node:crypto';
import { TestClient } from '../../../packages/relay/test/testClient.ts';
import { testRoom } from '../../../packages/relay/test/testRoom.ts';
import type { Role } from './role.ts';

const dueBytes = 100 * 2 ** 20;
const dueSeconds = 60;
const bulkBytes = 128 * 1024;

/** One client stops reading while its room is sent 100 MiB in a minute; then it reads on and catches up. */
export async function bulk(url: string, isRead: boolean): Promise<Role> {
  const room = testRoom();
  const [writer, reader] = [await TestClient.connect(url), await TestClient.connect(url)];
  await writer.create(room);
  await writer.enter(room);
  await reader.enter(room);
  const { ws } = reader.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
  if (!isRead) ws.pause();
  let written = 0;
  const pending: Promise<unknown>[] = [];
  const body = randomBytes(bulkBytes);
  const timer = setInterval(
    () => {
      written += 1;
      pending.push(writer.done('append', writer.message(room, 0, body)));
    },
    (dueSeconds * 1_000 * bulkBytes) / dueBytes,
  );
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      ws.resume();
      // Who is silent for too long is disconnected, and comes back.
      await Promise.race([reader.entriesUpTo(room.room, written), reader.disconnected()]);
      const live = new Set(reader.all('entries').flatMap(({ entries }) => entries.map(({ seq }) => seq)));
      reader.close();
      // Somebody comes who was away: that reader, or where it has read all another one.
      const known = new Set(isRead ? [] : live);
      const back = await TestClient.connect(url);
      await back.enter(room);
      const fetched = await fetchMissing(back, room.room, known, written);
      writer.close();
      back.close();
      const MiB = ((written * bulkBytes) / 2 ** 20).toFixed(0);
      return {
        did: `${MiB} MiB in ${written} entries: ${live.size} were read live, ${fetched} fetched`,
        wrong: [
          ...(isRead && live.size < written ? [`of ${written} entries ${live.size} came live`] : []),
          ...(known.size < written ? [`of ${written} entries ${known.size} are there`] : []),
        ],
      };
    },
  };
}

/** Adds what is in the log to `known`. Returns how many that are. */
async function fetchMissing(
  reader: TestClient,
  room: Uint8Array,
  known: Set<number>,
  head: number,
): Promise<number> {
  const before = known.size;
  for (let after = 0; after < head; ) {
    if (known.has(after + 1)) {
      after += 1;
      continue;
    }
    const { entries } = await reader.done('fetch', { room, after, limit: 500 });
    for (const { seq } of entries) known.add(seq);
    after = entries.at(-1)?.seq ?? head;
  }
  return known.size - before;
}
