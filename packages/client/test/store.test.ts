import { ok, ordersPerSeq, refuse } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore, type Store } from '../src/store.ts';
import { type FakeClient, fakeClient } from './fakeClient.ts';
import { message, otherRoom, room, summary, unsent } from './rows.ts';

let client: FakeClient;
let store: Store;

const newest = 30;

/** A room with messages 1 to 30, served in pages. */
function serveTimeline(): void {
  const all = Array.from({ length: newest }, (_, index) => message(index + 1));
  client.answer('getTimeline', ({ from, limit }) => {
    const end = { end: newest, before: 0, after: 0, around: 0 };
    switch (from.at) {
      case 'end':
        end.end = newest;
        break;
      case 'before':
        end.end = from.order / ordersPerSeq - 1;
        break;
      case 'after':
        end.end = from.order / ordersPerSeq + limit;
        break;
      case 'around': {
        const seq = all.find((row) => row.id === from.id)?.seq;
        if (!seq) return refuse('messageNotFound', 'There is no such message.');
        end.end = seq + Math.floor(limit / 2);
      }
    }
    const last = Math.min(newest, end.end);
    const first = Math.max(1, end.end - limit + 1);
    return ok({ rows: all.slice(first - 1, last), olderLeft: first > 1, newerLeft: last < newest });
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  client = fakeClient();
  store = createStore(client, { pageSize: 10 });
  serveTimeline();
  client.answer('getMembers', () => ok({ members: [] }));
  sendSnapshot();
});
afterEach(() => {
  store.close();
  vi.useRealTimers();
});

function sendSnapshot(): void {
  const profile = { name: 'Ada', ephemeral: false };
  const relay = { url: 'http://relay', state: 'online', queued: 0 } as const;
  const rooms = [summary(room), summary(otherRoom)];
  client.say({ event: 'snapshot', data: { version: '1', profile, relay, rooms } });
}

function seqs(): (number | null)[] {
  return (
    store
      .getSnapshot()
      .timelines.get(room)
      ?.rows.map((row) => row.seq) ?? []
  );
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const askedFor = (event: string) => client.asked.filter(([name]) => name === event).map(([, data]) => data);

describe('the timeline of the open room', () => {
  it('is loaded at its end, once, then backwards as asked', async () => {
    await store.openRoom(room);
    expect(seqs()).toEqual(range(21, 30));
    await store.loadOlder(room);
    await store.loadOlder(room);
    expect(seqs()).toEqual(range(1, 30));
    await store.loadOlder(room);
    await store.loadNewer(room);
    await store.openRoom(null);
    await store.openRoom(room);
    expect(askedFor('getTimeline')).toHaveLength(3);
  });

  it('jumps to a message, forward from there, and back to the latest', async () => {
    await store.openRoom(room);
    expect(await store.jumpTo(room, 'id-10')).toEqual({ ok: true, value: {} });
    expect(seqs()).toEqual(range(6, 15));
    await store.loadNewer(room);
    expect(seqs()).toEqual(range(6, 25));
    await store.jumpToLatest(room);
    expect(seqs()).toEqual(range(21, 30));
    expect(await store.jumpTo(room, 'id-25')).toEqual({ ok: true, value: {} });
    expect(await store.jumpTo(room, 'id-99')).toMatchObject({
      ok: false,
      error: { code: 'messageNotFound' },
    });
    expect(seqs()).toEqual(range(21, 30));
  });

  it('asks for one page at a time', async () => {
    await store.openRoom(room);
    await Promise.all([store.loadOlder(room), store.loadOlder(room)]);
    expect(seqs()).toEqual(range(11, 30));
  });

  it('is loaded again around the same place after a reconnect', async () => {
    await store.openRoom(room);
    await store.jumpTo(room, 'id-10');
    const before = askedFor('getTimeline').length;
    sendSnapshot();
    await vi.waitFor(() => expect(store.getSnapshot().timelines.get(room)?.loading).toBe('none'));
    expect(askedFor('getTimeline').slice(before)).toMatchObject([{ from: { at: 'around' } }]);
    expect(seqs()).toContain(10);
  });
});

describe('actions', () => {
  it('mark as read what the window shows at its end, and only news', async () => {
    await store.openRoom(room);
    client.say({ event: 'rows', data: { room, rows: [unsent('m', 0)] } });
    await Promise.all([store.markRead(room), store.markRead(room)]);
    expect(askedFor('markRead')).toEqual([{ room, order: newest * ordersPerSeq }]);
    client.say({ event: 'room', data: summary(room, { readOrder: newest * ordersPerSeq }) });
    await store.markRead(room);
    await store.jumpTo(room, 'id-5');
    await store.markRead(room);
    expect(askedFor('markRead')).toHaveLength(1);
  });

  it('send a message under an id of its own', async () => {
    await store.sendMessage(room, 'hello');
    await store.sendMessage(room, 'hello');
    const sent = askedFor('sendMessage') as { id: string }[];
    expect(sent[0]).toMatchObject({ room, text: 'hello', id: expect.stringMatching(/^[\w-]{22}$/) });
    expect(sent[0]?.id).not.toBe(sent[1]?.id);
  });

  it('send a text that was not confirmed again under its id, and the next time under another', async () => {
    client.answer('sendMessage', () => refuse('timedOut', 'The proxy did not answer in time.'));
    expect(await store.sendMessage(room, 'hello')).toMatchObject({ ok: false });
    await store.sendMessage(room, 'something else');
    await store.sendMessage(otherRoom, 'hello');
    client.answer('sendMessage', ({ id }) => ok({ id }));
    await store.sendMessage(room, 'hello');
    await store.sendMessage(room, 'hello');
    const ids = (askedFor('sendMessage') as { id: string }[]).map(({ id }) => id);
    expect(ids[3]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(4);
  });

  it('keep a draft here that the proxy did not take, and hand it over when it is back', async () => {
    client.answer('setDraft', () => refuse('proxyUnreachable', 'The proxy does not answer.'));
    store.setDraft(room, 'half a thought');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.draftOf(room)).toBe('half a thought');
    client.answer('setDraft', () => ok({}));
    sendSnapshot();
    await vi.advanceTimersByTimeAsync(0);
    expect(askedFor('setDraft')).toEqual([
      { room, text: 'half a thought' },
      { room, text: 'half a thought' },
    ]);
    client.say({ event: 'room', data: summary(room, { draft: 'of the proxy' }) });
    expect(store.draftOf(room)).toBe('of the proxy');
  });

  it('keep a draft after a pause, when the room is left, and none after sending', async () => {
    store.setDraft(room, 'h');
    store.setDraft(room, 'he');
    expect(askedFor('setDraft')).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(askedFor('setDraft')).toEqual([{ room, text: 'he' }]);
    store.setDraft(room, 'hel');
    await store.openRoom(otherRoom);
    expect(askedFor('setDraft').at(-1)).toEqual({ room, text: 'hel' });
    store.setDraft(room, 'hello');
    await store.sendMessage(room, 'hello');
    vi.advanceTimersByTime(1_000);
    expect(askedFor('setDraft').slice(2)).toEqual([{ room, text: '' }]);
  });

  it('tell of typing at most every three seconds', () => {
    for (const wait of [3_000, 1_000, 1_000, 1_000]) {
      vi.advanceTimersByTime(wait);
      store.setTyping(room);
    }
    expect(askedFor('setTyping')).toHaveLength(2);
  });

  it('tell of typing at once after a message was sent', async () => {
    vi.advanceTimersByTime(3_000);
    store.setTyping(room);
    await store.sendMessage(room, 'hello');
    store.setTyping(room);
    expect(askedFor('setTyping')).toHaveLength(2);
  });
});

describe('subscribers', () => {
  it('are told of changes until they stop', () => {
    let told = 0;
    const stop = store.subscribe(() => {
      told += 1;
    });
    client.say({ event: 'typing', data: { room, key: 'b', name: 'Bob' } });
    expect([told, store.getSnapshot().typing.size]).toEqual([1, 1]);
    vi.advanceTimersByTime(10_000);
    expect([told, store.getSnapshot().typing.size]).toEqual([2, 0]);
    stop();
    sendSnapshot();
    expect(told).toBe(2);
  });
});
