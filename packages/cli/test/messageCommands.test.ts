import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits, ok, refuse } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { type FakeProxy, openFakeProxy, room } from './fakeProxy.ts';
import { ann, message } from './rows.ts';

let proxy: FakeProxy;
beforeEach(async () => {
  proxy = await openFakeProxy(otrCommands);
});
afterEach(() => proxy.close());

const requests = (event: string) => proxy.asked.filter(([name]) => name === event).map(([, data]) => data);
const id = expect.stringMatching(/^[\w-]{22}$/);
const target = `${'T'.repeat(21)}A`;

describe('messages', () => {
  it('are sent as answers', async () => {
    proxy.answer('sendMessage', ({ id: sent }) => ok({ id: sent }));
    proxy.answer('getTimeline', () => ok({ rows: [message(1)], olderLeft: false, newerLeft: false }));
    const sent = await proxy.otr(['send', 'den', 'yes', '--reply-to', target]);
    expect(sent).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[\w-]{22}\n$/) });
    expect(requests('sendMessage')).toEqual([{ room, id, text: 'yes', replyTo: target }]);
    expect(await proxy.otr(['send', 'den', 'yes', '--reply-to', 'not an id'])).toMatchObject({ status: 1 });
    expect(requests('sendMessage')).toHaveLength(1);
  });

  it('are edited, also from standard input', async () => {
    proxy.answer('editMessage', () => ok({}));
    await proxy.otr(['edit', 'den', target, 'better']);
    expect(await proxy.otr(['edit', 'den', target, '-', '--json'], 'two\nlines\n')).toEqual({
      ...{ status: 0, stdout: `{"id":"${target}"}\n`, stderr: '' },
    });
    expect(requests('editMessage')).toEqual([
      { room, id, target, text: 'better' },
      { room, id, target, text: 'two\nlines' },
    ]);
    expect((await proxy.otr(['edit', 'den', target, ' '])).stderr).toBe('otr: the text must not be blank\n');
    proxy.answer('editMessage', () => refuse('notAllowed', 'This is not your message.'));
    expect(await proxy.otr(['edit', 'den', target, 'x'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: This is not your message.\n' },
    });
  });

  it('are deleted and reacted to', async () => {
    proxy.answer('deleteMessage', () => ok({}));
    proxy.answer('react', () => ok({}));
    await proxy.otr(['delete', 'den', target]);
    await proxy.otr(['react', 'den', target, '👍']);
    await proxy.otr(['react', 'den', target, '👍', 'off']);
    expect(requests('deleteMessage')).toEqual([{ room, id, target }]);
    expect(requests('react')).toEqual([
      { room, id, target, emoji: '👍', on: true },
      { room, id, target, emoji: '👍', on: false },
    ]);
    expect(await proxy.otr(['react', 'den', target, 'thumb'])).toMatchObject({ status: 1 });
    expect(await proxy.otr(['react', 'den', target, '👍', 'away'])).toMatchObject({ status: 2 });
    expect(requests('react')).toHaveLength(2);
  });

  it('are found', async () => {
    proxy.answer('search', () =>
      ok({
        hits: [
          { room, row: message(3) },
          { room, row: message(1) },
        ],
      }),
    );
    const { stdout } = await proxy.otr(['search', 'tea', 'time']);
    expect(stdout).toMatch(/^den {2}2026-01-15 \d\d:\d\d Ben: text 3\nden {2}.* Ben: text 1\n$/);
    const found = await proxy.otr(['search', 'tea', '--room', 'den', '--limit', '5', '--json']);
    expect(
      found.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['m3', 'm1']);
    await proxy.otr(['search', 'tea', '--limit', '5000']);
    expect(requests('search')).toEqual([
      { text: 'tea time', limit: limits.searchHits },
      { text: 'tea', room, limit: 5 },
      { text: 'tea', limit: limits.searchHits },
    ]);
    expect(await proxy.otr(['search', 'tea', '--room', 'cave'])).toMatchObject({ status: 1 });
  });

  it('are printed with their ids where asked', async () => {
    proxy.answer('getTimeline', () => ok({ rows: [message(1)], olderLeft: false, newerLeft: false }));
    expect((await proxy.otr(['read', 'den', '--ids'])).stdout).toMatch(
      /^m1 2026-01-15 \d\d:\d\d Ben: text 1\n$/,
    );
  });
});

describe('an export', () => {
  beforeEach(() => {
    proxy.answer('getMembers', () => ok({ members: [] }));
    proxy.answer('getTimeline', () => {
      const row = message(1, { own: true, from: ann, name: 'Ann', text: '<b>' });
      return ok({ rows: [row], olderLeft: false, newerLeft: false });
    });
  });

  it('is a page on standard output, or JSON', async () => {
    const { stdout } = await proxy.otr(['export', 'den']);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*&#60;b&#62;[\s\S]*<\/html>\n$/);
    const json = await proxy.otr(['export', room, '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      room: { name: 'den' },
      rows: [{ text: '<b>' }],
    });
  });

  it('is a file that only its owner reads, and that replaces none', async () => {
    const file = join(proxy.folder, 'den.json');
    const words = ['export', 'den', '--format', 'json', '--output', 'den.json', '--json'];
    expect(await proxy.otr(words)).toEqual({
      status: 0,
      stdout: `{"file":${JSON.stringify(file)}}\n`,
      stderr: '',
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ rows: [{ text: '<b>' }] });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'mine');
    expect(await proxy.otr(words)).toMatchObject({ status: 1, stderr: expect.stringContaining('EEXIST') });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('leaves no half of a file', async () => {
    proxy.answer('getTimeline', () => refuse('storageFailed', 'The disk cannot be read.'));
    const file = join(proxy.folder, 'half.html');
    expect(await proxy.otr(['export', 'den', '--output', file])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: The disk cannot be read.\n' },
    });
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });
});
