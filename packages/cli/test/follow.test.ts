import type { Connection, LocalClient } from '@otr/client/node';
import {
  type AlarmRow,
  type LocalMessage,
  type MessageRow,
  ordersPerSeq,
  type Row,
  refuse,
  unsentOrder,
} from '@otr/protocol';
import { expect, it } from 'vitest';
import { follow } from '../src/follow.ts';
import { beginning } from '../src/timeline.ts';

const room = 'A'.repeat(22);
const base = { room, at: 0, name: 'Ann' };

function message(order: number, id = `m${order}`): Row {
  const seq = order < unsentOrder ? Math.floor(order / ordersPerSeq) : null;
  const said = {
    from: 'B'.repeat(43),
    own: true,
    text: 'x',
    delivery: seq === null ? 'saved' : 'relay',
  } as const;
  return { ...base, ...said, kind: 'message', id, order, seq };
}

const alarm = (order: number): AlarmRow => ({
  ...{ ...base, kind: 'alarm', id: `a${order}`, order, seq: 1, problem: 'messageMissing', data: {} },
});

/** A proxy whose timeline and connection the test changes at will. */
function fakeProxy() {
  const listeners: Record<string, ((data: never) => void)[]> = {};
  const add = (event: string, listener: (data: never) => void) => {
    listeners[event] = [...(listeners[event] ?? []), listener];
    return () => {};
  };
  const tell = (event: string, data: unknown) => {
    for (const listener of listeners[event] ?? []) listener(data as never);
  };
  const rows: Row[] = [];
  let online = true;
  const client = {
    request: async (_event: string, { from }: { from: { order: number } }) => {
      if (!online) return refuse('proxyUnreachable', 'No proxy.');
      const after = rows.filter(({ order }) => order > from.order).sort((a, b) => a.order - b.order);
      return { ok: true, value: { rows: after, olderLeft: false, newerLeft: false } };
    },
    on: add,
    onConnection: (listener: (connection: Connection) => void) => add('connection', listener),
  } as unknown as LocalClient;
  return {
    client,
    write(...written: Row[]) {
      for (const row of written) {
        const known = rows.findIndex(({ id }) => id === row.id);
        if (known >= 0) rows.splice(known, 1);
        rows.push(row);
      }
      if (online) tell('rows', { room, rows: written } satisfies LocalMessage<'rows'>);
    },
    connect(now: boolean) {
      online = now;
      tell('connection', now ? 'online' : 'offline');
    },
    /** The profile is locked: nothing is answered, and nothing told until it is open again. */
    lock(now: boolean) {
      online = !now;
      if (!now) tell('snapshot', {});
    },
    leave: () => tell('roomGone', { room }),
  };
}

/** Follows, and answers with a way to await the ids shown so far. */
function following(proxy: ReturnType<typeof fakeProxy>) {
  const shown: string[] = [];
  const ending = new AbortController();
  let changed = () => {};
  const show = (row: Row) => {
    if (row.order < unsentOrder) shown.push(row.id);
    changed();
  };
  const end = follow(proxy.client, room, beginning, show, ending.signal);
  return {
    shown,
    async until(count: number) {
      while (shown.length < count) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
    stop() {
      ending.abort();
      return end;
    },
    end,
  };
}

it('shows what comes, once each and in order', async () => {
  const proxy = fakeProxy();
  proxy.write(message(1024));
  const reader = following(proxy);
  await reader.until(1);
  proxy.write(message(2048));
  proxy.write(message(3072), message(4096));
  await reader.until(4);
  proxy.write(message(2048));
  expect(await reader.stop()).toEqual({ status: 0 });
  expect(reader.shown).toEqual(['m1024', 'm2048', 'm3072', 'm4096']);
});

it('shows an own message when it has its place, not before', async () => {
  const proxy = fakeProxy();
  proxy.write(message(unsentOrder, 'mine'));
  const reader = following(proxy);
  proxy.write(message(1024));
  await reader.until(1);
  proxy.write(message(2048, 'mine'));
  await reader.until(2);
  await reader.stop();
  expect(reader.shown).toEqual(['m1024', 'mine']);
});

it('goes on after the proxy was away', async () => {
  const proxy = fakeProxy();
  proxy.write(message(1024));
  const reader = following(proxy);
  await reader.until(1);
  proxy.connect(false);
  proxy.write(message(2048));
  proxy.write(message(3072));
  proxy.connect(true);
  await reader.until(3);
  await reader.stop();
  expect(reader.shown).toEqual(['m1024', 'm2048', 'm3072']);
});

it('goes on after the profile was locked', async () => {
  const proxy = fakeProxy();
  proxy.write(message(1024));
  const reader = following(proxy);
  await reader.until(1);
  proxy.lock(true);
  proxy.write(message(2048));
  proxy.lock(false);
  await reader.until(2);
  await reader.stop();
  expect(reader.shown).toEqual(['m1024', 'm2048']);
});

it('shows an alarm about a place that was read before, once', async () => {
  const proxy = fakeProxy();
  proxy.write(message(2048));
  const reader = following(proxy);
  await reader.until(1);
  proxy.write(alarm(1025));
  proxy.write(alarm(1025));
  proxy.write(alarm(3073));
  await reader.until(3);
  proxy.write(alarm(3073));
  await reader.stop();
  expect(reader.shown).toEqual(['m2048', 'a1025', 'a3073']);
});

it('shows a message that was read before again when it changed, once for each change', async () => {
  const proxy = fakeProxy();
  const said = message(1024) as MessageRow;
  proxy.write(said, message(2048));
  const reader = following(proxy);
  await reader.until(2);
  const edited = { ...said, text: 'better', editedAt: 5 };
  proxy.write(edited);
  proxy.write(edited, message(2048));
  proxy.write({ ...edited, reactions: [{ emoji: '👍', from: [said.from] }] });
  proxy.write(edited);
  proxy.write(message(3072));
  await reader.until(6);
  await reader.stop();
  expect(reader.shown).toEqual(['m1024', 'm2048', 'm1024', 'm1024', 'm1024', 'm3072']);
});

it('shows a change of a message from before it began, and none of what changed in no way', async () => {
  const proxy = fakeProxy();
  proxy.write(message(2048));
  const reader = following(proxy);
  await reader.until(1);
  proxy.write(message(1024));
  proxy.write({ ...(message(1024) as MessageRow), text: '', deleted: true });
  proxy.write(message(3072));
  await reader.until(3);
  await reader.stop();
  expect(reader.shown).toEqual(['m2048', 'm1024', 'm3072']);
});

it('fails when the room is left meanwhile', async () => {
  const proxy = fakeProxy();
  const reader = following(proxy);
  proxy.leave();
  expect(await reader.end).toEqual({ status: 1, message: 'you are no longer in this room' });
});
