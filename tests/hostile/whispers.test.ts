import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { MessageEntry } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leafHash } from '../../packages/proxy/src/core/group/leaf.ts';
import { viewOf } from '../../packages/proxy/src/core/group/view.ts';
import { pairOf } from '../../packages/proxy/src/core/identity/pair.ts';
import { fromText } from '../../packages/proxy/src/core/text.ts';
import { hashOf, openSlice, sealSlice } from '../../packages/proxy/src/core/whisper/slice.ts';
import { sliceAddress, whisperExporter, whisperSender } from '../../packages/proxy/src/core/whisper.ts';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import type { Person } from '../../packages/proxy/test/chat/person.ts';
import { allCaughtUp, keysOf, whispers } from '../../packages/proxy/test/chat/whisperTalk.ts';
import { formsFound } from './conversation.ts';
import { isMessage, notices, openScene, type Scene } from './scene.ts';
import { type Loot, readBy, type SentWhisper, steal, type Told } from './thief.ts';

const names = ['Ann', 'Bob', 'Cleopatra Quartzworth', 'Danforth Pumpernickel'] as const;
type Name = (typeof names)[number];
const [, bobs, cleos, dans] = names;

let scene: Scene;
let everybody: Person[];
let cleo: Person;
let dan: Person;
/** Pseudonyms, by name. */
let keys: Record<Name, string>;
/** Whispers of Ann's, as they left her proxy. */
let sent: SentWhisper[];

beforeEach(async () => {
  scene = await openScene();
  const { ann, bob, room, newcomer, joins } = scene;
  const others = [await newcomer(cleos), await newcomer(dans)];
  for (const other of others) await joins(other, ann);
  const [third, fourth] = others.map(({ person }) => person);
  if (!third || !fourth) throw new Error('nobody');
  [cleo, dan] = [third, fourth];
  everybody = [ann, bob, cleo, dan];
  await introduced(room, ...everybody);
  const found = await keysOf(ann, room, ...names);
  keys = Object.fromEntries(names.map((name, n) => [name, found[n] ?? ''])) as Record<Name, string>;
  sent = [];
  scene.annsRelay.watch((event, request) => {
    if (event === 'append' && (request as SentWhisper).slices.length > 0) sent.push(request as SentWhisper);
  });
});
afterEach(() => scene.close());

/** Ann whispers this, and it is at its place for all. */
async function whispered(to: readonly Name[], text: string): Promise<SentWhisper> {
  const { ann, room } = scene;
  const id = await whispers(
    ann,
    room,
    to.map((name) => keys[name]),
    text,
  );
  await allCaughtUp(everybody, room);
  const found = sent.find((one) => Buffer.from(one.id).toString('base64url') === id);
  if (!found) throw new Error('it was not sent');
  return found;
}

/** As members of the epoch know it. */
function toldOf({ group }: Loot, whisper: SentWhisper): Told {
  const sender = whisperSender(group, whisper.id, whisper.body);
  if (!sender) throw new Error('not of this epoch');
  return { epoch: group.context.epoch, sender };
}

const stealFrom = (person: Person) => steal(person, scene.room);

