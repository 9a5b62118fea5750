import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type Person, type World } from '../../packages/cli/test/world.ts';

/**
 * Verifying by the command line where it goes wrong, with real processes. Where it goes well, and somebody who changed:
 * packages/cli/test/verifyGuide.test.ts.
 */

let world: World;
let ann: Person;
let ben: Person;
let cleo: Person;
/** For one person; Ben comes by it. */
let link = '';

beforeAll(async () => {
  world = await openWorld();
  [ann, ben, cleo] = await Promise.all([world.person('Ann'), world.person('Ben'), world.person('Cleo')]);
  await done(ann, 'room', 'create', 'den');
});
afterAll(() => world?.close());

/** Standard output of a command that must succeed. */
async function done(who: Person, ...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await who.otr(words);
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

interface Known {
  readonly name: string;
  readonly trust: string;
  readonly asks?: string;
}

/** Whom somebody knows in the room, and as what. */
async function known(who: Person): Promise<Record<string, string>> {
  const lines = (await done(who, 'room', 'members', 'den', '--json')).split('\n');
  const members = lines.map((line) => JSON.parse(line) as Known);
  return Object.fromEntries(members.map(({ name, trust, asks }) => [name, asks ?? trust]));
}

const eventually = <Value>(ask: () => Promise<Value>) => expect.poll(ask, { timeout: 60_000, interval: 300 });

/** What happened in the room, as `otr read` tells it. */
const told = async (who: Person) => (await who.otr(['read', 'den'])).stderr;

it('[D7] who made an invite for one person can say that another has come by it: nobody is verified', async () => {
  const made = await ann.otr(['room', 'invite', 'den', '--uses', '1']);
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('otr room invited') });
  link = made.stdout.trim();
  await done(ben, 'room', 'join', link);
  await eventually(() => known(ben)).toEqual({ Ann: 'verified', Ben: 'self' });
  await eventually(() => known(ann)).toEqual({ Ann: 'self', Ben: 'invited' });
  expect(await done(ann, 'room', 'invited', 'den', 'Ben', '--no')).toMatch(/^Ben is not verified, and still/);
  expect(await known(ann)).toEqual({ Ann: 'self', Ben: 'unverified' });
  const again = await ann.otr(['room', 'invited', 'den', 'Ben', '--yes']);
  expect(again, 'it was asked once').toMatchObject({ status: 1, stdout: '' });
  expect(await known(ann)).toEqual({ Ann: 'self', Ben: 'unverified' });
});

it('[D7] an invite for one person lets in no second one', async () => {
  const refused = await cleo.otr(['room', 'join', link]);
  expect(refused).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('it was used up') });
  expect(Object.keys(await known(ann))).toEqual(['Ann', 'Ben']);
});

it('[D7] nor does one whose time is over let in anybody', async () => {
  const late = await done(ann, 'room', 'invite', 'den', '--uses', '1', '--expires', '300ms');
  const good = await done(ann, 'room', 'invite', 'den', '--uses', '1', '--expires', '1h');
  // The next change of the room takes it away at the relay, too.
  await done(ann, 'room', 'timer', 'den', '1d');
  const refused = await cleo.otr(['room', 'join', late]);
  expect(refused).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('its time is over'),
  });
  await done(cleo, 'room', 'join', good); // negative control
  await eventually(() => known(ann)).toMatchObject({ Cleo: 'invited' });
});

it('[D8] a wrong word ends it for both, and nobody is verified; it was the only guess', async () => {
  await eventually(() => known(cleo)).toMatchObject({ Ben: 'unverified' });
  const reading = cleo.start(['words', 'den', 'Ben']);
  const [first, second, third] = ((await reading.nextLine()) ?? '').split(' ');
  await eventually(() => known(ben)).toMatchObject({ Cleo: 'words' });
  const heard = [first, second, third === 'zoo' ? 'abandon' : 'zoo'].join(' ');
  const entered = await ben.otr(['words', 'den', 'Cleo', '--enter', '-'], `${heard}\n`);
  for (const [ended, other] of [
    [entered, 'Cleo'],
    [await reading.finished, 'Ben'],
  ] as const) {
    const sentence = `Somebody may be between you and ${other}: the words were not the same`;
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
  }
  for (const who of [ben, cleo]) expect(await told(who)).toContain('were not the same');
  const again = await ben.otr(['words', 'den', 'Cleo', '--enter', [first, second, third].join(' ')]);
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(await known(ben)).toMatchObject({ Cleo: 'unverified' });
  expect(await known(cleo)).toMatchObject({ Ben: 'unverified' });
});

it('[D8] new words that are the same verify both', async () => {
  const reading = cleo.start(['words', 'den', 'Ben']);
  const words = (await reading.nextLine()) ?? '';
  await eventually(() => known(ben)).toMatchObject({ Cleo: 'words' });
  await done(ben, 'words', 'den', 'Cleo', '--enter', words);
  expect((await reading.finished).status).toBe(0);
  expect(await known(ben)).toMatchObject({ Cleo: 'verified' });
  expect(await known(cleo)).toMatchObject({ Ben: 'verified' });
});

it('[D6] the number and the code of another pair verify nobody', async () => {
  const [ofBen] = (await done(cleo, 'verify', 'den', 'Ben', '--json')).split('\n');
  const { number, code } = JSON.parse(ofBen ?? '') as { number: string; code: string };
  for (const given of [
    ['--number', number],
    ['--code', code],
  ]) {
    expect(await ann.otr(['verify', 'den', 'Ben', ...given])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not the number of Ben and you: nobody is verified'),
    });
  }
  expect(await known(ann)).toMatchObject({ Ben: 'unverified' });
  expect(await done(ben, 'verify', 'den', 'Cleo', '--code', code)).toContain('Cleo is verified');
});
