import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RelayLimits } from '../src/options.ts';
import { RoomRates } from '../src/roomRates.ts';
import { testClient, testRelay } from './testRelay.ts';
import { type TestRoom, testRoom } from './testRoom.ts';

/** So slow that nothing comes back during a test. */
const slow: Partial<RelayLimits> = { roomRequestsPerSecond: 1e-3, roomRequestBurst: 80 };

describe('[L13] the rate of a room', () => {
  test('gives its burst but what is kept for commits, then its rate, each room by itself', () => {
    const rates = new RoomRates(10, 80);
    const [room, other] = [randomBytes(16), randomBytes(16)];
    for (let n = 0; n < 70; n += 1) expect(rates.take(room, 'plain', 0)).toBe(0);
    expect(rates.take(room, 'plain', 0)).toBe(100);
    expect(rates.take(other, 'plain', 0)).toBe(0);
    for (let n = 0; n < 10; n += 1) expect(rates.take(room, 'commit', 0)).toBe(0);
    expect(rates.take(room, 'commit', 0)).toBe(100);
    expect(rates.take(room, 'commit', 100)).toBe(0);
    expect(rates.take(room, 'plain', 100)).toBe(1_100);
    expect(rates.take(room, 'plain', 1_200)).toBe(0);
  });

  test('rooms that rest are forgotten, those that are at their limit are not', () => {
    const rates = new RoomRates(10, 8);
    const busy = randomBytes(16);
    for (let n = 0; n < 7; n += 1) rates.take(busy, 'plain', 0);
    for (let n = 0; n < 10_000; n += 1) {
      const now = n;
      rates.take(randomBytes(16), 'plain', now);
      if (rates.take(busy, 'commit', now) === 0) expect(rates.take(busy, 'plain', now)).toBeGreaterThan(0);
    }
    expect(rates.size).toBeLessThan(3_000);
  });
});

async function crowded(limits: Partial<RelayLimits>) {
  const relay = await testRelay({ limits });
  const [room, quiet] = [testRoom(), testRoom()];
  const members = [await testClient(relay), await testClient(relay), await testClient(relay)] as const;
  for (const each of [room, quiet]) await members[0].create(each);
  for (const member of members) await member.enter(room);
  const each = (perMember: number) => members.flatMap((one) => Array.from({ length: perMember }, () => one));
  const flood = async (kind: 'append' | 'volatile') => {
    const asked = each(40).map((one) =>
      kind === 'append'
        ? one.ask('append', one.message(room, 0))
        : one.ask('volatile', { room: room.room, sealed: randomBytes(9) }),
    );
    return (await Promise.all(asked)).flatMap((answer) => (answer.ok ? [] : [answer.error]));
  };
  return { room, quiet, members, flood };
}

test.each(['append', 'volatile'] as const)(
  '[L13] what all members together %s beyond the rate of their room is refused',
  async (kind) => {
    const { room, quiet, members, flood } = await crowded(slow);
    const refused = await flood(kind);
    expect(refused).toHaveLength(120 - 70);
    expect(refused[0]).toMatchObject({ code: 'rateLimited', retryAfter: expect.any(Number) });
    await members[1].enter(quiet);
    await members[1].done('append', members[1].message(quiet, 0));
    await isOpenToOthers(members[2], room);
  },
);

test('[L13] with the rate out of the way nothing of it is refused (negative control)', async () => {
  const { flood } = await crowded({ roomRequestsPerSecond: 1e6, roomRequestBurst: 1e6 });
  expect([await flood('append'), await flood('volatile')]).toEqual([[], []]);
});

test('[L13] a flooded room can still be freed of who floods it', async () => {
  const { room, members, flood } = await crowded(slow);
  const [ann] = members;
  await flood('append');
  const next = testRoom(room.room);
  expect((await ann.refused('append', ann.message(room, 0))).code).toBe('rateLimited');
  expect(await ann.done('commit', ann.commit(room, 0, next))).toMatchObject({ epoch: 1 });
  await ann.enter(next);
});

test('[L13] who has not entered a room takes nothing from its rate', async () => {
  const { room, quiet, members, flood } = await crowded(slow);
  const [ann, stranger] = members;
  await ann.enter(quiet);
  const asked = Array.from({ length: 100 }, () => stranger.refused('append', stranger.message(quiet, 0)));
  expect(new Set((await Promise.all(asked)).map(({ code }) => code))).toEqual(new Set(['notAuthorised']));
  await ann.done('append', ann.message(quiet, 0));
  expect(await flood('append')).toHaveLength(120 - 70);
  expect(await ann.enter(room)).toMatchObject({ head: 70 });
});

/** Reading takes nothing from the rate of a room. */
async function isOpenToOthers(client: Awaited<ReturnType<typeof testClient>>, room: TestRoom): Promise<void> {
  await client.enter(room);
  await client.done('fetch', { room: room.room, after: 0, limit: 500 });
}
