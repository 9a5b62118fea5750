import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unsafeRecorder } from '../../src/transcript/unsafeRecorder.ts';
import { verifyTranscript } from '../../src/transcript/verifyTranscript.ts';
import { Company } from '../chat/company.ts';
import { fileStore, Person } from '../chat/person.ts';
import { transcriptOf } from './recorded.ts';

let company: Company;
let folder: string;
let problems: string[];
beforeEach(async () => {
  company = await Company.meet();
  folder = mkdtempSync(join(tmpdir(), 'otr-recorded-'));
  problems = [];
});
afterEach(async () => {
  await company.part();
  rmSync(folder, { recursive: true });
});

/** Ben's proxy, with a profile on disk; the same again is the same person. */
function recording(): Person {
  const record = unsafeRecorder(join(folder, 'new'), (problem) => problems.push(problem));
  return new Person({
    relayUrl: company.url,
    name: 'Ben',
    store: fileStore(company.profile('Ben')),
    record,
  });
}

const fileOf = (room: string) => join(folder, 'new', `${room}.unsafe.jsonl`);

function shownIn(room: string): string[] {
  const verified = verifyTranscript(transcriptOf(readFileSync(fileOf(room), 'utf8')));
  expect(verified).toMatchObject({ ok: true });
  return verified.ok ? verified.value.messages.map(({ name, text }) => `${name}: ${text}`) : [];
}

test('[D10] what a proxy records is accepted, before and after it ran again', async () => {
  const ana = company.person('Ana');
  let ben = recording();
  const room = await company.room(ana, ben);
  await ana.says(room, 'Hello');
  await ben.hears(room, ['Hello']);
  await ben.says(room, 'Hi');
  await ben.settles(room);
  await ben.close();
  expect(shownIn(room)).toEqual(['Ana: Hello', 'Ben: Hi']);
  if (process.platform !== 'win32') {
    expect(statSync(fileOf(room)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  }

  ben = recording();
  await ana.says(room, 'Again?');
  await ben.hears(room, ['Again?']);
  await ben.says(room, 'Again');
  await ben.settles(room);
  await ben.close();
  expect(shownIn(room)).toEqual(['Ana: Hello', 'Ben: Hi', 'Ana: Again?', 'Ben: Again']);
  expect(problems).toEqual([]);
});

test('who comes back begins a new transcript, and the former one stays', async () => {
  const ana = company.person('Ana');
  const ben = recording();
  const room = await company.room(ana, ben);
  await ana.says(room, 'Hello');
  await ben.hears(room, ['Hello']);
  await ben.ask('leaveRoom', { room });
  // Whoever leaves ends the invites that it knew.
  await company.allSee([ana], room, 1);
  const former = readFileSync(fileOf(room), 'utf8');
  expect(shownIn(room)).toEqual(['Ana: Hello']);

  await ben.joins(ana, room);
  await company.allKnow([ana, ben], room);
  await ana.says(room, 'Again?');
  await ben.hears(room, ['Again?']);
  await ben.close();
  expect(shownIn(room)).toEqual(['Ana: Again?']);
  const [aside = ''] = readdirSync(join(folder, 'new')).filter((name) => name.includes('.until-'));
  expect(readFileSync(join(folder, 'new', aside), 'utf8')).toBe(former);
});

test('[D9] nothing is ever recorded of a room off the record, made or joined', async () => {
  const ana = company.person('Ana');
  const ben = recording();
  const { room: joined } = await ana.ask('createRoom', { name: 'Balcony', offTheRecord: true });
  await ben.joins(ana, joined);
  await company.allKnow([ana, ben], joined);
  const { room: made } = await ben.ask('createRoom', { name: 'Cellar', offTheRecord: true });
  await ana.says(joined, 'Psst');
  await ben.hears(joined, ['Psst']);
  await ben.says(joined, 'What?');
  await ben.says(made, 'Nobody is here');
  await ben.settles(joined);
  // The control: of any other room something is.
  const recorded = await ben.create('Garden');
  await ben.close();
  expect(readdirSync(join(folder, 'new'))).toEqual([`${recorded}.unsafe.jsonl`]);
});

test('a file that cannot be written ends the transcript, and the chat goes on', async () => {
  writeFileSync(join(folder, 'new'), 'no folder');
  const ben = recording();
  const room = await ben.create('Garden');
  await ben.says(room, 'Hello');
  await ben.settles(room);
  await ben.close();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(fileOf(room));
});
