import { PassThrough } from 'node:stream';
import { type LocalMessage, ok, refuse } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { readLine } from '../src/terminal.ts';
import { type FakeProxy, openFakeProxy, room } from './fakeProxy.ts';
import { ann, ben, member } from './rows.ts';

let proxy: FakeProxy;
beforeEach(async () => {
  proxy = await openFakeProxy(otrCommands);
  proxy.answer('getMembers', () =>
    ok({ members: [member({ key: ann, name: 'Ann', self: true }), member()] }),
  );
  proxy.answer('startWords', () => ok({ words: ['one', 'two', 'three'] }));
  proxy.answer('stopWords', () => ok({}));
});
afterEach(() => proxy.close());

const requests = (event: string) => proxy.asked.filter(([name]) => name === event).map(([, data]) => data);
const told = (more: Partial<LocalMessage<'words'>>) =>
  proxy.tell({ event: 'words', data: { room, member: ben, name: 'Ben', state: 'verified', ...more } });

describe('who reads words out', () => {
  it('waits for the outcome with this member in this room, and no other', async () => {
    const { status, stdout } = await proxy.otr(['words', 'den', 'Ben'], '', {
      seen(line) {
        if (line !== 'one two three') return;
        told({ room: 'B'.repeat(22), state: 'wrong' });
        told({ member: ann, state: 'wrong' });
        told({ state: 'asked' });
        told({});
      },
    });
    expect([status, stdout]).toEqual([0, 'one two three\nBen is verified, in every room that you share.\n']);
  });

  it('stops it with Ctrl-C, and the other is told', async () => {
    const ending = new AbortController();
    const ended = await proxy.otr(['words', 'den', 'Ben', '--json'], '', {
      ending: ending.signal,
      seen: () => ending.abort(),
    });
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining('nobody is verified') });
    expect(JSON.parse(ended.stdout.split('\n')[1] ?? '')).toEqual({ room, member: ben, state: 'stopped' });
    expect(requests('stopWords')).toEqual([{ room, member: ben }]);
  });

  it.each([
    [
      'is locked',
      () => proxy.tell({ event: 'vault', data: { state: 'locked', by: 'file', lockAfterMinutes: 0 } }),
    ],
    ['leaves the room', () => proxy.tell({ event: 'roomGone', data: { room } })],
    ['stops', () => void proxy.close()],
  ])('does not know the outcome where the proxy %s', async (_, happens) => {
    const ended = await proxy.otr(['words', 'den', 'Ben', '--json'], '', {
      seen: (line) => line.includes('two') && happens(),
    });
    expect(ended).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/\notr: the proxy went away or was locked meanwhile: .*\n$/),
    });
    expect(requests('stopWords')).toEqual([]);
  });

  it('is told why there are no words', async () => {
    proxy.answer('startWords', () => refuse('notShown', 'Ben has not shown who this is.'));
    expect(await proxy.otr(['words', 'den', 'Ben'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: Ben has not shown who this is.\n' },
    });
  });
});

describe('who enters words', () => {
  it('is told why it is not possible, and waits for nothing', async () => {
    proxy.answer('enterWords', () => refuse('badRequest', 'Ben reads no words out.'));
    expect(await proxy.otr(['words', 'den', 'Ben', '--enter', 'one TWO  three'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: Ben reads no words out.\n' },
    });
    expect(requests('enterWords')).toEqual([{ room, member: ben, words: 'one two three' }]);
  });
});

describe('a line', () => {
  const typed = async (isTTY: boolean, ...chunks: string[]) => {
    const shown: string[] = [];
    const stream = Object.assign(PassThrough.from(chunks.map((chunk) => Buffer.from(chunk))), { isTTY });
    const line = await readLine(stream, 'Words: ', (text) => void shown.push(text));
    return [line, ...shown];
  };

  it('is the first of standard input, without a prompt', async () => {
    expect(await typed(false, 'one t', 'wo\r\nthree\n')).toEqual(['one two']);
    expect(await typed(false, 'one two')).toEqual(['one two']);
    expect(await typed(false)).toEqual([undefined]);
  });

  it('is asked for at a terminal', async () => {
    expect(await typed(true, 'one two\n')).toEqual(['one two', 'Words: ']);
  });
});
