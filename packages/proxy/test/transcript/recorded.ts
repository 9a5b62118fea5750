import { randomInt } from 'node:crypto';
import { type Recorder, recorderOn } from '../../src/transcript/recorder.ts';
import {
  lineOf,
  readTranscript,
  type Transcript,
  type TranscriptLine,
  type TranscriptStart,
  type TranscriptStep,
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

  text(room: string): string {
    return this.#texts.get(room) ?? '';
  }
}

export function transcriptOf(text: string): Transcript {
  const read = readTranscript(text);
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

/** Rooms of three people who talk at random, each of whose proxies records: so many transcripts, and their beginnings. */
export async function realTranscripts(count: number): Promise<Transcript[]> {
  const company = await Company.meet();
  const found: Transcript[] = [];
  while (found.length < count) found.push(...(await talkedOver(company)).flatMap(beginningsOf));
  await company.part();
  return found.slice(0, count);
}

async function talkedOver(company: Company): Promise<Transcript[]> {
  const notebooks = ['Ana', 'Ben', 'Cleo'].map(() => new Notebook());
  const people = ['Ana', 'Ben', 'Cleo'].map((name, at) => {
    const record = notebooks[at]?.recorder;
    return new Person({ relayUrl: company.url, name, ...(record && { record }) });
  });
  const [ana, ben, cleo] = people;
  if (!ana || !ben || !cleo) throw new Error('nobody');
  const room = await ana.create('Garden');
  await ben.joins(ana, room);
  await cleo.joins(ana, room);
  await company.allKnow(people, room);
  for (let said = 0; said < 8; said += 1) await saysSomething(pick(people), people, room);
  await ana.ask('renameRoom', { room, name: 'Balcony' });
  for (const one of people) await one.until(() => one.room(room)?.name === 'Balcony');
  await company.allKnow(people, room);
  for (let said = 0; said < 4; said += 1) await saysSomething(pick(people), people, room);
  for (const one of people) await one.settles(room);
  // Each has heard what was said last.
  const last = await ben.says(room, `goodnight ${newId()}`);
  for (const one of people) await one.until(async () => (await one.messages(room)).some(({ id }) => id === last));
  await ben.settles(room);
  for (const one of people) await one.close();
  return notebooks.map((notebook) => transcriptOf(notebook.text(room)));
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

/** A transcript that was shown earlier is a transcript too. */
function beginningsOf({ start, steps }: Transcript): Transcript[] {
  const lengths = [1, 0.8, 0.6].map((part) => Math.ceil(steps.length * part));
  return lengths.map((length) => ({ start, steps: steps.slice(0, length) }));
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

/** The names of the fields of each line, without what is said in them. */
export function formOf(line: TranscriptLine): string {
  return `${line.kind}: ${Object.keys(line).join(' ')}`;
}

export type { Transcript, TranscriptStart, TranscriptStep };
