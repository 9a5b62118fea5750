import { randomBytes } from 'node:crypto';
import type { CommitEntry, Entry } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealForRoom } from '../../packages/proxy/src/core/group/messages.ts';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import { planned } from '../../packages/proxy/test/core/group/leaves.ts';
import { foreignGroup } from './foreignGroup.ts';
import { flipBit, isCommit, isMessage, notices, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  await introduced(scene.room, scene.ann, scene.bob);
});
afterEach(() => scene.close());

function onCommit(change: (entry: CommitEntry) => Entry[]): void {
  scene.bobsRelay.tamper({ entry: (entry) => (isCommit(entry) ? change(entry) : [entry]) });
}

async function annRenamesTheRoom(name = 'Orchard'): Promise<void> {
  const { ann, room } = scene;
  await ann.ask('renameRoom', { room, name });
  await ann.until(() => ann.room(room)?.name === name);
}

describe('a relay that is not to be trusted with commits', () => {
  it('that only passes on is invisible (negative control of all below)', async () => {
    const { ann, bob, room } = scene;
    onCommit((entry) => [entry]);
    await annRenamesTheRoom();
    await bob.until(() => bob.room(room)?.name === 'Orchard');
    await bob.says(room, 'nice name');
    await ann.hears(room, ['nice name']);
    for (const each of [ann, bob]) expect(await each.troubles(room)).toEqual([]);
  });

  it.each<[string, (entry: CommitEntry) => CommitEntry]>([
    ['flips a bit of a commit', (entry) => ({ ...entry, body: flipBit(entry.body, 200) })],
    ['truncates a commit', (entry) => ({ ...entry, body: entry.body.subarray(0, -1) })],
    [
      'makes a commit up from noise',
      (entry) => ({ ...entry, id: randomBytes(16), body: randomBytes(entry.body.length) }),
    ],
    [
      'makes a commit in a group of its own that has the same id',
      (entry) => {
        const group = foreignGroup(scene.room, entry.epoch - 1);
        const plan = { add: [], remove: [], settings: null, rename: null, renew: true };
        return { ...entry, body: planned(group, plan).body };
      },
    ],
  ])(
    '[M9] that %s stops the room with an alarm; nobody follows it, and the true one later',
    async (_, change) => {
      const { ann, bob, room } = scene;
      onCommit((entry) => [change(entry)]);
      await annRenamesTheRoom();
      await notices(bob, room, 'badCommit');
      await bob.until(() => bob.room(room)?.state === 'stopped');
      expect(bob.room(room)).toMatchObject({ name: 'Garden', alarm: true, memberCount: 2 });
      expect(bob.room(room)?.reason).toMatch(/nobody’s proxy follows it/);
      expect(await bob.troubles(room)).toEqual(['badCommit']);

      scene.bobsRelay.tamper({});
      await bob.until(() => bob.room(room)?.name === 'Orchard' && bob.room(room)?.state === 'joined');
      await bob.says(room, 'now I see');
      await ann.hears(room, ['now I see']);
      expect(await ann.troubles(room)).toEqual([]);
    },
  );

  it('[R5] that replays a commit at a new place is noticed, and the epoch stays as it is', async () => {
    const { ann, bob, room } = scene;
    const seen: CommitEntry[] = [];
    onCommit((entry) => {
      seen.push(entry);
      return [entry];
    });
    await annRenamesTheRoom();
    await bob.until(() => bob.room(room)?.name === 'Orchard');
    const { epoch } = await bob.ask('getDetails', { room });
    const [old] = seen;
    scene.bobsRelay.tamper({
      entry: (entry) => [isMessage(entry) && old ? { ...old, seq: entry.seq } : entry],
    });
    await ann.says(room, 'replaced by the old commit');
    await notices(bob, room, 'badCommit');
    expect((await bob.ask('getDetails', { room })).epoch).toBe(epoch);
    scene.bobsRelay.tamper({});
    await bob.hears(room, ['replaced by the old commit']);
    expect(await bob.texts(room)).toEqual(['replaced by the old commit']);
  });

  it('that shows a commit as a message is noticed; nothing that is said for the former epoch goes out, and the room stops', async () => {
    const { bob, room } = scene;
    onCommit(({ seq, id, epoch, body }) => [
      { kind: 'message', seq, id, epoch: epoch - 1, slices: [], body },
    ]);
    await annRenamesTheRoom();
    await notices(bob, room, 'unknownEntry');
    await bob.says(room, 'still for the former epoch');
    await bob.until(() => bob.room(room)?.reason !== undefined);
    expect(bob.room(room)).toMatchObject({ name: 'Garden', alarm: true });
    expect((await bob.messages(room)).at(-1)?.delivery).toBe('saved');
    scene.bobsRelay.cut();
    await bob.until(() => bob.room(room)?.state === 'stopped');
    expect(bob.room(room)?.reason).toMatch(/the room has gone on, and does not show how/);
    expect(await scene.ann.texts(room)).toEqual([]);
  });

  it('[M9] that withholds a commit, a removal among them, is noticed at the next word; nothing goes out until it is shown', async () => {
    const { ann, bob, room } = scene;
    const cleo = await scene.newcomer('Cleo');
    await scene.joins(cleo, ann);
    await introduced(room, cleo.person, ann, bob);
    onCommit(() => []);
    const key = cleo.person.room(room)?.me;
    await ann.ask('removeMember', { room, member: key ?? '' });
    await ann.until(() => ann.room(room)?.memberCount === 2);
    await cleo.person.until(() => cleo.person.room(room)?.state === 'removed');

    await bob.says(room, 'not for Cleo');
    await notices(bob, room, 'entryWithheld');
    expect(bob.room(room)).toMatchObject({ state: 'stopped', alarm: true });
    expect((await bob.messages(room)).at(-1)?.delivery).toBe('saved');
    scene.bobsRelay.tamper({});
    await ann.hears(room, ['not for Cleo']);
    expect((await bob.messages(room)).at(-1)?.recipients).toHaveLength(1);
    expect(await bob.notices(room)).toContain('removed');
    expect(await cleo.person.texts(room)).toEqual([]);
  });

  it('that puts another access key on a commit is noticed, and the member goes in by the right one', async () => {
    const { ann, bob, room } = scene;
    onCommit((entry) => [{ ...entry, accessKey: randomBytes(32) }]);
    await annRenamesTheRoom();
    await notices(bob, room, 'wrongAccessKey');
    await bob.until(() => bob.room(room)?.state === 'joined' && bob.room(room)?.name === 'Orchard');
    await bob.says(room, 'I came in all the same');
    await ann.hears(room, ['I came in all the same']);
  });

  it('that speaks from a group of its own with the same id is not heard', async () => {
    const { ann, bob, room } = scene;
    scene.bobsRelay.tamper({
      entry: (entry) => {
        if (!isMessage(entry)) return [entry];
        const { body } = sealForRoom(foreignGroup(room, entry.epoch), Buffer.from('{"version":1}'));
        return [{ ...entry, body }];
      },
    });
    await ann.says(room, 'replaced');
    await notices(bob, room, 'badCiphertext');
    expect(await bob.texts(room)).toEqual([]);
  });
});
