import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRelay } from '@otr/relay';
import { viewOf } from '../../packages/proxy/src/core/group/view.ts';
import { keptIn } from '../../packages/proxy/src/room/records.ts';
import { fileStore, Person } from '../../packages/proxy/test/chat/person.ts';
import { temporaryFolder } from '../processes.ts';
import { startTamperingRelay } from './tamperingRelay.ts';

/** Words that occur nowhere by chance. */
export const words = {
  people: ['Zebulon Quartzworth', 'Marigold Pumpernickel', 'Marigold Thistledown'],
  rooms: ['Xylophone Conservatory', 'Periwinkle Observatory'],
  texts: [
    'the pelican lands at midnight',
    `every walrus ${'sings in harmony '.repeat(300)}`,
    'so be it, said the heron',
  ],
} as const;

export type Captured = {
  /** Everything that reached the relay: frames, the files of its database, its log. */
  haystack: Buffer;
  /** Private keys, epoch secrets and invite secrets, from the profiles. */
  secrets: Uint8Array[];
};

/** Two people create, join, talk, rename and leave, through a relay all of whose input is kept. */
export async function captureConversation(): Promise<Captured> {
  const folder = temporaryFolder();
  const log: string[] = [];
  const relay = await startRelay({
    host: '127.0.0.1',
    port: 0,
    data: join(folder.path, 'relay'),
    log: (event, fields) => log.push(JSON.stringify({ event, ...fields })),
  });
  const recorder = await startTamperingRelay(relay.url);
  const [zeb, mari] = words.people.slice(0, 2).map((name, index) => {
    return new Person({
      relayUrl: recorder.url,
      name,
      store: fileStore(join(folder.path, `profile${index}`)),
    });
  });
  if (!zeb || !mari) throw new Error('nobody');

  const room = await zeb.create(words.rooms[0]);
  await zeb.until(() => zeb.room(room)?.state === 'joined');
  await mari.joins(zeb, room);
  await zeb.until(() => zeb.room(room)?.memberCount === 2);
  const [hello, long, goodbye] = words.texts;
  await zeb.says(room, hello);
  await mari.hears(room, [hello]);
  await mari.ask('setTyping', { room });
  await mari.says(room, long);
  await zeb.hears(room, [long]);
  await mari.ask('setName', { name: words.people[2] });
  await zeb.ask('renameRoom', { room, name: words.rooms[1] });
  await mari.until(() => mari.room(room)?.name === words.rooms[1]);
  await zeb.says(room, goodbye);
  await mari.hears(room, [goodbye]);
  // A checkpoint at closing moves the write-ahead log into the database: look at both states.
  const before = filesIn(join(folder.path, 'relay'));
  await zeb.close();
  await mari.close();
  const secrets = [0, 1].flatMap((index) => secretsIn(join(folder.path, `profile${index}`)));
  await recorder.close();
  await relay.close();
  const after = filesIn(join(folder.path, 'relay'));
  folder.remove();
  return {
    haystack: Buffer.concat([...recorder.frames, ...before, ...after, Buffer.from(log.join('\n'))]),
    secrets,
  };
}

function filesIn(path: string): Buffer[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name)));
}

function secretsIn(profile: string): Uint8Array[] {
  const store = fileStore(profile);
  const [room] = store.rooms.all();
  const { group } = keptIn(store.records.load(room?.number ?? 0));
  store.close();
  if (!group) throw new Error('a profile without keys');
  const { settings } = viewOf(group);
  const invites = [settings.returnSecret, ...settings.invites.map(({ secret }) => secret)];
  return [
    group.self.signaturePrivateKey,
    ...group.self.privateKeys.values(),
    ...Object.values(group.secrets),
    ...invites.map((text) => Buffer.from(text, 'base64url')),
  ];
}

/** In which of these forms the bytes stand in the haystack; none is the good answer. */
export function formsFound(haystack: Buffer, needle: Uint8Array): string[] {
  const bytes = Buffer.from(needle);
  const text = bytes.toString('utf8');
  const forms: [string, Buffer][] = [
    ['as bytes', bytes],
    ['as UTF-16', Buffer.from(text, 'utf16le')],
    ['as hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['as JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ...alignments(bytes),
  ];
  return forms.filter(([, form]) => haystack.includes(form)).map(([name]) => name);
}

/** Base64 and base64url look different at each of three alignments; the outermost characters depend on neighbours. */
function alignments(bytes: Buffer): [string, Buffer][] {
  return [0, 1, 2].flatMap((shift): [string, Buffer][] => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const inner = (encoding: 'base64' | 'base64url') => shifted.toString(encoding).slice(4, -4);
    return [
      ['as base64', Buffer.from(inner('base64'))],
      ['as base64url', Buffer.from(inner('base64url'))],
    ];
  });
}
