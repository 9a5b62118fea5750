import { randomBytes } from 'node:crypto';
import type { Entry, RegisterKeyEntry } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flipBit, isEnvelope, openScene, type Scene, withSlices } from './scene.ts';

const long = 'long '.repeat(400);
let scene: Scene;

beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

/** Bob sees each of these problems; the test's time limit ends a wait in vain. */
async function bobNotices(...problems: string[]): Promise<void> {
  const { bob, room } = scene;
  await bob.until(async () => {
    const seen = await bob.troubles(room);
    return problems.every((problem) => seen.includes(problem));
  });
}

/** Cleo's registration, after Ann and Bob have seen Cleo come and go. */
async function cleoJoinsAndLeaves(): Promise<RegisterKeyEntry> {
  const { ann, bob, room } = scene;
  const registrations: RegisterKeyEntry[] = [];
  scene.tamperForBob((entry) => {
    if (entry.kind === 'registerKey') registrations.push(entry);
    return [entry];
  });
  const cleo = scene.person('Cleo');
  await cleo.joins(ann, room);
  await bob.until(() => bob.room(room)?.memberCount === 3);
  await cleo.ask('leaveRoom', { room });
  for (const each of [ann, bob]) await each.until(() => each.room(room)?.memberCount === 2);
  const [cleos] = registrations;
  if (!cleos) throw new Error('nobody was registered');
  return cleos;
}

