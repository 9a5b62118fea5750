import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RoomSettings } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTamperingRelay } from '../../../../tests/hostile/tamperingRelay.ts';
import { TestClient } from '../../../relay/test/testClient.ts';
import { keyPackageRefOf, keyPackagesOf, makeJoinKeys } from '../../src/core/group/join.ts';
import { openForRoom } from '../../src/core/group/messages.ts';
import { inviteKeysOf, sealKnock } from '../../src/core/invite.ts';
import { parseInviteLink } from '../../src/core/inviteLink.ts';
import { randomId, toText } from '../../src/core/text.ts';
import { openDatabases, type Store } from '../../src/store/store.ts';
import { leafNamed } from '../core/group/leaves.ts';
import { newcomer, nobody, Party } from '../core/group/parties.ts';
import { filesWith, type Secret } from '../store/fileScan.ts';
import { Company, detailsOf, keyOf } from './company.ts';
import { fileStore, newId, Person } from './person.ts';
import { allCaughtUp, whispers } from './whisperTalk.ts';

let company: Company;

beforeEach(async () => {
  company = await Company.meet();
});
afterEach(() => company.part());

/** Not encrypted: what only the key would hide from a scan is written, too. */
function plainStore(folder: string): Store {
  mkdirSync(folder, { recursive: true });
  const opened = openDatabases(
    { ratchet: join(folder, 'ratchet.db'), history: join(folder, 'history.db') },
    null,
  );
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}

/** Texts that occur nowhere by chance. */
const texts = {
  said: 'saidxq pelican',
  edited: 'editedxq heron',
  heard: 'heardxq walrus',
  answered: 'answeredxq gannet',
  whispered: 'whisperedxq plover',
  waiting: 'waitingxq dunlin',
  draft: 'draftxq curlew',
} as const;

async function roomOf(ana: Person, ben: Person, offTheRecord: boolean): Promise<string> {
  const { room } = await ana.ask('createRoom', { name: 'Garden', offTheRecord });
  await ben.joins(ana, room);
  await company.allKnow([ana, ben], room);
  return room;
}

/** Two people do all that leaves texts; every file of both profiles is read after each step. */
async function shownByTalk(offTheRecord: boolean): Promise<{ found: Set<string>; sealed: number }> {
  const found = new Set<string>();
  const secrets: Secret[] = Object.values(texts);
  const sealed: Uint8Array[] = [];
  const look = () => {
    for (const name of ['Ana', 'Ben']) {
      for (const one of filesWith(company.profile(name), [...secrets, ...sealed])) found.add(one);
    }
  };
  const [ana, ben] = ['Ana', 'Ben'].map((name) => {
    const store = plainStore(company.profile(name));
    return company.residentWith(name, store, look);
  });
  if (!ana || !ben) throw new Error('nobody');
  const room = await roomOf(ana, ben, offTheRecord);
  // What others are told of tags and words is no secret here: only what people say from now on.
  for (const { store } of [ana, ben]) {
    const { seal } = store.outbox;
    vi.spyOn(store.outbox, 'seal').mockImplementation((number, id, entry) => {
      if (store.outbox.get(number, id)?.content.kind !== 'identify') sealed.push(entry.body);
      seal.call(store.outbox, number, id, entry);
      look();
    });
  }

  const id = await ana.says(room, texts.said);
  await ben.hears(room, [texts.said]);
  await ben.says(room, texts.heard);
  await ben.ask('sendMessage', { room, id: newId(), text: texts.answered, replyTo: id });
  await ana.hears(room, [texts.heard, texts.answered]);
  await whispers(ana, room, [await keyOf(ana, room, 'Ben')], texts.whispered);
  await ana.ask('editMessage', { room, id: newId(), target: id, text: texts.edited });
  await ben.ask('react', { room, id: newId(), target: id, emoji: '🙂', on: true });
  await ana.ask('setDraft', { room, text: texts.draft });
  await ben.hears(room, [texts.whispered, texts.edited]);
  await company.stopRelay();
  await ana.until(() => ana.chat.snapshot().relay.state !== 'online');
  await ana.says(room, texts.waiting);
  look();
  ana.store.wipeDeleted();
  await company.dismiss(ana, ben);
  look();
  return { found, sealed: sealed.length };
}

test('[D9] no file of a profile ever holds what is said, heard, drafted or waits, sealed or not, with no key between', async () => {
  const { found, sealed } = await shownByTalk(true);
  expect(sealed).toBeGreaterThan(5);
  expect([...found]).toEqual([]);
}, 60_000);

test('[D9] negative control: of an ordinary room the same scan finds every text, and what is sealed', async () => {
  const { found } = await shownByTalk(false);
  const shown = [...found];
  for (const text of Object.values(texts)) {
    expect(
      shown.some((one) => one.endsWith(`: ${text}`)),
      text,
    ).toBe(true);
  }
  expect(
    shown.some((one) => /: [0-9a-f]{200,}$/.test(one)),
    'something sealed',
  ).toBe(true);
}, 60_000);

