import { type Company, keyOf } from './company.ts';
import { newId, type Person } from './person.ts';

/** By these names, as `who` knows them. */
export async function keysOf(who: Person, room: string, ...names: string[]): Promise<string[]> {
  return await Promise.all(names.map((name) => keyOf(who, room, name)));
}

export async function whispers(who: Person, room: string, to: string[], text: string, replyTo?: string) {
  const id = newId();
  await who.ask('sendMessage', { room, id, text, whisperTo: to, ...(replyTo !== undefined && { replyTo }) });
  return id;
}

/** All have processed all that is in the log: each hears a word that is said after it. */
export async function allCaughtUp(people: readonly Person[], room: string): Promise<void> {
  const words = people.map(() => `so far ${newId()}`);
  for (const [n, who] of people.entries()) await who.says(room, words[n] ?? '');
  for (const who of people) await who.hears(room, words);
  for (const who of people) await who.settles(room);
}

/** Ana, Ben, Cleo and Dora, who know each other. */
export async function fourIn(company: Company) {
  const [ana, ben, cleo, dora] = [
    company.person('Ana'),
    company.person('Ben'),
    company.person('Cleo'),
    company.person('Dora'),
  ];
  const room = await company.room(ana, ben, cleo, dora);
  const keyBy = (name: string) => keyOf(ana, room, name);
  const keys = {
    ana: await keyBy('Ana'),
    ben: await keyBy('Ben'),
    cleo: await keyBy('Cleo'),
    dora: await keyBy('Dora'),
  };
  return { ana, ben, cleo, dora, people: [ana, ben, cleo, dora], room, keys };
}

/** Ana's room with Ben, who know each other. */
export async function roomOfTwo(
  company: Company,
  ana: Person,
  ben: Person,
  offTheRecord: boolean,
): Promise<string> {
  const { room } = await ana.ask('createRoom', { name: 'Garden', offTheRecord });
  await ben.joins(ana, room);
  await company.allKnow([ana, ben], room);
  return room;
}