describe('all that reaches the relay of a whisper (frames and database)', () => {
  const audiences: Name[][] = [[bobs], [dans], [dans, cleos], [bobs, cleos, dans], [cleos]];

  it('[D4] is as many slices, all of one size, in one order, whoever it is for; so is what it stores', async () => {
    for (const to of audiences) await whispered(to, 'so be it, said the heron');
    const { group } = stealFrom(scene.ann);
    const { me, members } = viewOf(group);
    const leaves = [...members.values()].filter(({ id }) => id !== me).map(({ leafIndex }) => leafIndex);
    const addresses = leaves.sort((one, other) => one - other).map((leaf) => hex(sliceAddress(group, leaf)));
    expect(sent.map(shapeOf)).toEqual(
      audiences.map(() => ({ body: 512, slices: [96, 96, 96], to: addresses })),
    );
    expect(storedShapes()).toHaveLength(audiences.length);
    expect(new Set(storedShapes()).size).toBe(1);
    const frames = sent.map(({ id }) =>
      scene.annsRelay.frames.filter((frame) => frame.includes(Buffer.from(id))),
    );
    expect(frames.map(({ length }) => length)).toEqual(audiences.map(() => 1));
    expect(new Set(frames.flat().map(({ length }) => length)).size).toBe(1);

    // Negative control: one that left out who is not addressed, or sorted by whom is, would be told apart.
    const [one, , , all] = sent;
    if (!one || !all) throw new Error('nothing sent');
    expect(shapeOf({ ...one, slices: one.slices.slice(1) })).not.toEqual(shapeOf(all));
    expect(shapeOf({ ...one, slices: one.slices.toReversed() })).not.toEqual(shapeOf(all));
  });

  it('[D4] [M3] has a body whose size does not tell for how many it is, though they are named in it', async () => {
    const { ann, room } = scene;
    const bodies = new Map<number, Set<number>>();
    for (let length = 1; length <= 256; length += 32) {
      for (const to of audiences) {
        const before = sent.length;
        const names = to.map((name) => keys[name]);
        await whispers(ann, room, names, 'x'.repeat(length));
        await ann.settles(room);
        const [whisper] = sent.slice(before);
        if (!whisper) throw new Error('nothing sent');
        bodies.set(length, (bodies.get(length) ?? new Set()).add(whisper.body.length));
      }
    }
    for (const [length, sizes] of bodies) expect(sizes.size, `${length} characters`).toBe(1);
    // The lengths were such that some are of another size than others.
    expect(new Set([...bodies.values()].flatMap((sizes) => [...sizes])).size).toBeGreaterThan(1);
  });

  it('[D4] has no name, pseudonym, leaf or key of anybody, in no encoding', async () => {
    for (const to of audiences) await whispered(to, 'so be it, said the heron');
    const { group } = stealFrom(scene.ann);
    const people = [...viewOf(group).members.values()];
    const haystack = Buffer.concat([...scene.annsRelay.frames, ...relayFiles()]);
    const needles = people.flatMap(({ id, leaf, identityKey, ephemeralKey }) => [
      fromText(id),
      identityKey,
      ephemeralKey,
      leafHash(leaf),
      leaf.signatureKey,
      leaf.encryptionKey,
    ]);
    const texts = ['so be it, said the heron', cleos, dans].map((text) => Buffer.from(text));
    for (const needle of [...needles, ...texts]) expect(formsFound(haystack, needle)).toEqual([]);
    // Negative control: the address of a slice, which says nothing, is found by the same search.
    expect(formsFound(haystack, sliceAddress(group, people[1]?.leafIndex ?? 0))).toContain('as bytes');
  });
});

describe('with the whole state of a person, and all slices', () => {
  it('[D4] a member who is not addressed opens none: neither before it came, nor when it is there', async () => {
    const before = [stealFrom(dan), stealFrom(scene.bob)];
    const whisper = await whispered([bobs, cleos], 'for two');
    const told = toldOf(stealFrom(dan), whisper);
    const [early, bobsEarly] = before;
    if (!early || !bobsEarly) throw new Error('nothing stolen');
    for (const loot of [early, stealFrom(dan)]) {
      // It can derive the sender's generation, and that is not enough.
      expect(readBy(loot, whisper, told)).toEqual([]);
    }
    // Negative control: the same search with the state of one who is addressed.
    expect(new Set(readBy(bobsEarly, whisper, told).map(textIn))).toEqual(new Set(['for two']));
  });

  it('[D5] of sender or recipients, stolen later in the same epoch, opens nothing earlier', async () => {
    const early = [scene.bob, cleo].map(stealFrom);
    const whisper = await whispered([bobs, cleos], 'for two');
    const told = toldOf(stealFrom(dan), whisper);
    expect(stealFrom(scene.bob).group.context.epoch, 'it is the same epoch').toBe(told.epoch);
    for (const person of [scene.ann, scene.bob, cleo]) {
      expect(readBy(stealFrom(person), whisper, told)).toEqual([]);
    }
    // Negative control: stolen before it came.
    for (const loot of early) expect(readBy(loot, whisper, told).map(textIn)).toContain('for two');
  });

  it('[D5] of all of them together, stolen when the epoch is over, opens nothing of it', async () => {
    const early = stealFrom(scene.bob);
    const whisper = await whispered([bobs, cleos], 'for two');
    const told = toldOf(stealFrom(dan), whisper);
    await dan.ask('renameRoom', { room: scene.room, name: 'Orchard' });
    for (const person of everybody) await person.until(() => person.room(scene.room)?.name === 'Orchard');
    for (const person of everybody) {
      const loot = stealFrom(person);
      expect(loot.group.context.epoch).toBeGreaterThan(told.epoch);
      expect(readBy(loot, whisper, told)).toEqual([]);
    }
    // Negative control: the state of then.
    expect(readBy(early, whisper, told).map(textIn)).toContain('for two');
  });
});

