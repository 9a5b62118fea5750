import type { Entry } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import { isMessage, notices, openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

describe('a relay that shows two members two logs', () => {
  it('[M8] of messages is noticed with the next message of who has seen the other order', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    const { person: cleo } = await cleoIsHere();
    await ann.says(room, 'a0');
    await cleo.says(room, 'c0');
    for (const each of [ann, bob, cleo]) await each.hears(room, ['a0', 'c0']);
    const held: Entry[] = [];
    bobsRelay.tamper({
      entry(entry) {
        if (!isMessage(entry) || held.length >= 2) return [entry];
        held.push(entry);
        const [one, two] = held;
        if (!one || !two) return [];
        return [
          { ...two, seq: one.seq },
          { ...one, seq: two.seq },
        ];
      },
    });
    await ann.says(room, 'buy');
    await cleo.hears(room, ['buy']);
    await cleo.says(room, 'sell');
    await ann.hears(room, ['sell']);
    await ann.says(room, 'done');
    await notices(bob, room, 'logForked');
    expect(bob.room(room)?.alarm).toBe(true);
    for (const each of [ann, cleo]) expect(await each.troubles(room)).toEqual([]);
  });

  it('of commits has split the room for good: no word crosses, and both sides of the seam are told', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    await introduced(room, ann, bob);
    await divert(bobsRelay);
    await ann.ask('renameRoom', { room, name: 'Orchard' });
    await bob.ask('renameRoom', { room, name: 'Meadow' });
    await ann.until(() => ann.room(room)?.name === 'Orchard');
    await bob.until(() => bob.room(room)?.name === 'Meadow');

    // The relay shows Bob a message of the other side, at the place where his own side goes on.
    const annsMessages: Entry[] = [];
    scene.annsRelay.tamper({
      entry(entry) {
        if (isMessage(entry)) annsMessages.push(entry);
        return [entry];
      },
    });
    await ann.says(room, 'from the orchard');
    await ann.settles(room);
    bobsRelay.tamper({
      entry: (entry) => {
        const [other] = annsMessages;
        return [isMessage(entry) && other ? { ...other, seq: entry.seq, epoch: entry.epoch } : entry];
      },
    });
    await bob.says(room, 'from the meadow');
    await notices(bob, room, 'badCiphertext');
    expect(await bob.texts(room)).not.toContain('from the orchard');
    expect(bob.room(room)?.alarm).toBe(true);

    // Back at the true log, it says that the relay does not show how that came about.
    bobsRelay.tamper({});
    bobsRelay.standBefore(scene.trueRelay.url);
    bobsRelay.cut();
    await bob.until(() => bob.room(room)?.state === 'stopped');
    expect(bob.room(room)?.reason).toMatch(/\.$/);
    expect(bob.room(room)?.name).toBe('Meadow');
    expect(await ann.texts(room)).toEqual(['from the orchard']);
  });

  it('and hides a removal from some keeps the removed one reading those alone, and until they see the log', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    const { person: cleo, relay: cleosRelay } = await cleoIsHere();
    const fork = await divert(bobsRelay);
    cleosRelay.standBefore(fork);
    cleosRelay.cut();
    const key = cleo.room(room)?.me ?? '';
    await ann.ask('removeMember', { room, member: key });
    await ann.until(() => ann.room(room)?.memberCount === 2);
    await ann.says(room, 'Cleo is gone');
    await ann.settles(room);

    // What this costs: who is kept from the removal goes on talking to who was removed.
    await bob.says(room, 'said before the removal was seen');
    await cleo.hears(room, ['said before the removal was seen']);
    expect(await cleo.texts(room)).not.toContain('Cleo is gone');

    bobsRelay.standBefore(scene.trueRelay.url);
    bobsRelay.cut();
    await bob.until(() => bob.room(room)?.state === 'stopped');
    expect(bob.room(room)?.reason).toMatch(/\.$/);
    await bob.says(room, 'kept back');
    expect((await bob.messages(room)).at(-1)?.delivery).toBe('saved');
    expect(await cleo.texts(room)).toEqual(['said before the removal was seen']);
    expect(await ann.texts(room)).toEqual(['Cleo is gone']);
  });

  it('whose log goes back is noticed, and nothing is sent into the old one', async () => {
    const { ann, bob, room, bobsRelay } = scene;
    await introduced(room, ann, bob);
    const fork = await scene.fork();
    await ann.says(room, 'one');
    await bob.hears(room, ['one']);
    await bob.says(room, 'two');
    await bob.settles(room);
    bobsRelay.standBefore(fork.url);
    bobsRelay.cut();
    await notices(bob, room, 'logRolledBack');
    expect(bob.room(room)).toMatchObject({ state: 'stopped', alarm: true });
    await bob.says(room, 'three');
    expect((await bob.messages(room)).at(-1)?.delivery).toBe('saved');
    bobsRelay.standBefore(scene.trueRelay.url);
    bobsRelay.cut();
    await ann.hears(room, ['one', 'two', 'three']);
    expect(await ann.texts(room)).toEqual(['one', 'two', 'three']);
  });
});

async function cleoIsHere() {
  const { ann, bob, room } = scene;
  const cleo = await scene.newcomer('Cleo');
  await scene.joins(cleo, ann);
  await bob.until(() => bob.room(room)?.memberCount === 3);
  await introduced(room, cleo.person, ann, bob);
  return cleo;
}

/** Everyone behind this relay is at a log of its own from here on; its address. */
async function divert(relay: Scene['bobsRelay']): Promise<string> {
  const { bob, room } = scene;
  const fork = await scene.fork();
  relay.standBefore(fork.url);
  relay.cut();
  await bob.until(() => bob.chat.snapshot().relay.state !== 'online');
  await bob.until(() => bob.chat.snapshot().relay.state === 'online' && bob.room(room)?.state === 'joined');
  return fork.url;
}
