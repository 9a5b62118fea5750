import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { asBuffer } from '../src/bytes.ts';
import { StartRefused, startRelay } from '../src/index.ts';
import { dataFolder, testClient, testRelay } from './testRelay.ts';
import { testInvite, testRoom } from './testRoom.ts';

test('the address opened in a browser says what it is; /healthz says ok; all else is not found', async () => {
  const { url } = await testRelay();
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('relay of otr-chatroom')]);
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
  expect((await fetch(`${url}/socket.io/socket.io.js`)).status).toBe(400);
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});

test('[W1] there is no transport but WebSocket', async () => {
  const { url } = await testRelay();
  const polling = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  expect(polling.status).toBe(400);
});

test('a second relay on the same folder is refused with a sentence', async () => {
  const data = dataFolder();
  await testRelay({ data });
  const second = startRelay({ host: '127.0.0.1', port: 0, data });
  await expect(second).rejects.toThrow(StartRefused);
  await expect(second).rejects.toMatchObject({ code: 'dataInUse', message: expect.stringMatching(/\.$/) });
});

test('an occupied port is refused with a sentence and the folder is let go', async () => {
  const data = dataFolder();
  const { port } = await testRelay();
  await expect(startRelay({ host: '127.0.0.1', port, data })).rejects.toMatchObject({
    code: 'addressUnusable',
  });
  await testRelay({ data });
});

test('logs hold counts and codes: no room, key or content', async () => {
  const lines: string[] = [];
  const relay = await testRelay({
    log: (event, fields) => lines.push(JSON.stringify([event, fields])),
    cleanup: { intervalMs: 50, graceMs: 50, answerMs: 20 },
  });
  const room = testRoom();
  const client = await testClient(relay);
  await client.create(room);
  const [key, body, invite] = [randomBytes(32), randomBytes(64), testInvite()];
  await client.enter(room, [key]);
  await client.done('append', { ...client.whisper(room, 0, [key]), body });
  await client.done('putInvite', { room: room.room, invite: invite.invite });
  const knock = client.knock(room, invite);
  await client.done('knock', knock);
  await client.next('knockEnded');
  const log = lines.join('\n');
  expect(log).toContain('knocksDropped');
  const { keyPackageRef } = knock;
  for (const secret of [room.room, room.accessKey, key, body, invite.invite, keyPackageRef].map(asBuffer)) {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(log).not.toContain(secret.toString(encoding));
    }
  }
});
