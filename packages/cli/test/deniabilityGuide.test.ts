import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { otrCommands } from '../src/index.ts';
import { isOptionName } from '../src/options.ts';
import { type Finished, runOtr, startOtr, stopOtr } from './otrProcess.ts';
import { openWorld, type Person, type World } from './world.ts';

// The whole page is one story of several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const guide = readFileSync(new URL('../../../docs/guide/deniability.md', import.meta.url), 'utf8');

let world: World;
let ben: Person;
beforeAll(async () => {
  world = await openWorld();
  ben = await world.person('Ben');
});
afterAll(() => world.close());

const place = (name: string) => join(world.folder, name);

/** The lines of the block that is marked so. */
function block(mark: string): string[] {
  const [, text = ''] = new RegExp(`<!-- ${mark} -->\\n\\n((?: {4}.*\\n)+)`).exec(guide) ?? [];
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.length, mark).toBeGreaterThan(0);
  return lines.map((line) => line.slice(4));
}

type Meanings = Readonly<Record<string, string>>;

/** The words of a block's command, with placeholders filled in and files in the test's folder. */
function wordsOf(line: string, meanings: Meanings = {}): string[] {
  const [npx, otr, ...words] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  expect([npx, otr]).toEqual(['npx', 'otr']);
  return words
    .map((word) => word.replace(/<(\w+)>/, (whole, name: string) => meanings[name] ?? whole))
    .map((word) => (/^\.\/|\.(txt|jsonl)$/.test(word) ? place(word) : word));
}

