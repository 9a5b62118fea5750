import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Finished, runOtr, startOtr, stopOtr } from './otrProcess.ts';
import { openWorld, type Person, type World } from './world.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: World;
let ann: Person;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.person('ann');
});
afterAll(() => world.close());

const id = expect.stringMatching(/^[\w-]{22}$/);
const key = expect.stringMatching(/^[\w-]{43}$/);
const page = expect.stringMatching(/^http:\/\/(127\.0\.0\.1|otr-[0-9a-f]+\.localhost):\d+\/#code=[\w-]+$/);

/** The objects of a command's output: every line is one, with exactly these keys. */
function objectsOf({ status, stdout, stderr }: Finished): unknown[] {
  expect(status, stderr).toBe(0);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

const json = async (...words: string[]) => objectsOf(await ann.otr([...words, '--json']));

it('prints with --json what the guide says, and nothing else', async () => {
  expect({ page: ann.page }).toEqual({ page });
  expect({ listening: world.relay }).toEqual({
    listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  expect(await json('open', '--no-open')).toEqual([{ page }]);
  expect(await json('room', 'list')).toEqual([]);

  const [created] = (await json('room', 'create', 'den')) as [{ room: string }];
  expect(created).toEqual({ room: id });
  const { room } = created;
  const [invited] = (await json('room', 'invite', 'den')) as [{ link: string }];
  expect(invited).toEqual({ link: expect.stringMatching(/^otr:127\.0\.0\.1:\d+\/[\w-]{22}#[\w-]{43}$/) });
  expect(await json('room', 'join', invited.link)).toEqual([{ room }]);
  expect(await json('room', 'rename', room, 'cave')).toEqual([{ room }]);

  const [sent] = (await json('send', 'cave', 'one\ntwo \u001b \u{1F600}', '--wait', 'relay')) as [
    { id: string },
  ];
  expect(sent).toEqual({ id });
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const message = { id: sent.id, room, from: key, name: 'ann', at, text: 'one\ntwo \u001b \u{1F600}' };
  const [read] = (await json('read', room.slice(0, 8))) as [{ seq: number | null }];
  expect(read).toEqual({ ...message, seq: read.seq === null ? null : expect.any(Number) });

  expect(await json('room', 'list')).toEqual([
    {
      room,
      name: 'cave',
      state: 'joined',
      members: 1,
      unread: expect.any(Number),
      queued: expect.any(Number),
      knocks: 0,
      offTheRecord: false,
      trust: { verified: 0, unverified: 0, unknown: 0, changed: 0 },
    },
  ]);
  const exported = await ann.otr(['export', 'cave', '--format', 'json']);
  expect(JSON.parse(exported.stdout)).toMatchObject({
    ...{ format: 'otr-chatroom-room', version: 1, room: { id: room, name: 'cave' } },
    rows: expect.arrayContaining([expect.objectContaining({ kind: 'message', text: message.text })]),
  });
  const file = join(world.folder, 'cave.html');
  expect(await json('export', 'cave', '--output', file)).toEqual([{ file }]);
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*one\ntwo[\s\S]*<\/html>\n$/);
  expect(await json('name', 'Anna')).toEqual([{ name: 'Anna' }]);
  expect(await json('status')).toEqual([
    {
      ...{ version: '0.1.0', name: 'Anna', ephemeral: false, relay: world.relay },
      ...{ state: 'online', queued: expect.any(Number), rooms: 1 },
    },
  ]);
  expect(await json('room', 'leave', room)).toEqual([{ room }]);
});

describe('reading on', () => {
  it('gives every message once and in order, across restarts of the proxy', async () => {
    const [{ room }] = (await json('room', 'create', 'long')) as [{ room: string }];
    const reader = ann.start(['read', room, '--follow', '--json']);
    const texts: string[] = [];
    const sendAndRead = async (text: string) => {
      await ann.otr(['send', room, text]);
      texts.push((JSON.parse((await reader.nextLine()) ?? '{}') as { text: string }).text);
    };
    await sendAndRead('one');
    await ann.restart();
    await sendAndRead('two');
    await ann.restart('SIGKILL');
    await sendAndRead('three');
    const { status, stdout } = await stopOtr(reader, 'SIGINT');
    expect(status).toBe(0);
    expect(texts).toEqual(['one', 'two', 'three']);
    const seqs = objectsOf({ status, stdout, stderr: '' }).map((line) => (line as { seq: number }).seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(seqs).toHaveLength(3);
  });
});

describe('without the relay', () => {
  it('keeps what is created, joined and sent, and says that it waits', async () => {
    const variables = { ...ann.variables, OTR_PROFILE: `${world.folder}/alone` };
    // Nothing listens on the port of a relay that has ended.
    const relay = startOtr(['relay', '--json', '--port', '0', '--data', ':memory:'], { variables });
    const { listening } = JSON.parse((await relay.nextLine()) ?? '') as { listening: string };
    await stopOtr(relay);
    const up = startOtr(['up', '--json', '--no-open', '--relay', listening, '--name', 'Al'], { variables });
    await up.nextLine();

    const created = await runOtr(['room', 'create', 'den', '--timeout', '1ms'], { variables });
    expect(created).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[\w-]{22}\n$/) });
    expect(created.stderr).toContain('the room is kept');
    expect(await runOtr(['send', 'den', 'hello'], { variables })).toMatchObject({ status: 0 });
    const waited = await runOtr(['send', 'den', 'hi', '--wait', 'relay', '--timeout', '1ms'], { variables });
    expect(waited).toMatchObject({ status: 1, stdout: expect.stringMatching(/^[\w-]{22}\n$/) });
    expect(waited.stderr).toContain('it is stored here and will be sent');
    const read = await runOtr(['read', 'den', '--json', '--limit', '2'], { variables });
    expect(objectsOf(read)).toMatchObject([
      { seq: null, text: 'hello' },
      { seq: null, text: 'hi' },
    ]);
    expect(await stopOtr(up)).toMatchObject({ status: 0 });
  });
});

describe('an ephemeral proxy', () => {
  it('is reached by the socket file that it names', async () => {
    const { variables } = ann;
    const words = ['up', '--relay', world.relay, '--ephemeral', '--no-open', '--json', '--quiet'];
    const up = startOtr(words, { variables });
    let noted = '';
    up.child.stderr.on('data', (text: string) => {
      noted += text;
    });
    await up.nextLine();
    const [, socket = ''] = /--socket (.+)\n/.exec(noted) ?? [];
    const status = await runOtr(['status', '--json', '--socket', socket], { variables });
    expect(objectsOf(status)).toMatchObject([{ ephemeral: true, name: null, rooms: 0 }]);
    expect(await stopOtr(up)).toMatchObject({ status: 0 });
  });
});
