import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { Company } from './company.ts';
import { fileStore, newId, Person } from './person.ts';
import { allCaughtUp, roomOfTwo } from './whisperTalk.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

test('[D9] everything is whispered to all: nothing in the log is signed, and the room says so to who made it and who came', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const sealed = vi.spyOn(ana.store.outbox, 'seal');
  const room = await roomOfTwo(company, ana, ben, true);
  for (const who of [ana, ben]) expect(who.room(room)?.offTheRecord).toBe(true);
  sealed.mockClear();
  const id = await ana.says(room, 'hello');
  await ana.ask('editMessage', { room, id: newId(), target: id, text: 'hello all' });
  await ben.hears(room, ['hello all']);
  await ben.ask('react', { room, id: newId(), target: id, emoji: '🙂', on: true });
  await ana.until(async () => ((await ana.messages(room))[0]?.reactions?.length ?? 0) === 1);
  for (const [, , { body, slices }] of sealed.mock.calls) {
    expect([body[0], slices?.length]).toEqual([0x57, 1]);
  }
  expect(sealed.mock.calls).toHaveLength(2);
  // To everyone, so no row says for whom.
  expect(await ben.messages(room)).toMatchObject([{ text: 'hello all', name: 'Ana' }]);
  expect((await ben.messages(room))[0]).not.toHaveProperty('whisper');
  // Negative control: in an ordinary room the same is signed.
  const other = await roomOfTwo(company, ana, ben, false);
  expect(ana.room(other)?.offTheRecord).toBe(false);
  sealed.mockClear();
  await ana.says(other, 'hello');
  await ben.hears(other, ['hello']);
  expect(sealed.mock.calls.map(([, , { body }]) => body[0] === 0x57)).toEqual([false]);
});

test('[D9] it is gone when the proxy has stopped; the room is there, says what it is, and the talk goes on', async () => {
  const ana = company.resident('Ana');
  const ben = company.person('Ben');
  const room = await roomOfTwo(company, ana, ben, true);
  await ana.says(room, 'one');
  await ben.hears(room, ['one']);
  await ben.says(room, 'two');
  await ana.ask('setDraft', { room, text: 'not yet' });
  await allCaughtUp([ana, ben], room);
  await company.dismiss(ana);

  const again = company.resident('Ana');
  expect(again.room(room)).toMatchObject({ offTheRecord: true, draft: '', lastLine: null, queued: 0 });
  expect(await again.rows(room)).toEqual([]);
  expect((await again.ask('search', { text: 'one', limit: 5 })).hits).toEqual([]);
  await again.says(room, 'three');
  await ben.hears(room, ['three']);
  await ben.says(room, 'four');
  await again.hears(room, ['four']);
  await allCaughtUp([again, ben], room);
  const spoken = (all: string[]) => all.filter((text) => !text.startsWith('so far'));
  expect(spoken(await ben.texts(room))).toEqual(['one', 'two', 'three', 'four']);
  expect(spoken(await again.texts(room))).toEqual(['three', 'four']);
  for (const who of [again, ben]) expect(await who.troubles(room)).toEqual([]);

  // Negative control: of an ordinary room the same restart loses nothing.
  const kept = await roomOfTwo(company, again, ben, false);
  await again.says(kept, 'kept');
  await again.settles(kept);
  await company.dismiss(again);
  expect(await company.resident('Ana').texts(kept)).toEqual(['kept']);
});

test('[D9] killed with a whisper under way: it may arrive, it counts then, and nobody is alarmed', async () => {
  const evil = await startTamperingRelay(company.url);
  const start = (name: string) =>
    new Person({ relayUrl: evil.url, name, store: fileStore(company.profile(name)) });
  let ana = start('Ana');
  const ben = start('Ben');
  const room = await roomOfTwo(company, ana, ben, true);
  await ana.says(room, 'one');
  await ben.hears(room, ['one']);
  await ana.settles(room);
  const annas = evil.visitors[0]?.index;
  evil.tamper({ entry: (entry, { index }) => (index === annas ? [] : [entry]) });
  await ana.says(room, 'two');
  await ben.hears(room, ['two']);
  expect((await ana.messages(room)).at(-1), 'it is not at its place for Ana').toMatchObject({ seq: null });
  await ana.close();
  evil.tamper({});
  ana = start('Ana');
  await ana.says(room, 'three');
  await ben.hears(room, ['three']);
  await ana.settles(room);
  expect(await ben.texts(room)).toEqual(['one', 'two', 'three']);
  expect(await ana.texts(room)).toEqual(['three']);
  for (const who of [ana, ben]) expect(await who.troubles(room)).toEqual([]);
  await ana.close();
  await ben.close();
  await evil.close();
});

test('[D9] killed after a whisper is sealed and before it is sent: it is gone, and the next has its counter', async () => {
  let isOver = false;
  const ana = company.residentWith('Ana', fileStore(company.profile('Ana')), (step) => {
    if (isOver && step === 'queued') throw new Error('the process ends here');
  });
  const ben = company.person('Ben');
  const room = await roomOfTwo(company, ana, ben, true);
  await ana.says(room, 'one');
  await ben.hears(room, ['one']);
  await ana.settles(room);
  isOver = true;
  await ana.says(room, 'lost').catch(() => {});
  await company.dismiss(ana);
  const again = company.resident('Ana');
  await again.says(room, 'two');
  await ben.hears(room, ['two']);
  await allCaughtUp([again, ben], room);
  expect((await ben.texts(room)).filter((text) => !text.startsWith('so far'))).toEqual(['one', 'two']);
  for (const who of [again, ben]) expect(await who.troubles(room)).toEqual([]);
});
