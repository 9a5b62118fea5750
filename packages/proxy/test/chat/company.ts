import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Member, RoomDetails, Trust } from '@otr/protocol';
import { type Relay, type RelayOptions, startRelay } from '../../../relay/src/index.ts';
import type { Store } from '../../src/store/store.ts';
import { fileStore, Person } from './person.ts';

/** A relay on real files and the people of a test, who share a clock that the test can move. */
export class Company {
  readonly #folder: string;
  readonly #people = new Set<Person>();
  readonly #options: Partial<RelayOptions>;
  #relay: Relay;
  /** Milliseconds that the people's clocks are ahead of the real one. */
  ahead = 0;

  private constructor(folder: string, relay: Relay, options: Partial<RelayOptions>) {
    this.#folder = folder;
    this.#relay = relay;
    this.#options = options;
  }

  static async meet(options: Partial<RelayOptions> = {}): Promise<Company> {
    return await Company.#at(newFolder(), options);
  }

  /** With a relay whose store outlives it. */
  static async meetDurably(): Promise<Company> {
    const folder = newFolder();
    return await Company.#at(folder, { data: join(folder, 'relay') });
  }

  static async #at(folder: string, options: Partial<RelayOptions>): Promise<Company> {
    const relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:', ...options });
    return new Company(folder, relay, options);
  }

  get url(): string {
    return this.#relay.url;
  }

  /** With a profile in memory. */
  person(name: string): Person {
    return this.#add(new Person({ relayUrl: this.url, name, now: () => this.now() }));
  }

  /** With a profile on disk: the same name again is the same person, after it was closed. */
  resident(name: string): Person {
    const store = fileStore(this.profile(name));
    return this.#add(new Person({ relayUrl: this.url, name, store, now: () => this.now() }));
  }

  /** As `resident`, with a say after each step that is on disk. */
  residentWith(name: string, store: Store, afterStep: (name: string) => void): Person {
    return this.#add(new Person({ relayUrl: this.url, name, store, afterStep, now: () => this.now() }));
  }

  profile(name: string): string {
    return join(this.#folder, name);
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  /** Ends one person's proxy. */
  async dismiss(...people: Person[]): Promise<void> {
    for (const person of people) {
      this.#people.delete(person);
      await person.close();
    }
  }

  /** Ana's room with these members, each of whom knows all. */
  async room(ana: Person, ...others: Person[]): Promise<string> {
    const room = await ana.create('Garden');
    for (const other of others) await other.joins(ana, room);
    await this.allKnow([ana, ...others], room);
    return room;
  }

  /** Each has shown all others who it is, with the leaf that it has by now (D3). */
  async allKnow(people: readonly Person[], room: string): Promise<void> {
    await this.allSee(people, room, people.length);
    for (const who of people) await who.until(() => who.room(room)?.trust.unknown === 0);
  }

  async allSee(people: readonly Person[], room: string, members: number): Promise<void> {
    for (const who of people) await who.until(() => who.room(room)?.memberCount === members);
  }

  async stopRelay(): Promise<void> {
    await this.#relay.close();
  }

  async startRelay(): Promise<void> {
    const { port } = this.#relay;
    this.#relay = await startRelay({ host: '127.0.0.1', data: ':memory:', ...this.#options, port });
  }

  async part(): Promise<void> {
    await this.dismiss(...this.#people);
    await this.#relay.close();
    rmSync(this.#folder, { recursive: true });
  }

  #add(person: Person): Person {
    this.#people.add(person);
    return person;
  }
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'otr-company-'));
}

export function detailsOf(who: Person, room: string): Promise<RoomDetails> {
  return who.ask('getDetails', { room });
}

/** The commits that the room's log holds. */
export async function epochOf(who: Person, room: string): Promise<number> {
  return (await detailsOf(who, room)).epoch;
}

export async function keyOf(who: Person, room: string, name: string): Promise<string> {
  const { members } = await who.ask('getMembers', { room });
  const found = members.find((member) => member.name === name);
  if (!found) throw new Error(`${name} is not in the room`);
  return found.key;
}

/** The code that a request is refused with; null where it is done. */
export async function refusalOf(who: Person, ...[event, request]: Parameters<Person['chat']['request']>) {
  const answer = await who.chat.request(event, request);
  return answer.ok ? null : answer.error.code;
}

export async function memberOf(who: Person, room: string, key: string): Promise<Member | undefined> {
  const { members } = await who.ask('getMembers', { room });
  return members.find((member) => member.key === key);
}

/** Until `who` knows so much of who the member is (D3, D6). */
export async function knows(who: Person, room: string, key: string, trust: Trust): Promise<void> {
  await who.until(async () => (await memberOf(who, room, key))?.trust === trust);
}

/** As if both had compared their numbers. */
export async function verifies(who: Person, room: string, member: string): Promise<void> {
  const { number } = await who.ask('getSafetyNumber', { room, member });
  await who.ask('verifyMember', { room, member, number });
}