test('[D9] everything is whispered to all: nothing in the log is signed, and the room says so to who made it and who came', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const sealed = vi.spyOn(ana.store.outbox, 'seal');
  const room = await roomOf(ana, ben, true);
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
  const other = await roomOf(ana, ben, false);
  expect(ana.room(other)?.offTheRecord).toBe(false);
  sealed.mockClear();
  await ana.says(other, 'hello');
  await ben.hears(other, ['hello']);
  expect(sealed.mock.calls.map(([, , { body }]) => body[0] === 0x57)).toEqual([false]);
});

test('[D9] it is gone when the proxy has stopped; the room is there, says what it is, and the talk goes on', async () => {
  const ana = company.resident('Ana');
  const ben = company.person('Ben');
  const room = await roomOf(ana, ben, true);
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
  const kept = await roomOf(again, ben, false);
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
  const room = await roomOf(ana, ben, true);
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
  const room = await roomOf(ana, ben, true);
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

test('[D9] has up to 100 members: there is no invite for one more, and nobody who knocks is let in', async () => {
  const ana = company.person('Ana');
  const { room } = await ana.ask('createRoom', { name: 'Garden', offTheRecord: true, large: true });
  const { link } = await ana.ask('createInvite', { room, uses: null, expiresIn: null, approval: true });
  const crowd = await Promise.all(Array.from({ length: 100 }, (_, n) => knocks(link, `Member ${n}`)));
  await ana.until(() => ana.room(room)?.knocks === 100);
  const waiting = async () => (await detailsOf(ana, room)).knocks;
  for (const { id } of (await waiting()).slice(0, 99)) await ana.ask('admitKnock', { room, knock: id });
  await ana.until(() => ana.room(room)?.memberCount === 100);
  const [late] = await waiting();
  expect(await waiting()).toHaveLength(1);
  const policy = { room, uses: 1, expiresIn: null, approval: false };
  for (const answer of [
    await ana.chat.request('admitKnock', { room, knock: late?.id ?? '' }),
    await ana.chat.request('createInvite', policy),
    await ana.chat.request('invite', { room }),
  ]) {
    const message = expect.stringContaining('100 members and cannot have more');
    expect(answer).toMatchObject({ ok: false, error: { code: 'notAllowed', message } });
  }
  expect(ana.room(room)?.memberCount).toBe(100);
  for (const client of crowd) client.close();
}, 60_000);

describe('members whose proxies keep no rule', () => {
  const everybody = (count: number) => Array.from({ length: count }, (_, n) => newcomer(`Member ${n}`));

  test.each([true, false])('[D9] cannot let in a 101st (off the record: %s)', (offTheRecord) => {
    const party = new Party('Ana', { offTheRecord });
    party.letIn('Ben');
    party.commit('Ana', { add: everybody(98).map(({ keyPackage }) => keyPackage) });
    expect(party.view('Ben').members.size).toBe(100);
    const commit = party.forged('Ana', [{ type: 'add', keyPackage: newcomer('One more').keyPackage }]);
    const opened = openForRoom(party.group('Ben'), commit, nobody);
    // Negative control: in an ordinary room nothing is wrong with it.
    expect(opened.kind).toBe(offTheRecord ? 'refused' : 'commit');
  });

  test.each([true, false])(
    '[D9] cannot make a room another than it was (off the record: %s)',
    (offTheRecord) => {
      const party = new Party('Ana', { offTheRecord });
      party.letIn('Ben');
      const settings = party.settings('Ana');
      const changed = (change: Partial<RoomSettings>) => {
        const commit = party.forged('Ana', [party.change({ ...settings, ...change })]);
        return openForRoom(party.group('Ben'), commit, nobody).kind;
      };
      expect(changed({ offTheRecord: !offTheRecord })).toBe('refused');
      // Negative control: she may change something else.
      expect(changed({ name: 'Orchard' })).toBe('commit');
    },
  );
});

/** Somebody with the invite, on a connection of its own, as soon as the relay knows of it. */
async function knocks(link: string, name: string): Promise<TestClient> {
  const parsed = parseInviteLink(link);
  if (!parsed.ok) throw new Error('no link');
  const { room, secret, relayUrl } = parsed.value;
  const client = await TestClient.connect(relayUrl);
  const [invite, id] = [inviteKeysOf(secret, room), randomId()];
  const keys = makeJoinKeys(leafNamed(name), Date.now());
  const keyPackages = keyPackagesOf(keys).map(toText);
  const request = {
    room,
    id,
    invite: invite.publicKey,
    signature: invite.sign(client.challenge, room),
    keyPackageRef: keyPackageRefOf(keys),
    sealed: sealKnock(invite, id, { version: 1, name, keyPackages }),
  };
  for (;;) {
    const answer = await client.ask('knock', request);
    if (answer.ok) return client;
    if (answer.error.code !== 'inviteNotFound') throw new Error(answer.error.message);
    await setTimeout(20);
  }
}
