import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayRequest, Row } from '@otr/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { introduced } from '../../../packages/proxy/test/chat/introduced.ts';
import { fileStore, Person } from '../../../packages/proxy/test/chat/person.ts';
import { openScene } from '../../hostile/scene.ts';
import { temporaryFolder } from '../../processes.ts';
import { Generations } from './generations.ts';
import { audit, type Life, live, type Role } from './life.ts';
import type { Moment } from './task.ts';

/** Steps that are taken once in a room's life: each needs a life of its own. */
const onlyOnce: Record<Role, string[]> = {
  'makes the room': ['roomStored', 'invitesTold'],
  'joins the room': ['roomStored', 'knocked', 'joined'],
};
/** The store's own, in the steps by which a room begins. */
const atFirst = [1, 2, 3].flatMap((count): Moment[] => [
  { step: 'beforeCommit', count },
  { step: 'ratchetCommitted', count },
]);

/** The steps of a run that nobody disturbed: what is new in the proxy is found here by itself. */
async function stepsOf(role: Role): Promise<Map<string, number>> {
  const { steps, wrong } = await live(role, []);
  expect(wrong).toEqual([]);
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  return counts;
}

function expectGood({ wrong, generations, messages }: Life): void {
  expect(wrong).toEqual([]);
  expect(generations.reused).toEqual([]);
  expect(generations.checked).toBeGreaterThan(0);
  expect(messages).toBeGreaterThan(5);
}

describe.each<Role>(['makes the room', 'joins the room'])('[M11] kill -9 of a proxy that %s', (role) => {
  let counts: Map<string, number>;
  beforeAll(async () => {
    counts = await stepsOf(role);
  });

  it('at each step of talking, again and again: 0 lost, 0 twice, one order, 0 generations reused', async () => {
    const moments = [...counts].flatMap(([step, count]): Moment[] => {
      if (onlyOnce[role].includes(step)) return [];
      return count > 3 ? [1, Math.ceil(count / 2)].map((at) => ({ step, count: at })) : [{ step, count: 1 }];
    });
    const life = await live(role, moments);
    expectGood(life);
    const { notReached, generations, messages } = life;
    const missed = notReached.map(({ step, count }) => `${step} ${count}`).join(', ');
    console.log(
      `${role}: ${moments.length - notReached.length} kills, ${messages} messages, ` +
        `${generations.checked} ciphertexts checked (${generations.unknown} of epochs before the observer); ` +
        `not reached in their run: ${missed || 'none'}`,
    );
    const killedAt = new Set(
      moments.filter((moment) => !notReached.includes(moment)).map(({ step }) => step),
    );
    for (const step of ['beforeCommit', 'ratchetCommitted', 'historyCommitted', 'queued', 'received']) {
      expect(killedAt).toContain(step);
    }
  }, 280_000);

  it.each([...onlyOnce[role].map((step) => ({ step, count: 1 })), ...atFirst])(
    'while it comes in, at $step $count: it comes in once, and talks',
    async (moment) => {
      const life = await live(role, [moment]);
      expect(life.notReached).toEqual([]);
      expectGood(life);
    },
  );
});

describe('what is looked at can fail (negative controls)', () => {
  const profiles = temporaryFolder();
  afterAll(() => profiles.remove());

  it('a store that forgets a step, and a relay that forgets it too, reuse a generation: it is found', async () => {
    const profile = join(profiles.path, 'bob');
    const scene = await openScene({ store: fileStore(profile) });
    const { ann, bob, room, bobsRelay } = scene;
    await introduced(room, ann, bob);
    const sent: Uint8Array[] = [];
    bobsRelay.watch((event, request) => {
      if (event === 'append') sent.push(Buffer.from((request as RelayRequest<'append'>).body));
    });
    const generations = new Generations();
    cpSync(profile, join(profiles.path, 'old'), { recursive: true });
    const store = fileStore(join(profiles.path, 'old'));
    generations.learn(store);
    const fork = await scene.fork();
    await bob.says(room, 'one');
    await bob.settles(room);
    await bob.close();
    generations.look(sent.splice(0));
    expect(generations.reused).toEqual([]);

    bobsRelay.standBefore(fork.url);
    bobsRelay.cut();
    const old = new Person({ relayUrl: bobsRelay.url, store });
    await old.says(room, 'two');
    await old.settles(room);
    generations.look(sent);
    expect(generations.reused).toHaveLength(1);
    await old.close();
    await scene.close();
  });

  it('a lost, a doubled and a swapped message are found', async () => {
    const one = row('one', 1);
    const two = row('two', 2);
    expect(audit(['one', 'two'], [[one, two], [one]]).join()).toContain('lost');
    expect(audit(['one', 'two'], [[one, two, two]]).join()).toContain('twice');
    expect(
      audit(
        ['one', 'two'],
        [
          [one, two],
          [two, one],
        ],
      ).join(),
    ).toContain('order');
    expect(audit(['one'], [[one, two]]).join()).toContain('nobody');
    expect(audit(['one'], [[one]])).toEqual([]);
  });
});

function row(id: string, seq: number): Row {
  const place = { id, seq, order: seq * 1024, at: seq, room: 'room' };
  return { ...place, kind: 'message', from: 'key', name: 'Ana', own: false, text: id, delivery: 'relay' };
}
