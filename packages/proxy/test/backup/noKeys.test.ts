import { afterEach, beforeEach, expect, test } from 'vitest';
import { viewOf } from '../../src/core/group/view.ts';
import { toText } from '../../src/core/text.ts';
import { keptIn } from '../../src/room/records.ts';
import { Company } from '../chat/company.ts';
import { message } from '../store/places.ts';
import { backup, mustDo, recordsOf, Shelf, storeIn } from './profiles.ts';

let company: Company;
let shelf: Shelf;
beforeEach(async () => {
  company = await Company.meetDurably();
  shelf = new Shelf();
});
afterEach(async () => {
  await company.part();
  shelf.clean();
});

/** So many bytes in a row are no accident. */
const width = 12;

/** All sequences of so many bytes in records, as text that is the same for the same bytes. */
function sequencesIn(bytes: Uint8Array): Set<string> {
  const buffer = Buffer.from(bytes);
  const found = new Set<string>();
  for (let at = 0; at + width <= buffer.length; at++) found.add(buffer.toString('latin1', at, at + width));
  return found;
}

/** What a backup holds: as it is, and each of its texts as the bytes that it may stand for. */
async function contentOf(file: string): Promise<Buffer[]> {
  const text = JSON.stringify(await recordsOf(file));
  const words = text.match(/[\w+/-]{16,}/g) ?? [];
  return [
    Buffer.from(text),
    ...words.map((word) => Buffer.from(word, 'base64url')),
    ...words.filter((word) => /^[0-9a-f]+$/i.test(word)).map((word) => Buffer.from(word, 'hex')),
  ];
}

/** A run of zeros, a time, or a name with JSON around it. Secrets are random bytes, or one word of base64url. */
function isOrdinary(sequence: string): boolean {
  const isText = /^[ -~]+$/.test(sequence);
  return new Set(sequence).size < 4 || /^\d+$/.test(sequence) || (isText && !/^[\w-]+$/.test(sequence));
}

/** The sequences of the records that are in the backup, but for those of `known`. */
async function sharedWith(file: string, records: Iterable<Uint8Array>, known: readonly Uint8Array[]) {
  const here = (await contentOf(file)).map(sequencesIn);
  const allowed = new Set(known.flatMap((bytes) => [...sequencesIn(bytes)]));
  const shared = new Set<string>();
  for (const record of records) {
    for (const sequence of sequencesIn(record)) {
      if (isOrdinary(sequence) || allowed.has(sequence)) continue;
      if (here.some((content) => content.has(sequence))) shared.add(sequence);
    }
  }
  return [...shared];
}

/** Ann's profile in the middle of a talk; something is sealed and not sent. */
async function profileWithKeys() {
  const store = await storeIn(company.profile('Ann'));
  const ann = company.residentWith('Ann', store, () => {});
  const [ben, cleo] = [company.person('Ben'), company.person('Cleo')];
  const room = await company.room(ann, ben, cleo);
  await ann.ask('createInvite', { room, uses: 3, expiresIn: null, approval: true });
  for (let n = 0; n < 5; n++) {
    await ann.says(room, `line ${n}`);
    await ben.says(room, `answer ${n}`);
    await ann.hears(room, [`answer ${n}`]);
  }
  await ann.settles(room);
  await company.stopRelay();
  await ann.until(() => ann.chat.snapshot().relay.state === 'offline');
  await ann.says(room, 'sealed later');
  // A knock of its own, with key packages.
  const away = 'otr:127.0.0.1:1/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await ann.ask('joinRoom', { link: away });
  await company.dismiss(ann);
}

/** All that the ratchet database holds of rooms, and what of it may be elsewhere: no keys. */
async function ratchetOf(folder: string) {
  const store = await storeIn(folder);
  const records = new Map<string, Uint8Array>();
  const known: Uint8Array[] = [];
  for (const { number, room } of store.rooms.all()) {
    const all = store.records.load(number);
    for (const [record, body] of all) if (record !== 'wayBack') records.set(`${number} ${record}`, body);
    const { group, join } = keptIn(all);
    const view = group && viewOf(group);
    const texts = view ? [view.settings.returnSecret, ...view.members.keys()] : [];
    texts.push(...store.people.all().map(({ identityKey }) => identityKey));
    if (join) texts.push(toText(join.secret));
    for (const text of [...texts, toText(room)]) {
      known.push(Buffer.from(text), Buffer.from(text, 'base64url'));
    }
  }
  store.close();
  return { records, known };
}

test('nothing of a room’s keys is in a backup: no sequence of bytes of any record, in any encoding', async () => {
  await profileWithKeys();
  const folder = company.profile('Ann');
  const file = shelf.place('backup');
  await mustDo(backup(folder, file));
  const { records, known } = await ratchetOf(folder);
  expect([...records.keys()].filter((name) => name.includes('mls/')).length).toBeGreaterThan(3);
  expect([...records.keys()].some((name) => name.endsWith('join'))).toBe(true);
  expect(await sharedWith(file, records.values(), known)).toEqual([]);
});

test('negative control: the same search finds one record that was planted as the text of a message', async () => {
  await profileWithKeys();
  const folder = company.profile('Ann');
  const { records, known } = await ratchetOf(folder);
  for (const [name, body] of records) {
    if (!name.includes('mls/') || body.length < 2 * width) continue;
    const store = await storeIn(folder);
    const [room] = store.rooms.all();
    // Only the last bytes of it, as base64url.
    const text = `x ${toText(body.subarray(-2 * width))} x`;
    store.timeline.write(room?.number ?? 0, message(900_000, { text }));
    store.close();
    const file = shelf.place(`planted ${name.replaceAll('/', ' ')}`);
    await mustDo(backup(folder, file));
    expect([name, await sharedWith(file, records.values(), known)]).toEqual([
      name,
      expect.toSatisfy((shared: string[]) => shared.length > 0),
    ]);
  }
});