async function done(running: Promise<Finished>): Promise<string> {
  const { status, stdout, stderr } = await running;
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Ann's proxy, with a passphrase on her profile. */
const secret = 'of the profile\n';
const ann = {
  get variables() {
    return { ...ben.variables, OTR_PROFILE: place('Ann') };
  },
  otr: (words: readonly string[], input = '') => runOtr(words, { variables: ann.variables, input }),
  async up() {
    const [record = ''] = block('run: record');
    const more = ['--json', '--quiet', '--no-open', '--relay', world.relay, '--name', 'Ann'];
    const running = startOtr([...wordsOf(record), ...more], { variables: ann.variables });
    if ((await running.nextLine()) === null) throw new Error((await running.finished).stderr);
    return { stop: () => stopOtr(running), finished: running.finished };
  },
};

const eventually = <Value>(ask: () => Promise<Value>) => expect.poll(ask, { timeout: 60_000, interval: 300 });

interface Accepted {
  readonly accepted: boolean;
  readonly name: string;
  readonly members: readonly { name: string; self: boolean; key: string; shown: boolean }[];
}

/** What a transcript says, as programs read it. */
async function saidIn(file: string) {
  const lines = (await done(ann.otr(['transcript', 'verify', file, '--json']))).split('\n').slice(0, -1);
  const [head, ...messages] = lines.map((line) => JSON.parse(line) as unknown);
  const texts = (messages as { name: string; text: string }[]).map(({ name, text }) => `${name}: ${text}`);
  return { head: head as Accepted, texts };
}

it('what the page says to do does what it says', async () => {
  const proxy = await ann.up();
  const room = (await done(ann.otr(['room', 'create', 'Garden']))).trim();
  await done(ben.otr(['room', 'join', '-'], await done(ann.otr(['room', 'invite', 'Garden']))));
  await done(ann.otr(['send', 'Garden', 'Are there biscuits left?', '--wait', 'relay']));
  await eventually(() => done(ben.otr(['read', 'Garden']))).toContain('biscuits');
  await done(ben.otr(['send', 'Garden', 'I took none.', '--wait', 'relay']));
  await eventually(() => done(ann.otr(['read', 'Garden']))).toContain('I took none');
  const [look = ''] = block('run: code');
  const { code } = JSON.parse(await done(ann.otr(wordsOf(look)))) as { code: string };
  await done(ann.otr(['room', 'create', 'Balcony', '--off-the-record']));
  await done(ann.otr(['passphrase'], secret));

  writeFileSync(place('script.txt'), `${block('file: script.txt').join('\n')}\n`);
  const [forge = ''] = block('run: forge');
  const running = await ann.otr(wordsOf(forge, { code }), secret);
  expect(running.stderr).toBe(`otr: A proxy runs on the profile ${place('Ann')}. Stop it, then forge.\n`);
  await proxy.stop();
  expect((await proxy.finished).stderr).toMatch(/^UNSAFE: .* are written to .*unsafe/);
  const wrong = await ann.otr(wordsOf(forge, { code }), 'another\n');
  expect(wrong).toMatchObject({ status: 1, stderr: 'otr: This is not the passphrase of this profile.\n' });
  expect(existsSync(place('forged.jsonl'))).toBe(false);
  const forged = await ann.otr(wordsOf(forge, { code }), secret);
  expect(forged).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${place('forged.jsonl')} shows 3 messages that were never sent.`),
    stderr: 'It holds the identity key of your profile: whoever has it can pass for you.\n',
  });
  if (process.platform !== 'win32') expect(statSync(place('forged.jsonl')).mode & 0o777).toBe(0o600);
  expect((await ann.otr(wordsOf(forge, { code }), secret)).stderr).toContain('EEXIST');

  const [verify = ''] = block('run: verify');
  const shown = await done(ann.otr(wordsOf(verify)));
  expect(shown).toMatch(/ Ann: Did you take .*\n.* Ben: I did\.\n.* Ben \(whisper to Ann\): And I would /);
  expect(shown).toMatch(/every check passes\.\nThat proves nothing about who said it: otr forge .*\n$/);

  // A real one, with the same people in it: of the room that was off the record there is none.
  const recorded = `${room}.unsafe.jsonl`;
  expect(readdirSync(place('unsafe'))).toEqual([recorded]);
  const fake = await saidIn(place('forged.jsonl'));
  const real = await saidIn(join(place('unsafe'), recorded));
  expect(real.texts).toEqual(['Ann: Are there biscuits left?', 'Ben: I took none.']);
  expect(fake.texts[1]).toBe('Ben: I did.');
  const people = ({ head: { name, members } }: typeof fake) => [name, members.toSorted(byName)];
  expect(people(fake)).toEqual(people(real));

  for (const file of [place('forged.jsonl'), join(place('unsafe'), recorded)])
    await isRefusedWithOtherBit(file);

  const [madeUp = ''] = block('run: made up');
  const key = real.head.members.find(({ name }) => name === 'Ben')?.key ?? '';
  expect(await ann.otr(wordsOf(madeUp, { key }))).toMatchObject({ status: 0, stderr: '' });
  const third = await saidIn(place('shown.jsonl'));
  const keyOf = (whose: string, { head }: typeof fake) =>
    head.members.find(({ name }) => name === whose)?.key;
  expect(keyOf('Ben', third)).toBe(keyOf('Ben', real));
  expect(keyOf('Ann', third)).not.toBe(keyOf('Ann', real));
});

const byName = (left: { name: string }, right: { name: string }) => left.name.localeCompare(right.name);

/** One bit of the last message's body. */
async function isRefusedWithOtherBit(file: string): Promise<void> {
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findLastIndex((line) => line.includes('"kind":"message"'));
  const entry = JSON.parse(lines[at] ?? '') as { body: string };
  const body = Buffer.from(entry.body, 'base64url');
  body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
  const changed = JSON.stringify({ ...entry, body: body.toString('base64url') });
  writeFileSync(place('changed.jsonl'), lines.with(at, changed).join('\n'));
  const refused = await ann.otr(['transcript', 'verify', place('changed.jsonl'), '--json']);
  expect(refused.status, refused.stdout).toBe(1);
  const { line, problem, ...more } = JSON.parse(refused.stdout) as Record<string, unknown>;
  expect(more).toEqual({ accepted: false });
  expect(refused.stderr).toContain(`is refused at line ${line} (${problem}): `);
}

it('one’s own copy can be changed, and the key published, as it says', async () => {
  const proxy = await ann.up();
  await done(ann.otr(['unlock'], secret));
  const [change = '', remove = ''] = block('run: history');
  const ids = async () => {
    const read = (await done(ann.otr(['read', 'Garden', '--json']))).split('\n').slice(0, -1);
    return read.map((line) => (JSON.parse(line) as { id: string }).id);
  };
  const [first = '', second = ''] = await ids();
  await done(ann.otr(wordsOf(change, { message: second })));
  await done(ann.otr(wordsOf(remove, { message: first })));
  expect(await ids()).toEqual([second]);
  expect(await done(ann.otr(['read', 'Garden']))).toContain('Ben: I never said that');
  const [leave = ''] = block('run: leave');
  await done(ann.otr(wordsOf(leave)));
  await eventually(() => done(ben.otr(['room', 'members', 'Garden', '--json']))).not.toContain('"Ann"');
  expect(await done(ben.otr(['read', 'Garden']))).toContain('Ben: I took none.');
  await proxy.stop();
});

it('names commands and flags that are there', () => {
  const paths = otrCommands.map(({ path }) => path);
  const named = [...guide.matchAll(/otr ((?:room|history|transcript) [a-z]+|[a-z]+)/g)].map(
    ([, path]) => path ?? '',
  );
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((path) => !paths.includes(path))).toEqual([]);
  const short = new Map([['room', 'forged-room']]);
  const flags = [...guide.matchAll(/ `?--([a-z-]+)/g)].map(([, flag = '']) => short.get(flag) ?? flag);
  expect(flags.length).toBeGreaterThan(8);
  expect(flags.filter((flag) => !isOptionName(flag))).toEqual([]);
});
