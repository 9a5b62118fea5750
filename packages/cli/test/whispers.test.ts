import { type MessageRow, ok, refuse } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { meetPeople, target } from './fakePeople.ts';
import { type FakeProxy, openFakeProxy, room } from './fakeProxy.ts';
import { ann, ben, member, message } from './rows.ts';

let proxy: FakeProxy;
beforeEach(async () => {
  proxy = await openFakeProxy(otrCommands);
  proxy.answer('sendMessage', ({ id }) => ok({ id }));
  proxy.answer('getMembers', () =>
    ok({
      members: [member({ key: ann, name: 'Ann', self: true }), member(), member({ key: cleo, name: 'Cleo' })],
    }),
  );
});
afterEach(() => proxy.close());

const cleo = `c${'C'.repeat(41)}A`;
const id = expect.stringMatching(/^[\w-]{22}$/);
const sent = () => proxy.asked.filter(([name]) => name === 'sendMessage').map(([, data]) => data);

describe('a whisper', () => {
  it('goes to those who are named, each once, and to nobody else', async () => {
    expect(await proxy.otr(['send', 'den', '--to', 'Ben', 'psst', '--json'])).toEqual({
      ...{ status: 0, stderr: '', stdout: expect.stringMatching(/^\{"id":"[\w-]{22}"\}\n$/) },
    });
    await proxy.otr(['send', 'den', '--to', 'Ben', '--to', cleo, '--to', 'b', 'psst']);
    await proxy.otr(['send', 'den', 'to all']);
    expect(sent()).toEqual([
      { room, id, text: 'psst', whisperTo: [ben] },
      { room, id, text: 'psst', whisperTo: [ben, cleo] },
      { room, id, text: 'to all' },
    ]);
  });

  it('is not sent at all where one of them is not known', async () => {
    expect(await proxy.otr(['send', 'den', '--to', 'Ben', '--to', 'Bem', 'psst'])).toEqual({
      ...{ status: 1, stdout: '', stderr: 'otr: there is no member "Bem"; otr room members shows them\n' },
    });
    expect(await proxy.otr(['send', 'den', '--to', 'Ann', 'psst'])).toMatchObject({
      stderr: 'otr: nobody whispers to oneself; say which other member\n',
    });
    expect(await proxy.otr(['send', 'den', '--to', '', 'psst'])).toMatchObject({ status: 2 });
    proxy.answer('getMembers', () => refuse('internal', 'No members can be read.'));
    expect(await proxy.otr(['send', 'den', '--to', 'Ben', 'psst'])).toMatchObject({ status: 1 });
    expect(sent()).toEqual([]);
  });
});

describe('an answer', () => {
  const holds = (...rows: MessageRow[]) =>
    proxy.answer('getTimeline', () => ok({ rows, olderLeft: false, newerLeft: false }));
  const answer = (...more: string[]) => proxy.otr(['send', 'den', 'yes', '--reply-to', target, ...more]);
  const whisper = { to: [ann, cleo], names: ['Ann', 'Cleo'] };

  it('to a whisper is a whisper to the same people', async () => {
    holds(message(1, { id: target, whisper }));
    await answer();
    holds(message(1, { id: target, own: true, from: ann, whisper: { to: [cleo], names: ['Cleo'] } }));
    await answer();
    expect(sent()).toEqual([
      { room, id, text: 'yes', replyTo: target, whisperTo: [cleo, ben] },
      { room, id, text: 'yes', replyTo: target, whisperTo: [cleo] },
    ]);
  });

  it('goes to others where they are named', async () => {
    holds(message(1, { id: target, whisper }));
    await answer('--to', 'Ben');
    expect(sent()).toEqual([{ room, id, text: 'yes', replyTo: target, whisperTo: [ben] }]);
  });

  it('to what everyone read goes to everyone', async () => {
    holds(message(1, { id: target }));
    await answer();
    expect(sent()).toEqual([{ room, id, text: 'yes', replyTo: target }]);
  });

  it('is not sent where it cannot be known what it answers', async () => {
    proxy.answer('getTimeline', () => refuse('storageFailed', 'The disk cannot be read.'));
    expect(await answer()).toMatchObject({ status: 1, stderr: 'otr: The disk cannot be read.\n' });
    expect(sent()).toEqual([]);
  });
});

describe('what is read', () => {
  it('has for programs who sent it, as far as is known, and for whom', async () => {
    meetPeople(proxy);
    const { stdout } = await proxy.otr(['read', 'den', '--json']);
    const [first, second] = stdout.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)) as object);
    expect(first).toMatchObject({ text: 'Hello', trust: 'unverified' });
    expect(first).not.toHaveProperty('whisper');
    expect(second).toMatchObject({ name: 'Dan', trust: 'unproven', whisper: { to: ['Ann', 'Ben'] } });
  });
});
