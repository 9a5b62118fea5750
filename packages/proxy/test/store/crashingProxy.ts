import { createHash } from 'node:crypto';
import { createChat } from '../../src/chatService.ts';
import { silent } from '../../src/log.ts';
import { openStore } from '../../src/store/store.ts';

/** Says some texts, renames the room and kills itself after the named step. Run by crash.test.ts. */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

const opened = openStore({ folder: setting('PROFILE'), key: new Uint8Array(32).fill(7) });
if (!opened.ok) throw new Error(opened.message);
const texts: string[] = JSON.parse(setting('TEXTS'));
const room = setting('ROOM');
const killAfter = setting('KILL_AFTER');

const chat = createChat({
  relayUrl: setting('RELAY'),
  store: opened.value,
  log: silent,
  version: 'test',
  afterStep: (name) => {
    if (name === killAfter) process.kill(process.pid, 'SIGKILL');
  },
});

for (const text of texts) {
  const id = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  await chat.request('sendMessage', { room, id: validId(id), text });
}

await chat.request('renameRoom', { room, name: `Garden ${killAfter}` });

/** 22 characters of base64url hold 132 bits: the last four are zero in the text of 16 bytes. */
function validId(id: string): string {
  return Buffer.from(id, 'base64url').subarray(0, 16).toString('base64url');
}