describe('a relay that lies about whispers', () => {
  it('[D5] withholds a slice, or puts another in its place: the gap is told with the next one', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    await whispered([bobs], 'one');
    bobsRelay.tamper({ entry: (entry) => [withSlice(entry, new Uint8Array(randomBytes(96)))] });
    await whispered([bobs], 'two');
    // It looks like one that is for others.
    expect(await bob.troubles(room)).toEqual([]);
    bobsRelay.tamper({});
    await whispered([bobs], 'three');
    await notices(bob, room, 'messageMissing');
    const alarms = (await bob.rows(room)).filter((row) => row.kind === 'alarm');
    expect(alarms).toMatchObject([{ problem: 'messageMissing', name: 'Ann', data: { count: 1 } }]);
    expect(spoken(await bob.texts(room))).toEqual(['one', 'three']);
    for (const other of [ann, cleo, dan]) expect(await other.troubles(room)).toEqual([]);
    // An entry without any slice for us is none that a proxy makes.
    bobsRelay.tamper({ entry: (entry) => [isMessage(entry) ? { ...entry, slices: [] } : entry] });
    await whispered([bobs], 'four');
    await notices(bob, room, 'badWhisper');
    // Negative control: with nothing withheld, nothing is missing.
    await whispered([cleos], 'five');
    await whispered([cleos], 'six');
    expect(await cleo.troubles(room)).toEqual([]);
    expect(spoken(await cleo.texts(room))).toEqual(['five', 'six']);
  });

  it('[D5] and a sender that counts a whisper twice: the second is refused as a repetition', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    await whispered([bobs], 'one');
    const changeTo = (counter: number) =>
      bobsRelay.tamper({
        entry: (entry) => {
          const [slice] = isMessage(entry) ? entry.slices : [];
          return [isMessage(entry) && slice ? recounted(stealFrom(ann), entry, counter) : entry];
        },
      });
    changeTo(1);
    await whispered([bobs], 'two');
    await notices(bob, room, 'replayed');
    expect(spoken(await bob.texts(room))).toEqual(['one']);
    // Negative control: sealed anew by the same hand with the counter that is next.
    changeTo(2);
    await whispered([bobs], 'three');
    expect(spoken(await bob.texts(room))).toEqual(['one', 'three']);
    expect(await bob.troubles(room)).toEqual(['replayed']);
  });

  /** The same whisper from Ann to Bob, with another counter in its slice. */
  function recounted(
    { group, identity, ephemeral }: Loot,
    entry: MessageEntry,
    counter: number,
  ): MessageEntry {
    const bobsLeaf = viewOf(group).members.get(keys[bobs]);
    const context = { exporter: whisperExporter(group), room: group.context.groupId, epoch: entry.epoch };
    const key = bobsLeaf && pairOf({ identity, ephemeral }, bobsLeaf).sliceKeyTo(context);
    const [slice] = entry.slices;
    const { id, body } = entry;
    const content = key && slice && openSlice(group, key, { id, body, ciphertext: slice.ciphertext });
    if (!content) throw new Error('not a whisper to Bob');
    const { contentKey } = content;
    return withSlice(
      entry,
      sealSlice(group, key, { id, bodyHash: hashOf(body), content: { contentKey, counter } }),
    );
  }
});

function withSlice<Of extends MessageEntry>(entry: Of, ciphertext: Uint8Array): Of;
function withSlice(entry: Parameters<typeof isMessage>[0], ciphertext: Uint8Array): typeof entry;
function withSlice(entry: Parameters<typeof isMessage>[0], ciphertext: Uint8Array): typeof entry {
  if (!isMessage(entry)) return entry;
  return { ...entry, slices: entry.slices.map(({ to }) => ({ to, ciphertext })) };
}

/** All that could tell for whom it is. */
function shapeOf({ body, slices }: SentWhisper) {
  return {
    body: body.length,
    slices: slices.map(({ ciphertext }) => ciphertext.length),
    to: slices.map(({ to }) => hex(to)),
  };
}

/** Of each entry with slices in the relay's database: the sizes of what it stores of it, and the addresses. */
function storedShapes(): string[] {
  const copy = join(scene.folder, `copy ${randomBytes(4).toString('hex')}.db`);
  const [file = ''] = relayDatabases();
  for (const suffix of ['', '-wal'])
    if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
  const database = new DatabaseSync(copy);
  const rows = database
    .prepare(
      `SELECT length(packed) || ' ' || bytes || ' ' ||
         (SELECT group_concat(hex(to_key) || length(ciphertext)) FROM slices s WHERE s.room = e.room AND s.seq = e.seq)
         AS shape
       FROM runs e WHERE EXISTS (SELECT 1 FROM slices s WHERE s.room = e.room AND s.seq = e.seq)`,
    )
    .all();
  database.close();
  return rows.map(({ shape }) => String(shape));
}

function relayDatabases(): string[] {
  const folder = join(scene.folder, 'relay');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(folder, name));
}

function relayFiles(): Buffer[] {
  return relayDatabases().flatMap((file) =>
    [file, `${file}-wal`].filter((one) => existsSync(one)).map((one) => readFileSync(one)),
  );
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const spoken = (texts: readonly string[]) => texts.filter((text) => !text.startsWith('so far'));

/** The text in a whisper's payload. */
function textIn(payload: string): string {
  const { content } = JSON.parse(payload) as { content: { text: string } };
  return content.text;
}
