import { randomInt } from 'node:crypto';
import { type Recorder, recorderOn } from '../../src/transcript/recorder.ts';
import {
  lineOf,
  readTranscript,
  type Transcript,
  type TranscriptLine,
} from '../../src/transcript/transcript.ts';
import { Company } from '../chat/company.ts';
import { newId, Person } from '../chat/person.ts';

/** What a recorder writes, kept in memory. */
export class Notebook {
  readonly #texts = new Map<string, string>();
  readonly recorder: Recorder = recorderOn({
    has: (room) => this.#texts.has(room),
    begin: (room, line) => this.#texts.set(room, lineOf(line)),
    add: (room, line) => this.#texts.set(room, `${this.text(room)}${lineOf(line)}`),
  });

  /** Empty where nothing of the room was recorded. */
  text(room: string): string {
    return this.#texts.get(room) ?? '';
  }
}

export function transcriptOf(text: string): Transcript {
  const read = readTranscript(text);
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

const names = ['Ana', 'Ben', 'Cleo', 'Dan', 'Eve'];

/** So many rooms of five people who talk at random, each of whose proxies records its own transcript. */
export async function realTranscripts(rooms: number): Promise<Transcript[]> {
  const company = await Company.meet();
  const found = await Promise.all(Array.from({ length: rooms }, (_, at) => talkedOver(company, at)));
  await company.part();
  return found.flat();
}

async function talkedOver(company: Company, at: number): Promise<Transcript[]> {
  const notebooks = new Map<Person, Notebook>();
  for (const name of names) {
    const notebook = new Notebook();
    notebooks.set(new Person({ relayUrl: company.url, name, record: notebook.recorder }), notebook);
  }
  const people = [...notebooks.keys()];
  const [ana, ...others] = people;
  if (!ana) throw new Error('nobody');
  // Every fourth room with post-quantum key agreement, the others with the suite that costs less.
  const { room } = await ana.ask('createRoom', { name: 'Garden', large: at % 4 > 0 });
  for (const other of others) await other.joins(ana, room);
  await company.allKnow(people, room);
  for (let said = 0; said < 6; said += 1) await saysSomething(pick(people), people, room);
  await pick(people).ask('renameRoom', { room, name: 'Balcony' });
  for (const one of people) await one.until(() => one.room(room)?.name === 'Balcony');
  await company.allKnow(people, room);
  for (let said = 0; said < 3; said += 1) await saysSomething(pick(people), people, room);
  // Each has heard what was said last.
  const last = await pick(people).says(room, `goodnight ${newId()}`);
  for (const one of people)
    await one.until(async () => (await one.messages(room)).some(({ id }) => id === last));
  for (const one of people) await one.settles(room);
  for (const one of people) await one.close();
  return [...notebooks.values()].map((notebook) => transcriptOf(notebook.text(room)));
}

async function saysSomething(who: Person, people: readonly Person[], room: string): Promise<void> {
  const id = newId();
  await who.ask('sendMessage', { room, id, text: `one ${id}` });
  const kind = randomInt(4);
  if (kind === 0) await who.ask('editMessage', { room, id: newId(), target: id, text: `another ${id}` });
  if (kind === 1) {
    const other = pick(people.filter((one) => one !== who));
    const me = other.room(room)?.me ?? '';
    await who.ask('sendMessage', { room, id: newId(), text: `psst ${id}`, whisperTo: [me] });
  }
  await who.settles(room);
}

export function pick<Value>(values: readonly Value[]): Value {
  const found = values[randomInt(values.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

export function copyOf(transcript: Transcript): Transcript {
  const { start, steps } = transcript;
  return transcriptOf([start, ...steps].map(lineOf).join(''));
}

/** The names of the fields of a line, without what is said in them. */
export function formOf(line: TranscriptLine): string {
  return `${line.kind}: ${Object.keys(line).join(' ')}`;
}

/** The kinds of records that a transcript begins with: without hashes and numbers. */
export function recordForms({ start }: Transcript): string[] {
  return Object.keys(start.records).map((name) =>
    name.replace(/[0-9a-f]{32,}/, 'hash').replaceAll(/\d+/g, 'number'),
  );
}
