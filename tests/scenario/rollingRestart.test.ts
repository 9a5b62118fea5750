import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageId, type Person, person, until, wholeTimeline } from '../fault/people.ts';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { isMissing, type PostgresService, startPostgres, startRedis, type UrlService } from '../services.ts';
import { type RoundRobin, startRoundRobin } from './roundRobin.ts';

const folder = temporaryFolder();

describe.skipIf(isMissing('PostgreSQL') || isMissing('Redis'))('two relays behind a reverse proxy', () => {
  let postgres: PostgresService;
  let redis: UrlService;
  let database: string;
  let front: RoundRobin;
  let relays: Running[];
  let ann: Person;
  let ben: Person;

  const startRelay = () =>
    startOtr(['relay', '--port', '0', '--data', ':memory:', '--database', database, '--redis', redis.url]);
  const portOf = ({ ready }: Running) => Number(new URL(ready['listening'] ?? '').port);

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    database = await postgres.createDatabase();
    relays = await Promise.all([startRelay(), startRelay()]);
    front = await startRoundRobin(relays.map(portOf));
    ann = person('ann', folder.path, front.url);
    ben = person('ben', folder.path, front.url);
    await Promise.all([ann.start(), ben.start()]);
  });
  afterAll(async () => {
    await Promise.all([ann.stop(), ben.stop(), ...relays.map((one) => one.stop())]);
    await front.close();
    await Promise.all([postgres.stop(), redis.stop()]);
    folder.remove();
  });

  async function restart(index: number): Promise<void> {
    const old = relays[index];
    await old?.stop();
    expect(old?.process.exitCode).toBe(0);
    const fresh = await startRelay();
    relays[index] = fresh;
    front.targets[index] = portOf(fresh);
  }

  const textsOf = async (who: Person, room: string) =>
    (await wholeTimeline(who, room)).flatMap((row) => (row.kind === 'message' ? [row.text] : []));

  it('[L12] are restarted one after the other while people talk: each message arrives once, in one order', async () => {
    const { room } = await ann.ask('createRoom', { name: 'Den' });
    const { link } = await ann.ask('invite', { room });
    await ben.ask('joinRoom', { link });
    await until(
      () => ann.ask('getMembers', { room }),
      ({ members }) => members.length === 2,
    );
    const sent: string[] = [];
    let isOver = false;
    const talk = async (who: Person) => {
      while (!isOver) {
        const text = `${who.name} ${sent.length}`;
        sent.push(text);
        await who.ask('sendMessage', { room, id: messageId(), text });
        await setTimeout(20);
      }
    };
    const talking = Promise.all([talk(ann), talk(ben)]);
    for (const index of [0, 1, 0]) await restart(index);
    isOver = true;
    await talking;
    const seen = await until(
      () => Promise.all([textsOf(ann, room), textsOf(ben, room)]),
      (texts) => texts.every(({ length }) => length >= sent.length),
    );
    expect(sent.length).toBeGreaterThan(50);
    expect(seen[0]).toEqual(seen[1]);
    expect([...(seen[0] ?? [])].sort()).toEqual([...sent].sort());
  });
});
