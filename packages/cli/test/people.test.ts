import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openWorld, type Person, type World } from './world.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: World;
let ann: Person;
let ben: Person;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.person('ann');
  ben = await world.person('ben');
});
afterAll(() => world.close());

async function json<Shape>(who: Person, ...words: string[]): Promise<Shape[]> {
  const { status, stdout, stderr } = await who.otr([...words, '--json']);
  expect(status, stderr).toBe(0);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Shape);
}

async function linkOf(room: string, ...policy: string[]): Promise<string> {
  const [invited] = await json<{ link: string }>(ann, 'room', 'invite', room, ...policy);
  return invited?.link ?? '';
}

/** Asks until it is so: what one person does reaches the others in its own time. */
const eventually = <Value>(ask: () => Promise<Value>) => expect.poll(ask, { timeout: 60_000, interval: 200 });

interface Listed {
  room: string;
  state: string;
  members: number;
}
interface Knocked {
  id: string;
  name: string;
  approval: boolean;
}

it('an invite that asks for approval: knock, admit, a timer, a rule, a removal', async () => {
  const [{ room }] = (await json<Listed>(ann, 'room', 'create', 'den')) as [Listed];
  const link = await linkOf('den', '--uses', '1', '--approval');
  const knocked = await ben.otr(['room', 'join', link, '--timeout', '1ms']);
  expect(knocked).toMatchObject({ status: 0, stderr: expect.stringContaining('the room is kept') });

  await eventually(() => json<Knocked>(ann, 'room', 'knocks', 'den')).toMatchObject([
    { name: 'ben', approval: true },
  ]);
  expect(await json<Listed>(ben, 'room', 'list')).toMatchObject([{ room, state: 'joining' }]);
  await json(ann, 'room', 'admit', 'den', 'ben');
  await eventually(() => json<Listed>(ben, 'room', 'list')).toMatchObject([{ state: 'joined', members: 2 }]);
  // It was good for one.
  await eventually(() => json(ann, 'room', 'invites', 'den')).not.toContainEqual(
    expect.objectContaining({ link }),
  );

  await json(ann, 'room', 'timer', 'den', '1h');
  await json(ann, 'room', 'rule', 'den', 'remove', 'admins');
  await eventually(() => json(ben, 'room', 'details', 'den')).toMatchObject([
    { disappearAfter: 3_600_000, roles: { remove: 'admins' } },
  ]);
  const refused = await ben.otr(['room', 'remove', 'den', 'ann']);
  expect(refused).toMatchObject({ status: 1, stdout: '' });

  await json(ann, 'room', 'remove', 'den', 'ben');
  await eventually(() => json<Listed>(ben, 'room', 'list')).toMatchObject([{ state: 'removed' }]);
  await eventually(() => json<Listed>(ann, 'room', 'list')).toMatchObject([{ members: 1 }]);
  const told = (await ben.otr(['read', 'den'])).stderr;
  expect(told).toContain('messages are deleted everywhere after 1 hour');
  expect(told).toContain('ann removed you');
});

it('an invite that is revoked lets nobody in', async () => {
  await json(ann, 'room', 'create', 'cave');
  const link = await linkOf('cave', '--expires', '1d');
  await json(ann, 'room', 'revoke', 'cave', link);
  await eventually(() => json(ann, 'room', 'invites', 'cave')).not.toContainEqual(
    expect.objectContaining({ link }),
  );
  await ben.otr(['room', 'join', link, '--timeout', '2s']);
  expect(await json<Listed>(ann, 'room', 'list')).toContainEqual(
    expect.objectContaining({ name: 'cave', members: 1 }),
  );
  const states = (await json<Listed>(ben, 'room', 'list')).map(({ state }) => state);
  expect(states.filter((state) => state === 'joined')).toEqual([]);
});
