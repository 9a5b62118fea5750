import { cpSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, detailsOf, refusalOf } from './company.ts';
import { introduced } from './introduced.ts';
import { fileStore, newId, type Person } from './person.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meetDurably();
});
afterEach(() => company.part());

/** Ben's records of his keys, as damage or a careless hand would leave them. */
function damage(name: string, change: (name: string, body: Uint8Array) => Uint8Array | null): void {
  const store = fileStore(company.profile(name));
  for (const { number } of store.rooms.all()) {
    for (const [record, body] of store.records.load(number)) {
      const after = change(record, body);
      if (after === null) store.records.apply(number, { put: new Map(), delete: [record] });
      else store.records.apply(number, { put: new Map([[record, after]]), delete: [] });
    }
  }
  store.close();
}

/** Ana lets in whoever asks to come back. */
async function letBack(ana: Person, room: string): Promise<void> {
  await ana.until(() => ana.room(room)?.knocks === 1);
  const [knock] = (await detailsOf(ana, room)).knocks;
  expect(knock).toMatchObject({ approval: true, returning: 'Ben' });
  await ana.ask('admitKnock', { room, knock: knock?.id ?? '' });
}

async function talkOfTwo() {
  const [ana, ben] = [company.person('Ana'), company.resident('Ben')];
  const room = await company.room(ana, ben);
  await introduced(room, ana, ben);
  await ana.says(room, 'hello Ben');
  await ben.hears(room, ['hello Ben']);
  await ben.says(room, 'hello Ana');
  for (const who of [ana, ben]) await who.hears(room, ['hello Ben', 'hello Ana']);
  await ben.settles(room);
  return { ana, ben, room };
}

const losses: [string, (name: string, body: Uint8Array) => Uint8Array | null][] = [
  ['deleted', (name, body) => (name === 'wayBack' ? body : null)],
  ['damaged', (name, body) => (name.startsWith('mls/') ? body.slice(0, body.length / 2) : body)],
];

test.each(losses)(
  '[R1] who lost its keys (%s) comes back with its history, and the others are told',
  async (_how, loss) => {
    const { ana, ben, room } = await talkOfTwo();
    const former = ben.room(room)?.me;
    await company.dismiss(ben);
    damage('Ben', loss);
    const back = company.resident('Ben');
    expect(back.room(room)?.state).toBe('lost');
    expect(await refusalOf(back, 'sendMessage', { room, id: newId(), text: 'hm' })).toBe('notAllowed');
    await back.ask('returnToRoom', { room });
    await letBack(ana, room);
    await back.until(() => back.room(room)?.state === 'joined');
    await back.says(room, 'here again');
    await ana.hears(room, ['here again']);
    await ana.says(room, 'good');
    await back.hears(room, ['good']);
    expect(await back.texts(room)).toEqual(['hello Ben', 'hello Ana', 'here again', 'good']);
    expect(back.room(room)?.me).not.toBe(former);
    expect(ana.room(room)?.memberCount).toBe(2);
    expect(await ana.notices(room)).toContain('returned');
    expect(await ana.notices(room)).not.toContain('removed');
    expect(await back.notices(room)).toContain('youReturned');

    // Nothing of the old keys is in the way of the next start.
    await company.dismiss(back);
    const later = company.resident('Ben');
    await later.says(room, 'and after a restart');
    await ana.hears(room, ['and after a restart']);
    for (const who of [ana, later]) expect(await who.troubles(room)).toEqual([]);
  },
);

test('[R1] a profile that was put back from an old copy notices, and comes back', async () => {
  const { ana, ben, room } = await talkOfTwo();
  await company.dismiss(ben);
  const [now, copy] = [company.profile('Ben'), company.profile('copy')];
  cpSync(now, copy, { recursive: true });
  const meanwhile = company.resident('Ben');
  await meanwhile.says(room, 'after the copy was made');
  await ana.hears(room, ['after the copy was made']);
  await meanwhile.settles(room);
  await company.dismiss(meanwhile);
  renameSync(now, company.profile('lost'));
  renameSync(copy, now);

  const back = company.resident('Ben');
  await back.until(() => back.room(room)?.state === 'lost');
  expect(await back.troubles(room)).toEqual(['ownStateOld']);
  await back.ask('returnToRoom', { room });
  await letBack(ana, room);
  await back.until(() => back.room(room)?.state === 'joined');
  await back.says(room, 'with new keys');
  await ana.hears(room, ['with new keys']);
  expect(await ana.troubles(room)).toEqual([]);
});

