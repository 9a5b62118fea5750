import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { meetPeople } from './fakePeople.ts';
import { type FakeProxy, openFakeProxy } from './fakeProxy.ts';
import { fillFrom, type Meanings, parseTranscript, wordsOf } from './transcript.ts';

/** What Ann sees at her terminal, with a proxy that only pretends: the real ones play the other transcripts. */
const folder = new URL('./testdata/fake/', import.meta.url);
const transcripts = readdirSync(folder).filter((name) => name.endsWith('.txt'));

let proxy: FakeProxy;
beforeEach(async () => {
  proxy = await openFakeProxy(otrCommands);
});
afterEach(() => proxy.close());

const linesOf = (text: string) => text.split('\n').slice(0, -1);

it.each(transcripts)('%s', async (name) => {
  const people = meetPeople(proxy);
  const meanings: Meanings = new Map();
  const steps = parseTranscript(readFileSync(new URL(name, folder), 'utf8'));
  expect(steps.length).toBeGreaterThan(3);
  for (const step of steps) {
    const { words, input } = wordsOf(step.command, meanings);
    const ended = await proxy.otr(words, input, { seen: people.heard });
    const actual = { stdout: linesOf(ended.stdout), stderr: linesOf(ended.stderr), status: ended.status };
    const expected = {
      stdout: fillFrom(step.stdout, actual.stdout, meanings),
      stderr: fillFrom(step.stderr, actual.stderr, meanings),
      status: step.status,
    };
    expect(actual, `${name}, line ${step.line}`).toEqual(expected);
  }
});
