import { limits, ok, type Row, refuse } from '@otr/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ExportFormat, exportRoom } from '../src/export/exportRoom.ts';
import type { ExportedRoom } from '../src/export/jsonFormat.ts';
import { type FakeClient, fakeClient } from './fakeClient.ts';
import { ada, member, message, notice, room, summary, unsent } from './rows.ts';

let client: FakeClient;
let rows: Row[];

const bob = member('b', { name: 'Bob' });
const noon = Date.UTC(2026, 0, 15, 12);

beforeEach(() => {
  client = fakeClient();
  rows = [];
  const relay = { url: 'http://relay', state: 'online', queued: 0 } as const;
  const rooms = [summary(room, { name: '<Tea> & "biscuits"' })];
  client.answer('getStatus', () => ok({ version: '1', profile: ada, relay, rooms }));
  client.answer('getMembers', () => ok({ members: [bob] }));
  client.answer('getTimeline', ({ from, limit }) => {
    if (from.at !== 'after') return refuse('badRequest', 'Not asked for here.');
    const left = rows.filter((row) => row.order > from.order);
    return ok({ rows: left.slice(0, limit), olderLeft: false, newerLeft: left.length > limit });
  });
});

async function exported(format: ExportFormat): Promise<string> {
  let file = '';
  for await (const piece of exportRoom(client, room, format, () => noon)) {
    if (!piece.ok) throw new Error(piece.error.message);
    file += piece.value;
  }
  return file;
}

const asJson = async () => JSON.parse(await exported('json')) as ExportedRoom;

describe('an exported room', () => {
  it('is JSON with a version, with all that a message has', async () => {
    rows = [
      message(1, { id: 'one', at: noon, text: 'a "quote"\nand </script>' }),
      message(2, { id: 'two', at: noon, from: 'gone', name: 'Cleo', deleted: true, text: '' }),
      message(3, {
        ...{ id: 'three', at: noon, own: true, editedAt: noon + 1, expiresAt: noon + 2 },
        replyTo: { id: 'one', name: 'Bob', text: 'a' },
        reactions: [{ emoji: '👍', from: ['b', 'gone', 'never'] }],
        recipients: ['b'],
      }),
      { ...notice(4), at: noon },
      {
        kind: 'alarm',
        room,
        id: 'a',
        order: 5_000,
        seq: 4,
        at: noon,
        problem: 'logForked',
        name: null,
        data: {},
      },
      unsent('five', 0),
    ];
    const at = '2026-01-15T12:00:00.000Z';
    const from = { key: 'b', name: 'Bob' };
    expect(await asJson()).toEqual({
      format: 'otr-chatroom-room',
      version: 1,
      exportedAt: at,
      room: { id: room, name: '<Tea> & "biscuits"' },
      rows: [
        { kind: 'message', id: 'one', seq: 1, at, from, own: false, text: 'a "quote"\nand </script>' },
        {
          ...{ kind: 'message', id: 'two', seq: 2, at, from: { key: 'gone', name: 'Cleo' } },
          ...{ own: false, text: '', deleted: true },
        },
        {
          ...{ kind: 'message', id: 'three', seq: 3, at, from, own: true, text: 'text 3' },
          ...{ editedAt: '2026-01-15T12:00:00.001Z', expiresAt: '2026-01-15T12:00:00.002Z' },
          replyTo: { id: 'one', name: 'Bob', text: 'a' },
          reactions: [
            {
              emoji: '👍',
              from: [from, { key: 'gone', name: 'Cleo' }, { key: 'never', name: 'somebody who left' }],
            },
          ],
        },
        { kind: 'notice', id: 'id-4', seq: 4, at, event: 'joined', data: { name: 'Bob' } },
        { kind: 'alarm', id: 'a', seq: 4, at, problem: 'logForked', name: null },
        expect.objectContaining({ id: 'five', seq: null }),
      ],
    });
  });

  it.each([0, 1, limits.timelinePage, limits.timelinePage * 2 + 7])(
    'has each of %i rows once',
    async (many) => {
      rows = Array.from({ length: many }, (_, index) => message(index + 1));
      expect((await asJson()).rows.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
      expect([...(await exported('html')).matchAll(/<article /g)]).toHaveLength(many);
    },
  );

  it('shows as a page who said what, answers, edits, reactions and notices', async () => {
    rows = [
      message(1, { id: 'one', text: 'first\n  line' }),
      message(2, {
        ...{ editedAt: noon, reactions: [{ emoji: '🎉', from: ['b'] }] },
        replyTo: { id: 'one', name: 'Bob', text: 'first' },
      }),
      message(3, { deleted: true, text: '' }),
      notice(4),
    ];
    const page = await exported('html');
    expect(page).toContain('>first\n  line</div>');
    expect(page).toContain('<a href="#m-one">Bob</a>: first</blockquote>');
    expect(page).toMatch(/<i>edited<\/i>/);
    expect(page).toMatch(/<li>🎉 <span dir="auto">Bob<\/span><\/li>/);
    expect(page).toContain('This message was deleted.');
    expect(page).toContain('Bob joined');
  });

  it('says of a whisper to whom it was', async () => {
    rows = [message(1, { whisper: { to: ['b', 'c'], names: ['Bob', '<Cleo>'] } })];
    expect((await asJson()).rows).toMatchObject([
      {
        whisper: {
          to: [
            { key: 'b', name: 'Bob' },
            { key: 'c', name: '<Cleo>' },
          ],
        },
      },
    ]);
    expect(await exported('html')).toContain('whisper to <span dir="auto">Bob, &#60;Cleo&#62;</span>');
  });

  it('is a page that can do nothing, whatever is written in it', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='x'>&lt;`;
    const rowOf = { name: hostile, text: hostile, replyTo: { id: hostile, name: hostile, text: hostile } };
    rows = [
      message(1, { ...rowOf, id: hostile, reactions: [{ emoji: hostile, from: ['x'] }] }),
      { ...notice(2), data: { name: hostile } },
      {
        kind: 'refused',
        room,
        id: hostile,
        order: 4_096,
        seq: 4,
        at: 0,
        problem: 'badPayload',
        name: hostile,
      },
    ];
    const page = await exported('html');
    // What is left of the page without what people wrote is the page's own.
    const tags = [...page.matchAll(/<(\w+)/g)].map(([, tag]) => tag);
    expect(tags).not.toContain('script');
    expect(tags).not.toContain('img');
    expect(page).not.toMatch(/onerror='|src=x[^ &]/);
    expect(page).toContain('&#60;script&#62;');
    expect(page).toContain(`default-src 'none'`);
    const quotes = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(quotes).toEqual([expect.stringContaining('&#34;&#62;&#60;script')]);
  });

  it('ends with the refusal when the proxy has no more to give', async () => {
    client.answer('getTimeline', () => refuse('proxyUnreachable', 'Gone.'));
    const pieces = [];
    for await (const piece of exportRoom(client, room, 'json')) pieces.push(piece);
    expect(pieces.map(({ ok: fine }) => fine)).toEqual([true, false]);
    const unknown = [];
    for await (const piece of exportRoom(client, 'C'.repeat(22), 'html')) unknown.push(piece);
    expect(unknown).toMatchObject([{ ok: false, error: { code: 'roomNotFound' } }]);
  });
});
