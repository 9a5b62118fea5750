import { isBytes } from '@otr/protocol';
import { startRelay } from '@otr/relay';
import { newId, Person } from '../../packages/proxy/test/chat/person.ts';
import { startTamperingRelay } from '../hostile/tamperingRelay.ts';

/** A byte string that a relay was sent. */
export interface Sent {
  /** Event and field, such as `commit.welcomes.sealed`. */
  readonly field: string;
  readonly length: number;
}

/** Lengths of what is said: around the steps of the list, once everything that belongs to a message is added. */
const texts = [1, 10, 100, 200, 300, 500, 900, 1_300, 2_000, 3_500, 4_500, 9_000, 16_000, 40_000, 65_000];

/**
 * A session of two people: create, invite, knock, be let in, show who they are, renew, talk, type, tell what was received,
 * whisper, talk off the record, rename, come back, leave. All byte strings that their proxies sent to the relay.
 */
export async function captureSizes(): Promise<Sent[]> {
  const relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  const recorder = await startTamperingRelay(relay.url);
  const sent: Sent[] = [];
  recorder.watch((event, request) => sent.push(...bytesIn(event, request)));
  const [ann, ben] = ['Ann', 'Benjamin'].map((name) => new Person({ relayUrl: recorder.url, name }));
  if (!ann || !ben) throw new Error('nobody');

  const room = await ann.create('Garden');
  await ann.ask('createInvite', { room, uses: 1, expiresIn: null, approval: false });
  await ben.joins(ann, room);
  await ann.until(() => ann.room(room)?.memberCount === 2);
  for (const length of texts) {
    const text = 'x'.repeat(length);
    await ann.says(room, text);
    await ben.ask('setTyping', { room });
    await ben.hears(room, [text]);
  }
  await whisper(ann, ben, room);
  await talkOffTheRecord(ann, ben);
  await ben.ask('setName', { name: 'Ben' });
  await ann.ask('renameRoom', { room, name: 'A garden with a much longer name than before' });
  await ben.until(() => ben.room(room)?.name.startsWith('A garden') === true);
  recorder.cut();
  await ben.says(room, 'back again');
  await ann.hears(room, ['back again']);
  await ben.ask('leaveRoom', { room });
  await ann.until(() => ann.room(room)?.memberCount === 1);

  for (const who of [ann, ben]) await who.close();
  await recorder.close();
  await relay.close();
  return sent;
}

async function whisper(ann: Person, ben: Person, room: string): Promise<void> {
  const { members } = await ann.ask('getMembers', { room });
  const whisperTo = members.filter(({ name }) => name === 'Benjamin').map(({ key }) => key);
  for (const length of texts) {
    const text = 'w'.repeat(length);
    await ann.ask('sendMessage', { room, id: newId(), text, whisperTo });
    await ben.hears(room, [text]);
  }
}

async function talkOffTheRecord(ann: Person, ben: Person): Promise<void> {
  const { room } = await ann.ask('createRoom', { name: 'Nowhere', offTheRecord: true });
  await ben.joins(ann, room);
  await ann.says(room, 'nobody said this');
  await ben.hears(room, ['nobody said this']);
}

function bytesIn(field: string, value: unknown): Sent[] {
  if (isBytes(value)) return [{ field, length: value.length }];
  if (Array.isArray(value)) return value.flatMap((one) => bytesIn(field, one));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => bytesIn(`${field}.${name}`, one));
}

/** Ids, keys and signatures: as long as they are, whatever happens. */
const fixed: Readonly<Record<string, number>> = {
  room: 16,
  id: 16,
  knock: 16,
  accessKey: 32,
  invite: 32,
  keyPackageRef: 32,
  keys: 32,
  to: 32,
  signature: 64,
};

/** Everything whose length says something about what is in it. */
export function withLengthOfItsOwn(sent: readonly Sent[]): Sent[] {
  return sent.filter(({ field, length }) => fixed[field.split('.').at(-1) ?? ''] !== length);
}

/** M3, written down once more: up to 4 KiB in steps of 256, above that all but the highest few bits are zero (Padmé). */
export function isListed(length: number): boolean {
  if (length <= 4_096) return length > 0 && length % 256 === 0;
  const exponent = length.toString(2).length - 1;
  const kept = exponent.toString(2).length;
  return length % 2 ** (exponent - kept) === 0;
}
