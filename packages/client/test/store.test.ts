import { limits, ok, ordersPerSeq, refuse, type Vault } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore, type Store } from '../src/store.ts';
import { type FakeClient, fakeClient } from './fakeClient.ts';
import { ada, details, message, otherRoom, room, summary, unsent } from './rows.ts';

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
  const relay = { url: 'http://relay', state: 'online', queued: 0 } as const;
  const rooms = [summary(room), summary(otherRoom)];
  client.say({ event: 'snapshot', data: { version: '1', profile: ada, relay, rooms } });
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

  it('send an answer to another message as another message', async () => {
    client.answer('sendMessage', () => refuse('timedOut', 'The proxy did not answer in time.'));
    for (const letter of ['A', 'B', 'A'])
      await store.sendMessage(room, 'yes', { replyTo: letter.repeat(22) });
    const sent = askedFor('sendMessage') as { id: string; replyTo: string }[];
    expect(sent.map(({ replyTo }) => replyTo[0])).toEqual(['A', 'B', 'A']);
    expect(sent[2]?.id).toBe(sent[0]?.id);
    expect(sent[1]?.id).not.toBe(sent[0]?.id);
  });

  it('whisper under an id of its own for those it is for, in whatever order they are named', async () => {
    client.answer('sendMessage', () => refuse('timedOut', 'The proxy did not answer in time.'));
    await store.sendMessage(room, 'psst');
    await store.sendMessage(room, 'psst', { whisperTo: ['b', 'c'] });
    await store.sendMessage(room, 'psst', { whisperTo: ['b'] });
    await store.sendMessage(room, 'psst', { whisperTo: ['c', 'b'] });
    const sent = askedFor('sendMessage') as { id: string; whisperTo?: string[] }[];
    expect(sent.map(({ whisperTo }) => whisperTo?.join())).toEqual([undefined, 'b,c', 'b', 'c,b']);
    expect(sent[3]?.id).toBe(sent[1]?.id);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
  });

  it('keep a whisper that was not sent here only, and leave the draft for everybody as it is', async () => {
    store.setDraft(room, 'for all');
    await vi.advanceTimersByTimeAsync(1_000);
    store.setWhisperDraft(room, { to: ['b'], text: 'psst' });
    await store.openRoom(otherRoom);
    expect(store.whisperDraftOf(room)).toEqual({ to: ['b'], text: 'psst' });
    await store.sendMessage(room, 'psst', { whisperTo: ['b'] });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(JSON.stringify(askedFor('setDraft'))).not.toContain('psst');
    expect(askedFor('setDraft')).toEqual([{ room, text: 'for all' }]);
    store.setWhisperDraft(room, { to: [], text: '' });
    expect(store.whisperDraftOf(room)).toBeNull();
  });

  it('verify and take back, say yes and no, as the person does', async () => {
    await store.verifyMember(room, 'b', '00000');
    await store.unverifyMember(room, 'b');
    await store.acceptMember(room, 'b');
    await store.confirmInvited(room, 'b', false);
    await store.createRoom('Tea', { offTheRecord: true });
    await store.leaveRoom(room, { publishKey: true });
    await store.rewriteHistory(room, 'm', null);
    expect(client.asked.slice(-7)).toEqual([
      ['verifyMember', { room, member: 'b', number: '00000' }],
      ['unverifyMember', { room, member: 'b' }],
      ['acceptMember', { room, member: 'b' }],
      ['confirmInvited', { room, member: 'b', yes: false }],
      ['createRoom', { name: 'Tea', offTheRecord: true }],
      ['leaveRoom', { room, publishKey: true }],
      ['rewriteHistory', { room, id: 'm', text: null }],
    ]);
  });

  it('exchange words: what a former exchange came to is forgotten with the next', async () => {
    const wordsNow = () => store.getSnapshot().words.get(room)?.get('b');
    const told = (state: 'asked' | 'wrong') =>
      client.say({ event: 'words', data: { room, member: 'b', name: 'Bob', state } });
    told('wrong');
    await store.startWords(room, 'b');
    expect(wordsNow()).toBeUndefined();
    told('asked');
    await store.enterWords(room, 'b', 'one two three');
    expect([wordsNow(), askedFor('enterWords')]).toEqual([
      undefined,
      [{ room, member: 'b', words: 'one two three' }],
    ]);
    told('wrong');
    store.forgetWords(room, 'b');
    expect(wordsNow()).toBeUndefined();
  });

  it('change messages under ids of their own', async () => {
    await store.editMessage(room, 'm', 'better');
    await store.deleteMessage(room, 'm');
    await store.react(room, 'm', '👍', true);
    const id = expect.stringMatching(/^[\w-]{22}$/);
    expect(askedFor('editMessage')).toEqual([{ room, id, target: 'm', text: 'better' }]);
    expect(askedFor('deleteMessage')).toEqual([{ room, id, target: 'm' }]);
    expect(askedFor('react')).toEqual([{ room, id, target: 'm', emoji: '👍', on: true }]);
  });

  it('go to the proxy as they are', async () => {
    await store.search('tea');
    await store.search('tea', { room, limit: 5 });
    await store.createInvite(room, { uses: 1, expiresIn: null, approval: true });
    await store.joinRoom(' otr:a/b#c\n');
    await store.setAdmin(room, 'b', true);
    await store.unlock('open sesame');
    await store.unlock();
    expect(askedFor('search')).toEqual([
      { text: 'tea', limit: limits.searchHits },
      { text: 'tea', room, limit: 5 },
    ]);
    expect(askedFor('createInvite')).toEqual([{ room, uses: 1, expiresIn: null, approval: true }]);
    expect(askedFor('joinRoom')).toEqual([{ link: 'otr:a/b#c' }]);
    expect(askedFor('unlock')).toEqual([{ passphrase: 'open sesame' }, {}]);
    expect(askedFor('setAdmin')).toEqual([{ room, member: 'b', admin: true }]);
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

describe('details', () => {
  it('are in the view once they were asked for, and asked for again after a reconnect', async () => {
    client.answer('getDetails', () => ok(details(room)));
    await store.openRoom(room);
    sendSnapshot();
    await vi.advanceTimersByTimeAsync(0);
    expect(askedFor('getDetails')).toEqual([]);
    expect(await store.getDetails(room)).toEqual({ ok: true, value: details(room) });
    expect(store.getSnapshot().details.get(room)).toEqual(details(room));
    sendSnapshot();
    await vi.advanceTimersByTimeAsync(0);
    expect(askedFor('getDetails')).toHaveLength(2);
  });
});

describe('the vault', () => {
  const vault: Vault = { state: 'open', by: 'passphrase', lockAfterMinutes: 15 };
  const locked = { event: 'vault', data: { ...vault, state: 'locked' } } as const;

  it('is known after a snapshot', async () => {
    client.answer('getVault', () => ok(vault));
    sendSnapshot();
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getSnapshot().vault).toEqual(vault);
  });

  it('takes with it what was typed and not sent', async () => {
    client.answer('sendMessage', () => refuse('timedOut', 'The proxy did not answer in time.'));
    await store.sendMessage(room, 'hello');
    store.setDraft(room, 'half a thought');
    store.setWhisperDraft(room, { to: ['b'], text: 'psst' });
    client.say(locked);
    expect([store.draftOf(room), store.whisperDraftOf(room), store.getSnapshot().rooms]).toEqual([
      '',
      null,
      [],
    ]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(askedFor('setDraft')).toEqual([]);
    sendSnapshot();
    await store.sendMessage(room, 'hello');
    const [first, second] = askedFor('sendMessage') as { id: string }[];
    expect(second?.id).not.toBe(first?.id);
  });

  it('shows the open room again when it is open again', async () => {
    await store.openRoom(room);
    client.say(locked);
    expect(store.getSnapshot().timelines.size).toBe(0);
    sendSnapshot();
    await vi.waitFor(() => expect(seqs()).toEqual(range(21, 30)));
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
