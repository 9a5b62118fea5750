import { randomBytes } from 'node:crypto';
import type { RelayDownEvent, RelayRequest, RelayUpEvent } from '@otr/protocol';
import type { TestClient } from './testClient.ts';
import { testClient } from './testRelay.ts';
import { type TestInvite, type TestRoom, testInvite, testRoom } from './testRoom.ts';

/** Relays on one log, or one for all. */
export interface Nodes {
  near: { url: string };
  far: { url: string };
  /** Nobody is there yet. */
  empty: { url: string };
}

/** A room whose second epoch began with the removal of Carol, who knows the access key of the first only. */
export interface Removal {
  /** As the removed know it. */
  former: TestRoom;
  /** As those who stayed know it. */
  room: TestRoom;
  /** Stayed: Ann at the near node, where the commit arrived, and Bob at the far one. */
  ann: TestClient;
  bob: TestClient;
  /** Carol's connections, one at each node, open since before her removal. */
  carols: { near: TestClient; far: TestClient };
  /** `seq` of the commit, the last thing that is Carol's to read. */
  end: number;
  /** `seq` of all entries; those who stayed have heard them live. */
  head: number;
  invite: TestInvite;
  /** Id of a knock that waits. */
  waiting: Uint8Array;
}

/** The removal, and after it something of everything that can happen in a room. */
export async function removal(nodes: Nodes): Promise<Removal> {
  const [former, invite] = [testRoom(), testInvite()];
  const room = testRoom(former.room);
  const ann = await testClient(nodes.near);
  const bob = await testClient(nodes.far);
  const carols = { near: await testClient(nodes.near), far: await testClient(nodes.far) };
  await ann.create(former);
  for (const each of [ann, bob, carols.near, carols.far]) await each.enter(former);
  await ann.done('append', ann.message(former, 0));
  for (const each of [bob, carols.near, carols.far]) await each.entriesUpTo(former.room, 1);

  const { seq: end } = await ann.done('commit', ann.commit(former, 0, room));
  for (const each of [ann, bob]) await each.entriesUpTo(room.room, end);
  for (const each of [ann, bob]) await each.enter(room);
  for (const each of [ann, bob]) await each.done('append', each.message(room, 1));
  const waiting = await knocks(nodes, { ann, bob, room, invite });
  await tellEachOther(ann, bob, room);
  const { seq: head } = await ann.done('append', ann.message(room, 1));
  for (const each of [ann, bob]) await each.entriesUpTo(room.room, head);
  return { former, room, ann, bob, carols, end, head, invite, waiting };
}

/** One knock is dismissed, another one waits; both members are told. */
async function knocks(
  nodes: Nodes,
  { ann, bob, room, invite }: Pick<Removal, 'ann' | 'bob' | 'room' | 'invite'>,
): Promise<Uint8Array> {
  await ann.done('putInvite', { room: room.room, invite: invite.invite });
  const [dismissed, waiting] = [await testClient(nodes.near), await testClient(nodes.far)];
  const id = await knock(dismissed, room, invite);
  for (const each of [ann, bob]) await each.next('knock', (told) => isSame(told.knock.id, id));
  await ann.done('dismissKnock', { room: room.room, id });
  await bob.next('knockEnded', (told) => isSame(told.id, id));
  const kept = await knock(waiting, room, invite);
  for (const each of [ann, bob]) await each.next('knock', (told) => isSame(told.knock.id, kept));
  return kept;
}

async function knock(joiner: TestClient, room: TestRoom, invite: TestInvite): Promise<Uint8Array> {
  const request = joiner.knock(room, invite);
  await joiner.done('knock', request);
  return request.id;
}

async function tellEachOther(ann: TestClient, bob: TestClient, { room }: TestRoom): Promise<void> {
  for (const [from, to] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    await from.done('volatile', { room, sealed: randomBytes(40) });
    await to.next('volatile');
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

const newsEvents = ['keyCleanup', 'volatile', 'knock', 'knockEnded'] as const satisfies RelayDownEvent[];

/** What a connection has been given of what followed the commit. */
export interface Readings {
  live: number[];
  fetched: number[];
  /** With the refusals of `append` and `commit`. */
  missed: number[];
  news: string[];
}

export const nothing: Readings = { live: [], fetched: [], missed: [], news: [] };

/** All its answers come after what was sent to it before, so that nothing is still under way (one connection, one order). */
export async function readings(reader: TestClient, { room, end }: Removal): Promise<Readings> {
  const after = (entries: readonly { seq: number }[]) =>
    entries.map(({ seq }) => seq).filter((seq) => seq > end);
  const fetches = await Promise.all(
    [0, end].map((from) => reader.done('fetch', { room: room.room, after: from, limit: 500 })),
  );
  // Of an epoch that never was: refused whoever asks.
  const append = reader.refused('append', reader.message(room, 77));
  const commit = reader.refused('commit', reader.commit(room, 77, testRoom(room.room)));
  const missed = (await Promise.all([append, commit])).flatMap((refusal) => refusal.missed ?? []);
  return {
    live: after(reader.all('entries').flatMap(({ entries }) => entries)),
    fetched: after(fetches.flatMap(({ entries }) => entries)),
    missed: after(missed),
    news: newsEvents.filter((event) => reader.all(event).length > 0),
  };
}

/** What becomes of everything that changes a room, for the epoch that it is in: `done` or the refusal's code. */
export async function writings(
  writer: TestClient,
  { room, invite, waiting }: Removal,
): Promise<Partial<Record<RelayUpEvent, string>>> {
  const tried: Partial<Record<RelayUpEvent, string>> = {};
  const attempt = async <Event extends RelayUpEvent>(
    event: Event,
    more: Omit<RelayRequest<Event>, 'room'>,
  ) => {
    const result = await writer.ask(event, { room: room.room, ...more } as RelayRequest<Event>);
    tried[event] = result.ok ? 'done' : result.error.code;
  };
  const sealed = randomBytes(40);
  await attempt('append', writer.message(room, 1));
  await attempt('volatile', { sealed });
  await attempt('setRetention', { milliseconds: 1 });
  await attempt('putInvite', { invite: testInvite().invite });
  await attempt('dismissKnock', { id: waiting });
  await attempt('removeInvite', { invite: invite.invite });
  await attempt('commit', writer.commit(room, 1, testRoom(room.room)));
  return tried;
}

/** Every way to change a room, refused for having ended. */
export const refusals: Partial<Record<RelayUpEvent, string>> = {
  append: 'epochConflict',
  volatile: 'epochEnded',
  setRetention: 'epochEnded',
  putInvite: 'epochEnded',
  dismissKnock: 'epochEnded',
  removeInvite: 'epochEnded',
  commit: 'epochConflict',
};
