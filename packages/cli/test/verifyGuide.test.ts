import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { isOptionName } from '../src/options.ts';
import type { Finished } from './otrProcess.ts';
import { openWorld, type Person, type World } from './world.ts';

// The whole page is one story of several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const guide = readFileSync(new URL('../../../docs/guide/verify.md', import.meta.url), 'utf8');

let world: World;
let ann: Person;
let ben: Person;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.person('Ann');
  ben = await world.person('Ben');
});
afterAll(() => world.close());

/** The commands of the block that is marked so, as words. */
function block(mark: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- run: ${mark} -->\\n\\n((?: {4}.*\\n)+)`).exec(guide) ?? [];
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.length, mark).toBeGreaterThan(0);
  return lines.map((line) => {
    const [npx, otr, ...words] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    expect([npx, otr]).toEqual(['npx', 'otr']);
    return words;
  });
}

async function done(running: Promise<Finished>): Promise<string> {
  const { status, stdout, stderr } = await running;
  expect(status, stderr).toBe(0);
  return stdout;
}

interface Known {
  readonly name: string;
  readonly trust: string;
  readonly verified: { by: string } | null;
  readonly asks?: string;
}

/** What one person knows of another, in the room of the page. */
async function known(who: Person, name: string): Promise<Partial<Known>> {
  const { stdout } = await who.otr(['room', 'members', 'Garden', '--json']);
  const members = stdout.split('\n').filter((line) => line !== '');
  return members.map((line) => JSON.parse(line) as Known).find((member) => member.name === name) ?? {};
}

const eventually = <Value>(ask: () => Promise<Value>) => expect.poll(ask, { timeout: 60_000, interval: 300 });

it('what the page says to do does what it says', async () => {
  await done(ann.otr(['room', 'create', 'Garden']));

  const [make = [], confirm = []] = block('invite, by Ann');
  const link = await done(ann.otr(make));
  await done(ben.otr(['room', 'join', '-'], link));
  await eventually(() => known(ann, 'Ben')).toMatchObject({ trust: 'unverified', asks: 'invited' });
  await eventually(() => known(ben, 'Ann')).toMatchObject({ trust: 'verified', verified: { by: 'invite' } });
  await done(ann.otr(confirm));
  expect(await known(ann, 'Ben')).toMatchObject({ trust: 'verified', verified: { by: 'invite' } });

  const [takeBack = []] = block('take back, by Ann');
  await done(ann.otr(takeBack));
  expect(await known(ann, 'Ben')).toMatchObject({ trust: 'unverified', verified: null });

  const [readOut = []] = block('words, by Ann');
  const [enter = []] = block('words, by Ben');
  const reading = ann.start(readOut);
  const words = await reading.nextLine();
  await eventually(() => known(ben, 'Ann')).toMatchObject({ asks: 'words' });
  await done(ben.otr(enter, `${words}\n`));
  await done(reading.finished);
  expect(await known(ann, 'Ben')).toMatchObject({ trust: 'verified', verified: { by: 'words' } });
  await done(ann.otr(takeBack));

  const [look = [], code = [], compare = []] = block('number, by Ann');
  const number = /(?:\d{5}[^\d]+){12}/;
  const [annSees = ''] = number.exec(await done(ann.otr(look))) ?? [];
  const [benSees = ''] = number.exec(await done(ben.otr(['verify', 'Garden', 'Ann']))) ?? [];
  expect(annSees).toBe(benSees);
  expect(await done(ann.otr(code))).toContain('█');
  expect(await known(ann, 'Ben')).toMatchObject({ verified: null });
  expect((await ann.otr(compare)).status, 'its number is no number').toBe(2);
  const digits = benSees.replace(/\D/g, '');
  const wrong = `${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`;
  expect((await ann.otr([...compare.slice(0, -1), wrong])).status).toBe(1);
  expect(await known(ann, 'Ben')).toMatchObject({ verified: null });
  await done(ann.otr([...compare.slice(0, -1), digits]));
  expect(await known(ann, 'Ben')).toMatchObject({ trust: 'verified', verified: { by: 'number' } });
  await whispersAndHistory();
  await aChangedPerson();
});

async function whispersAndHistory(): Promise<void> {
  const [whisper = []] = block('whisper, by Ann');
  await done(ann.otr([...whisper, '--wait', 'relay']));
  await eventually(async () => (await ben.otr(['read', 'Garden'])).stdout).toMatch(
    /Ann \(whisper to you\): Psst\n/,
  );

  const [create = []] = block('off the record, by Ann');
  await done(ann.otr(create));
  expect(await done(ann.otr(['room', 'list']))).toContain('Balcony  (off the record)\n');

  const [change = []] = block('history, by Ann');
  const { id } = JSON.parse(await done(ann.otr(['read', 'Garden', '--json']))) as { id: string };
  await done(ann.otr(change.map((word) => (word === '<message>' ? id : word))));
  expect(await done(ann.otr(['read', 'Garden']))).toContain(': I never said that\n');
  expect(await done(ben.otr(['read', 'Garden']))).toContain(': Psst\n');
}

/** Ben leaves; somebody comes who bears his name. */
async function aChangedPerson(): Promise<void> {
  const [leave = []] = block('leave, by Ben');
  await done(ben.otr(leave));
  await eventually(() => known(ann, 'Ben')).toEqual({});

  const other = await world.person('Benjamin');
  await done(other.otr(['name', 'Ben']));
  await done(other.otr(['room', 'join', '-'], await done(ann.otr(['room', 'invite', 'Garden']))));
  await eventually(() => known(ann, 'Ben')).toMatchObject({ trust: 'changed', verified: null });
  const waiting = await ann.otr(['send', 'Garden', 'Is it you?']);
  expect(waiting.stderr).toContain('waits for a decision about Ben');
  expect(await done(ann.otr(['room', 'list']))).toContain('sending waits for a decision about Ben');
  expect(await done(other.otr(['read', 'Garden']))).not.toContain('Is it you?');

  const [accept = []] = block('changed, by Ann');
  await done(ann.otr(accept));
  expect(await known(ann, 'Ben')).toMatchObject({ trust: 'unverified' });
  await eventually(async () => (await other.otr(['read', 'Garden'])).stdout).toContain('Is it you?');
}

it('names commands and flags that are there', () => {
  const paths = otrCommands.map(({ path }) => path);
  const named = [...guide.matchAll(/otr ((?:room|history) [a-z]+|[a-z]+)/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !paths.includes(path))).toEqual([]);
  const flags = [...guide.matchAll(/otr [^\n`]*? --([a-z-]+)/g)].map(([, flag]) => flag ?? '');
  expect(flags.length).toBeGreaterThan(5);
  expect(flags.filter((flag) => !isOptionName(flag))).toEqual([]);
});
