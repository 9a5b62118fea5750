import type { Company } from './company.ts';
import { newId, type Person } from './person.ts';
import { keysOf } from './whisperTalk.ts';

/** Mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ['Ana', 'Ben', 'Cleo', 'Dora'] as const;
type Name = (typeof names)[number];

/** What each of the four has to end with, by the text's number. */
interface Told {
  readonly text: string;
  readonly to: readonly string[];
}

/** Four residents who whisper, talk, go, come back, rename the room and let others in, as a seed will have it. */
export class RandomTalk {
  readonly told: Told[] = [];
  readonly newcomers: Person[] = [];
  readonly room: string;
  readonly #company: Company;
  readonly #random: () => number;
  readonly #here = new Map<Name, Person>();
  readonly #keys = new Map<string, string>();

  private constructor(company: Company, random: () => number, room: string) {
    this.#company = company;
    this.#random = random;
    this.room = room;
  }

  static async begin(company: Company, seed: number): Promise<RandomTalk> {
    const people = names.map((name) => company.resident(name));
    const [ana, ...others] = people;
    if (!ana) throw new Error('nobody');
    const room = await company.room(ana, ...others);
    const talk = new RandomTalk(company, randomFrom(seed), room);
    for (const [n, name] of names.entries()) {
      const who = people[n];
      if (who) talk.#here.set(name, who);
      const [key = ''] = await keysOf(ana, room, name);
      talk.#keys.set(name, key);
    }
    return talk;
  }

  async step(): Promise<void> {
    const dice = this.#random();
    const [name, who] = this.#pick([...this.#here]);
    if (dice < 0.45) return await this.#whisper(name, who);
    if (dice < 0.7) return await this.#say(who);
    if (dice < 0.8 && this.#here.size > 2) {
      this.#here.delete(name);
      return await this.#company.dismiss(who);
    }
    if (dice < 0.9) return this.#comeBack(names.find((gone) => !this.#here.has(gone)));
    if (dice < 0.96) {
      await who.ask('renameRoom', { room: this.room, name: `Garden ${this.told.length}` });
      return;
    }
    if (this.newcomers.length === 3) return;
    const newcomer = this.#company.person(`Newcomer ${this.newcomers.length}`);
    this.newcomers.push(newcomer);
    await newcomer.joins(who, this.room);
  }

  /** All four, in the order of their names. */
  everybody(): Person[] {
    for (const name of names) this.#comeBack(this.#here.has(name) ? undefined : name);
    return names.flatMap((name) => this.#here.get(name) ?? []);
  }

  textsFor(n: number): string[] {
    const name = names[n] ?? '';
    return this.told.flatMap(({ text, to }) => (to.includes(name) ? text : []));
  }

  #comeBack(name: Name | undefined): void {
    if (name) this.#here.set(name, this.#company.resident(name));
  }

  async #whisper(name: Name, who: Person): Promise<void> {
    const others = names.filter((other) => other !== name);
    const chosen = others.filter(() => this.#random() < 0.5);
    const to = chosen.length > 0 ? chosen : [this.#pick(others)];
    const text = `whisper ${this.told.length}`;
    this.told.push({ text, to: [name, ...to] });
    const whisperTo = to.map((other) => this.#keys.get(other) ?? '');
    await who.ask('sendMessage', { room: this.room, id: newId(), text, whisperTo });
  }

  async #say(who: Person): Promise<void> {
    const text = `aloud ${this.told.length}`;
    this.told.push({ text, to: names });
    await who.says(this.room, text);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
