import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabases, type Store } from '../../src/store/store.ts';
import { filesWith, type Secret } from '../store/fileScan.ts';
import { Company, keyOf } from './company.ts';
import { newId } from './person.ts';
import { roomOfTwo, whispers } from './whisperTalk.ts';

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
  const room = await roomOfTwo(company, ana, ben, offTheRecord);
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