test('[R1] a member who may not remove cannot let anybody come back, and is not asked', async () => {
  const { ana, ben, room } = await talkOfTwo();
  const cleo = company.person('Cleo');
  await cleo.joins(ana, room);
  const roles = { invite: 'everyone', remove: 'admins', change: 'everyone' } as const;
  await ana.ask('setRoles', { room, roles });
  await cleo.until(() => cleo.room(room)?.rights.remove === false);
  await company.dismiss(ben);
  damage('Ben', (name, body) => (name === 'wayBack' ? body : null));
  const back = company.resident('Ben');
  await back.ask('returnToRoom', { room });
  await ana.until(() => ana.room(room)?.knocks === 1);
  const [knock] = (await detailsOf(ana, room)).knocks;
  await ana.says(room, 'somebody comes back');
  await cleo.hears(room, ['somebody comes back']);
  expect(cleo.room(room)?.knocks).toBe(0);
  expect(await refusalOf(cleo, 'admitKnock', { room, knock: knock?.id ?? '' })).toBe('notAllowed');
  await letBack(ana, room);
  await back.until(() => back.room(room)?.state === 'joined');
});

test('[M11] a proxy that stops while its room is being created goes on when the relay is back', async () => {
  await company.stopRelay();
  const ana = company.resident('Ana');
  const room = await ana.create('Garden');
  await ana.says(room, 'early');
  expect(ana.room(room)?.state).toBe('creating');
  await company.dismiss(ana);
  const again = company.resident('Ana');
  await company.startRelay();
  await again.settles(room);
  const ben = company.person('Ben');
  await ben.joins(again, room);
  await again.says(room, 'to Ben');
  await ben.hears(room, ['to Ben']);
  expect(await ben.texts(room)).toEqual(['to Ben']);
});

test('[M11] wishes that no commit has done outlive the proxy', async () => {
  const ana = company.resident('Ana');
  const ben = company.person('Ben');
  const room = await company.room(ana, ben);
  await company.stopRelay();
  await ana.until(() => ana.chat.snapshot().relay.state === 'offline');
  await ana.ask('renameRoom', { room, name: 'Orchard' });
  const { link } = await ana.ask('createInvite', { room, uses: 1, expiresIn: null, approval: false });
  await company.dismiss(ana);
  const again = company.resident('Ana');
  await company.startRelay();
  await ben.until(() => ben.room(room)?.name === 'Orchard');
  const cleo = company.person('Cleo');
  await cleo.ask('joinRoom', { link });
  await cleo.until(() => cleo.room(room)?.state === 'joined');
  for (const who of [again, ben]) expect(await who.troubles(room)).toEqual([]);
});

test('[M11] a commit that was stored and not sent is sent after the restart', async () => {
  const store = fileStore(company.profile('Ana'));
  let stops = false;
  const ana = company.residentWith('Ana', store, (step) => {
    if (stops && step === 'commitStored') throw new Error('the process ends here');
  });
  const ben = company.person('Ben');
  const room = await company.room(ana, ben);
  stops = true;
  await ana.chat.request('renameRoom', { room, name: 'Orchard' }).catch(() => {});
  await company.dismiss(ana);
  const again = company.resident('Ana');
  expect((await again.ask('getDetails', { room })).epoch).toBeGreaterThan(0);
  await ben.until(() => ben.room(room)?.name === 'Orchard');
  await again.says(room, 'went on');
  await ben.hears(room, ['went on']);
  for (const who of [again, ben]) expect(await who.troubles(room)).toEqual([]);
});

test('[R3] who stops while it leaves has left when the relay is back', async () => {
  const { ana, ben, room } = await talkOfTwo();
  await company.stopRelay();
  await ben.until(() => ben.chat.snapshot().relay.state === 'offline');
  expect(await refusalOf(ben, 'leaveRoom', { room })).toBe('relayUnreachable');
  await company.dismiss(ben);
  const again = company.resident('Ben');
  expect(again.room(room)).toBeDefined();
  await company.startRelay();
  await again.until(() => again.room(room) === undefined);
  await ana.until(() => ana.room(room)?.memberCount === 1);
  expect(await ana.notices(room)).toContain('left');
});
