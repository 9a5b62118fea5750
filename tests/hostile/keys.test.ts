import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupState } from '@otr/mls';
import type { Entry } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptOwnCommit } from '../../packages/proxy/src/core/group/commit.ts';
import { openForRoom } from '../../packages/proxy/src/core/group/messages.ts';
import { toText } from '../../packages/proxy/src/core/text.ts';
import { keptIn } from '../../packages/proxy/src/room/records.ts';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import { fileStore, Person } from '../../packages/proxy/test/chat/person.ts';
import { temporaryFolder } from '../processes.ts';
import { notices, openScene, type Scene } from './scene.ts';

let scene: Scene;
let profiles: { path: string; remove(): void };
let profile: string;
const others: Person[] = [];
/** All entries that Ann has been shown, which is all there are. */
let traffic: Entry[];

beforeEach(async () => {
  profiles = temporaryFolder();
  profile = join(profiles.path, 'bob');
  scene = await openScene({ store: fileStore(profile) });
  traffic = [];
  scene.annsRelay.tamper({
    entry(entry) {
      if (!traffic.some(({ seq }) => seq === entry.seq)) traffic.push(entry);
      return [entry];
    },
  });
  await introduced(scene.room, scene.ann, scene.bob);
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await scene.close();
  profiles.remove();
});

let copies = 0;

function copyOfProfile(): string {
  copies += 1;
  const copy = join(profiles.path, `copy ${copies}`);
  cpSync(profile, copy, { recursive: true });
  return copy;
}

/** A second proxy on a copy of Bob's profile, behind his relay. */
function run(copy: string): Person {
  const other = new Person({ relayUrl: scene.bobsRelay.url, store: fileStore(copy) });
  others.push(other);
  return other;
}

/** All that an attacker gets who takes a profile with its key. */
function keysIn(copy: string): GroupState {
  const store = fileStore(copy);
  const [room] = store.rooms.all();
  const { group } = keptIn(store.records.load(room?.number ?? 0));
  store.close();
  if (!group) throw new Error('no keys in this profile');
  return group;
}

/** What these keys make of the traffic: whatever opens is used to open more. */
function openedBy(keys: GroupState, entries: readonly Entry[]): string[] {
  let group = keys;
  return entries.map(({ body }) => {
    const opened = openForRoom(group, body, new Set());
    if (opened.kind === 'message' || opened.kind === 'commit') group = opened.group;
    if (group.pending) group = acceptOwnCommit(group).group;
    return opened.kind;
  });
}

/** Since the last entry that was taken as known. */
function trafficAfter(count: number): Entry[] {
  return traffic.toSorted((one, other) => one.seq - other.seq).slice(count);
}