describe('a relay that is not to be trusted', () => {
  it('that only passes on is invisible (negative control of all below)', async () => {
    const { ann, bob, room } = scene;
    scene.tamperForBob((entry) => [entry]);
    for (const text of ['one', 'two', long]) await ann.says(room, text);
    await bob.says(room, 'three');
    await bob.hears(
      room,
      ['one', 'two', long.trim(), 'three'].map((text) => (text === long.trim() ? long : text)),
    );
    await ann.hears(room, ['three']);
    for (const each of [ann, bob]) expect(await each.troubles(room)).toEqual([]);
  });

  it.each<[string, string, string, (entry: Entry) => Entry]>([
    ['flips a bit of a slice', 'short', 'badCiphertext', (entry) => withSlices(entry, flipBit)],
    [
      'truncates a slice',
      'short',
      'badCiphertext',
      (entry) => withSlices(entry, (bytes) => Buffer.from(bytes.subarray(0, -1))),
    ],
    [
      'puts another id on an envelope',
      'short',
      'badCiphertext',
      (entry) => (isEnvelope(entry) ? { ...entry, id: randomBytes(16) } : entry),
    ],
    [
      'flips a bit of the body',
      long,
      'badBody',
      (entry) => (isEnvelope(entry) && entry.body ? { ...entry, body: flipBit(entry.body) } : entry),
    ],
    [
      'truncates the body',
      long,
      'badBody',
      (entry) =>
        isEnvelope(entry) && entry.body
          ? { ...entry, body: Buffer.from(entry.body.subarray(0, -16)) }
          : entry,
    ],
    [
      'says that somebody else sent it',
      'short',
      'unknownSender',
      (entry) => (isEnvelope(entry) ? { ...entry, from: randomBytes(32) } : entry),
    ],
  ])(
    '[M2] [M3] [M10] that %s is noticed, and nothing of it is shown as a message',
    async (_, text, problem, change) => {
      const { ann, bob, room } = scene;
      scene.tamperForBob((entry) => [change(entry)]);
      await ann.says(room, text);
      await bobNotices(problem);
      expect(await bob.texts(room)).toEqual([]);
    },
  );

  it('[M4] that replays an envelope at a new place is noticed; the message is shown once', async () => {
    const { ann, bob, room } = scene;
    await ann.says(room, 'pay once');
    await bob.hears(room, ['pay once']);
    let first: Entry | undefined;
    scene.relay.tamper({}); // from here on each new envelope is replaced by the first
    const replay = (entry: Entry): Entry[] =>
      isEnvelope(entry) && first && isEnvelope(first)
        ? [{ ...first, seq: entry.seq, epoch: entry.epoch }]
        : [entry];
    scene.tamperForBob((entry) => {
      if (isEnvelope(entry) && !first) first = entry;
      return [entry];
    });
    await ann.says(room, 'pay twice');
    await bob.hears(room, ['pay twice']);
    scene.tamperForBob(replay);
    await ann.says(room, 'never shown');
    await bobNotices('replayed');
    expect(await bob.texts(room)).toEqual(['pay once', 'pay twice']);
  });

  it('[M5] that swaps two messages of one sender is noticed; the late one is refused', async () => {
    const { ann, bob, room } = scene;
    await ann.says(room, 'zero');
    await bob.hears(room, ['zero']);
    const held: Entry[] = [];
    scene.tamperForBob((entry) => {
      if (!isEnvelope(entry)) return [entry];
      held.push(entry);
      const [one, two] = held;
      if (!one || !two) return [];
      return [
        { ...two, seq: one.seq },
        { ...one, seq: two.seq },
      ];
    });
    await ann.says(room, 'one');
    await ann.says(room, 'two');
    await bobNotices('messageMissing', 'outOfOrder');
    expect(await bob.texts(room)).toEqual(['zero', 'two']);
  });

  it('[M8] that shows two members two orders is noticed with the next message', async () => {
    const { ann, bob, room } = scene;
    const cleo = scene.person('Cleo');
    await cleo.joins(ann, room);
    await cleo.until(() => cleo.room(room)?.memberCount === 3);
    for (const each of [ann, bob]) await each.until(() => each.room(room)?.memberCount === 3);
    await ann.says(room, 'a0');
    await cleo.says(room, 'c0');
    for (const each of [ann, bob, cleo]) await each.hears(room, ['a0', 'c0']);
    const held: Entry[] = [];
    scene.tamperForBob((entry) => {
      if (!isEnvelope(entry) || held.length >= 2) return [entry];
      held.push(entry);
      const [one, two] = held;
      if (!one || !two) return [];
      return [
        { ...two, seq: one.seq },
        { ...one, seq: two.seq },
      ];
    });
    await ann.says(room, 'buy');
    await cleo.hears(room, ['buy']);
    await cleo.says(room, 'sell');
    await ann.hears(room, ['sell']);
    await ann.says(room, 'done');
    await bobNotices('logForked');
    expect(await ann.troubles(room)).toEqual([]);
  });

  it('[M9] that leaves a hole in the log is noticed; nothing is processed after the hole until it is filled', async () => {
    const { ann, bob, room } = scene;
    await ann.says(room, 'zero');
    await bob.hears(room, ['zero']);
    let dropped = 0;
    scene.tamperForBob((entry) => {
      if (!isEnvelope(entry)) return [entry];
      dropped ||= entry.seq;
      return entry.seq === dropped ? [] : [entry];
    });
    await ann.says(room, 'withheld');
    await ann.says(room, 'after');
    await bobNotices('entryWithheld');
    expect(bob.room(room)?.state).toBe('stopped');
    expect(await bob.texts(room)).toEqual(['zero']);
    scene.relay.tamper({});
    await bob.hears(room, ['withheld', 'after']);
    await bob.until(() => bob.room(room)?.state === 'joined');
  });

  it('[M5] [M8] that withholds a message and renumbers what follows is noticed', async () => {
    const { ann, bob, room } = scene;
    await ann.says(room, 'zero');
    await bob.hears(room, ['zero']);
    let dropped = 0;
    scene.tamperForBob((entry) => {
      if (isEnvelope(entry)) dropped ||= entry.seq;
      if (dropped === 0 || entry.seq < dropped) return [entry];
      return entry.seq === dropped ? [] : [{ ...entry, seq: entry.seq - 1 }];
    });
    await ann.says(room, 'withheld');
    await ann.says(room, 'after');
    await bobNotices('messageMissing');
  });

  it('[K2] that swaps a public key in a registration is noticed, and nobody seals for that key', async () => {
    const { ann, bob, room } = scene;
    const eve = randomBytes(32);
    scene.tamperForBob((entry) => [entry.kind === 'registerKey' ? { ...entry, publicKey: eve } : entry]);
    const cleo = scene.person('Cleo');
    await cleo.joins(ann, room);
    await bobNotices('badRegistration');
    const before = scene.sealedFor.length;
    await bob.says(room, 'who is there?');
    await bob.settles(room);
    const recipients = scene.sealedFor.slice(before).flat();
    expect(recipients.some((key) => eve.equals(key))).toBe(false);
    expect((await bob.ask('getMembers', { room })).members).toHaveLength(2);
  });

  it('[K2] that invents a member in the log is noticed, and nobody seals for it', async () => {
    const { ann, bob, room } = scene;
    const ghost = { publicKey: randomBytes(32), sealedProfile: randomBytes(284), tag: randomBytes(32) };
    scene.tamperForBob((entry) => {
      const { seq, id, epoch } = entry;
      return [isEnvelope(entry) ? { kind: 'registerKey', seq, id, epoch: epoch + 1, ...ghost } : entry];
    });
    await ann.says(room, 'replaced by a ghost');
    await bobNotices('badRegistration');
    expect((await bob.ask('getMembers', { room })).members).toHaveLength(2);
  });

  it('[K2] that invents a member in the list a joiner gets is noticed, and nobody seals for it', async () => {
    const { ann, room } = scene;
    const ghost = { publicKey: randomBytes(32), sealedProfile: randomBytes(284), tag: randomBytes(32) };
    scene.addToListFor(2, [ghost]);
    const cleo = scene.person('Cleo');
    await cleo.joins(ann, room);
    await cleo.until(async () => (await cleo.troubles(room)).includes('badRegistration'));
    await cleo.until(() => cleo.room(room)?.memberCount === 3);
    const before = scene.sealedFor.length;
    await cleo.says(room, 'hello');
    await ann.hears(room, ['hello']);
    const recipients = scene.sealedFor.slice(before).flat();
    expect(recipients).toHaveLength(2);
    expect(recipients.some((key) => ghost.publicKey.equals(key))).toBe(false);
  });

  it('[K3] that brings back the key of a member who left is noticed by who knew', async () => {
    const { ann, bob, room } = scene;
    const cleos = await cleoJoinsAndLeaves();
    scene.tamperForBob((entry) => [
      isEnvelope(entry) ? { ...cleos, seq: entry.seq, epoch: entry.epoch + 1 } : entry,
    ]);
    await ann.says(room, 'replaced by a registration');
    await bobNotices('keyReused');
    expect((await bob.ask('getMembers', { room })).members).toHaveLength(2);
  });

  it('[M6] that keeps a removed member in the list a joiner gets is noticed with the next message', async () => {
    const { ann, room } = scene;
    const cleos = await cleoJoinsAndLeaves();
    scene.addToListFor(3, [cleos]);
    const dan = scene.person('Dan');
    await dan.joins(ann, room);
    await ann.until(() => ann.room(room)?.memberCount === 3);
    await ann.says(room, 'hello Dan');
    await dan.until(async () => (await dan.troubles(room)).includes('rosterMismatch'));
  });

  it('[M9] that goes back to an older log is noticed', async () => {
    const { ann, bob, room } = scene;
    await ann.says(room, 'one');
    await bob.hears(room, ['one']);
    scene.tamperForBob((entry) => (isEnvelope(entry) ? [{ ...entry, seq: entry.seq - 1 }] : [entry]));
    await ann.says(room, 'in the place of one');
    await bobNotices('logRolledBack');
    expect(await bob.texts(room)).toEqual(['one']);
  });
});
