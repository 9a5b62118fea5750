import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { fillFrom, type Meanings, parseTranscript, type Step, wordsOf } from './transcript.ts';
import { openWorld, type Person, type World } from './world.ts';

const folder = new URL('./testdata/', import.meta.url);
const transcripts = readdirSync(folder).filter((name) => name.endsWith('.txt'));

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

it.each(transcripts)('%s', { timeout: 120_000 }, async (name) => {
  const steps = parseTranscript(readFileSync(new URL(name, folder), 'utf8'));
  const opened = await openWorld();
  world = opened;
  const people = new Map<string, Person>();
  const meanings: Meanings = new Map();
  for (const step of steps) {
    const person = people.get(step.who) ?? (await opened.person(step.who));
    people.set(step.who, person);
    await play(step, person, meanings, `${name}, line ${step.line}`);
  }
});

async function play(step: Step, person: Person, meanings: Meanings, place: string): Promise<void> {
  const { words, input } = wordsOf(step.command, meanings);
  const finished = step.interrupted ? await interrupted(step, person, words) : await person.otr(words, input);
  const stdout = linesOf(finished.stdout);
  const stderr = linesOf(finished.stderr);
  const actual = { stdout, status: finished.status, ...(step.stderr.length > 0 && { stderr }) };
  const expected = {
    stdout: fillFrom(step.stdout, stdout, meanings),
    status: step.status,
    ...(step.stderr.length > 0 && { stderr: fillFrom(step.stderr, stderr, meanings) }),
  };
  expect(actual, `${place}\n${finished.stderr}`).toEqual(expected);
}

/** Waits for as many lines as are expected, then presses Ctrl-C. */
async function interrupted(step: Step, person: Person, words: readonly string[]) {
  const running = person.start(words);
  for (const _ of step.stdout) await running.nextLine();
  running.child.kill('SIGINT');
  return running.finished;
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);
