import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitEntry, Entry, MessageEntry } from '@otr/protocol';
import { type Relay, startRelay } from '@otr/relay';
import type { ChatOptions } from '../../packages/proxy/src/chatService.ts';
import { Person } from '../../packages/proxy/test/chat/person.ts';
import { temporaryFolder } from '../processes.ts';
import { startTamperingRelay, type TamperingRelay } from './tamperingRelay.ts';

/** Somebody whose every connection goes through a relay that lies to this person alone, when told to. */
export interface Deceived {
  person: Person;
  relay: TamperingRelay;
}

/** Ann and Bob in a room. */
export interface Scene {
  ann: Person;
  bob: Person;
  room: string;
  annsRelay: TamperingRelay;
  bobsRelay: TamperingRelay;
  trueRelay: Relay;
  /** For profiles, and for the files of relays. */
  folder: string;
  /** One more person, not in the room yet. */
  newcomer(name: string, options?: Partial<ChatOptions>): Promise<Deceived>;
  /** Knocks at the room by an invite of another, and waits until all three sides know. */
  joins(newcomer: Deceived, by: Person): Promise<void>;
  /** An invite link as it reads for somebody behind this relay. */
  inviteFor(relay: TamperingRelay, by: Person): Promise<string>;
  /** A relay of the same log as it is now, which goes its own way from here on. */
  fork(): Promise<Relay>;
  close(): Promise<void>;
}

export async function openScene(bobs: Partial<ChatOptions> = {}): Promise<Scene> {
  const temporary = temporaryFolder();
  const folder = temporary.path;
  const start = (name: string) => startRelay({ host: '127.0.0.1', port: 0, data: join(folder, name) });
  const trueRelay = await start('relay');
  const relays: { close(): Promise<void> }[] = [];
  const deceived: Deceived[] = [];
  const newcomer = async (name: string, options: Partial<ChatOptions> = {}): Promise<Deceived> => {
    const relay = await startTamperingRelay(trueRelay.url);
    relays.push(relay);
    const one = { relay, person: new Person({ relayUrl: relay.url, name, ...options }) };
    deceived.push(one);
    return one;
  };
  const inviteFor = async (relay: TamperingRelay, by: Person) => {
    const { link } = await by.ask('invite', { room });
    return link.replace(/^otr:[^/]+/, `otr:${new URL(relay.url).host}`);
  };
  const joins = async ({ person, relay }: Deceived, by: Person) => {
    const before = by.room(room)?.memberCount ?? 0;
    await person.ask('joinRoom', { link: await inviteFor(relay, by) });
    for (const each of [person, by]) {
      await each.until(() => each.room(room)?.state === 'joined' && memberCount(each) === before + 1);
    }
  };
  const memberCount = (person: Person) => person.room(room)?.memberCount;

  const { person: ann, relay: annsRelay } = await newcomer('Ann');
  const room = await ann.create('Garden');
  await ann.until(() => ann.room(room)?.state === 'joined');
  const bobDeceived = await newcomer('Bob', bobs);
  await joins(bobDeceived, ann);
  const { person: bob, relay: bobsRelay } = bobDeceived;

  let forks = 0;
  return {
    ...{ ann, bob, room, annsRelay, bobsRelay, trueRelay, folder, newcomer, joins, inviteFor },
    async fork() {
      forks += 1;
      cpSync(join(folder, 'relay'), join(folder, `fork ${forks}`), { recursive: true });
      const fork = await start(`fork ${forks}`);
      relays.push(fork);
      return fork;
    },
    async close() {
      await Promise.all(deceived.map(({ person }) => person.close()));
      await Promise.all(relays.map((relay) => relay.close()));
      await trueRelay.close();
      temporary.remove();
    },
  };
}

/** Everyone sees each of these problems; the test's time limit ends a wait in vain. */
export async function notices(person: Person, room: string, ...problems: string[]): Promise<void> {
  await person.until(async () => {
    const seen = await person.troubles(room);
    return problems.every((problem) => seen.includes(problem));
  });
}

export function flipBit(bytes: Uint8Array, at = 20): Buffer {
  const copy = Buffer.from(bytes);
  copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ 1;
  return copy;
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.kind === 'message';
}

export function isCommit(entry: Entry): entry is CommitEntry {
  return entry.kind === 'commit';
}