describe('keys that are old, or in other hands', () => {
  it('[R1] a profile that was rolled back seals nothing, says so, and comes back with its history', async () => {
    const { ann, bob, room } = scene;
    await bob.says(room, 'before the backup');
    await ann.hears(room, ['before the backup']);
    await bob.settles(room);
    const copy = copyOfProfile();
    await bob.says(room, 'after the backup');
    await bob.settles(room);
    await ann.says(room, 'an answer');
    await bob.hears(room, ['an answer']);
    await bob.settles(room);
    await bob.close();
    const sent: string[] = [];
    scene.bobsRelay.watch((event) => sent.push(event));

    const back = run(copy);
    await back.says(room, 'waits in the queue');
    await back.until(() => back.room(room)?.state === 'lost');
    expect(await back.troubles(room)).toEqual(['ownStateOld']);
    expect(sent.filter((event) => event === 'append' || event === 'commit')).toEqual([]);
    const answer = await back.chat.request('sendMessage', { room, id: 'A'.repeat(22), text: 'no' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'notAllowed' } });

    await back.ask('returnToRoom', { room });
    await ann.until(() => ann.room(room)?.knocks === 1);
    const { knocks } = await ann.ask('getDetails', { room });
    expect(knocks[0]).toMatchObject({ returning: 'Bob' });
    await ann.ask('admitKnock', { room, knock: knocks[0]?.id ?? '' });
    await back.until(() => back.room(room)?.state === 'joined');
    await ann.hears(room, ['waits in the queue']);
    expect(await back.texts(room)).toEqual(['before the backup', 'waits in the queue']);
    expect(await back.notices(room)).toContain('youReturned');
    expect(await ann.notices(room)).toContain('returned');
    expect(ann.room(room)?.memberCount).toBe(2);
    await ann.says(room, 'welcome back');
    await back.hears(room, ['welcome back']);
    expect(await ann.troubles(room)).toEqual([]);
  });

  it('a cloned profile is shut out by one update of the original: it says so, and opens nothing more', async () => {
    const { ann, bob, room } = scene;
    const before = traffic.length;
    const copy = copyOfProfile();
    const keys = keysIn(copyOfProfile());
    await ann.says(room, 'the clone can read this');
    await bob.hears(room, ['the clone can read this']);
    const { epoch } = await bob.ask('getDetails', { room });
    await bob.ask('setName', { name: 'Bobby' });
    await ann.until(async () => (await ann.ask('getDetails', { room })).epoch > epoch);
    await ann.says(room, 'the clone cannot read this');
    await bob.hears(room, ['the clone cannot read this']);
    await bob.says(room, 'nor this');
    await ann.hears(room, ['nor this']);

    const [first, update, ...after] = openedBy(keys, trafficAfter(before));
    // Negative control: until the update, the copy is as good as the original.
    expect([first, update]).toEqual(['message', 'own']);
    // Bob's tag (D3) and what the two said.
    expect(after).toEqual(['refused', 'refused', 'refused']);

    const clone = run(copy);
    await clone.until(() => clone.room(room)?.state === 'lost');
    expect(await clone.troubles(room)).toEqual(['ownStateOld']);
    expect(await clone.texts(room)).toEqual(['the clone can read this']);
    await bob.says(room, 'the original goes on');
    await ann.hears(room, ['the original goes on']);
    expect(bob.room(room)?.state).toBe('joined');
  });

  it('a clone that speaks first is noticed by the original', async () => {
    const { ann, bob, room } = scene;
    const clone = run(copyOfProfile());
    await clone.until(() => clone.chat.snapshot().relay.state === 'online');
    await clone.says(room, 'by the clone');
    await ann.hears(room, ['by the clone']);
    await notices(bob, room, 'ownStateOld');
    expect(bob.room(room)?.state).toBe('lost');
  });

  it('who was removed opens nothing of what is said after, with all its keys and all the traffic', async () => {
    const { ann, bob, room } = scene;
    const cleo = await scene.newcomer('Cleo');
    await scene.joins(cleo, ann);
    await introduced(room, cleo.person, ann, bob);
    const before = traffic.length;
    const removed = keysIn(copyOfProfile());
    await ann.says(room, 'while Bob is here');
    await bob.hears(room, ['while Bob is here']);
    await bob.settles(room);
    await ann.ask('removeMember', { room, member: bob.room(room)?.me ?? '' });
    await bob.until(() => bob.room(room)?.state === 'removed');
    await cleo.person.until(() => cleo.person.room(room)?.memberCount === 2);
    await ann.says(room, 'Bob is gone');
    await cleo.person.hears(room, ['Bob is gone']);
    await cleo.person.says(room, 'so we can talk');
    await ann.hears(room, ['so we can talk']);
    await cleo.person.ask('renameRoom', { room, name: 'Orchard' });
    await ann.until(() => ann.room(room)?.name === 'Orchard');
    await ann.says(room, 'in the orchard');
    await cleo.person.hears(room, ['in the orchard']);

    const [first, removal, ...after] = openedBy(removed, trafficAfter(before));
    // Negative control: the same keys open what was said while Bob was here.
    expect([first, removal]).toEqual(['message', 'removed']);
    expect(after.length).toBeGreaterThanOrEqual(4);
    expect(new Set(after)).toEqual(new Set(['refused']));
    // Tags come between (D3): what was said is among what was tried.
    const said = new Set((await ann.messages(room)).map(({ id }) => id));
    expect(said.size).toBe(4);
    expect(trafficAfter(before).filter(({ id }) => said.has(toText(id)))).toHaveLength(4);
    expect(await bob.texts(room)).toEqual(['while Bob is here']);
    expect(await bob.notices(room)).toContain('youWereRemoved');
  });
});
