import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runOtr, startOtr, stopOtr } from './otrProcess.ts';
import { openWorld, type Person, type World } from './world.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let world: World;
let ben: Person;
beforeAll(async () => {
  world = await openWorld();
  ben = await world.person('ben');
});
afterAll(() => world.close());

const place = (name: string) => join(world.folder, name);

/** A proxy that a test starts and ends, on the profile of this name. */
function profile(name: string) {
  const variables = { ...ben.variables, OTR_PROFILE: place(name) };
  return {
    otr: (words: string[], input = '') => runOtr(words, { variables, input }),
    async up() {
      const running = startOtr(['up', '--json', '--no-open', '--relay', world.relay, '--name', 'ann'], {
        variables,
      });
      if ((await running.nextLine()) === null) throw new Error((await running.finished).stderr);
      return { stop: () => stopOtr(running) };
    },
  };
}

it('a profile is backed up, restored into another folder, and let in again with its history', async () => {
  const ann = profile('ann');
  const first = await ann.up();
  const room = (await ben.otr(['room', 'create', 'den'])).stdout.trim();
  const link = (await ben.otr(['room', 'invite', 'den'])).stdout.trim();
  expect((await ann.otr(['room', 'join', link])).status).toBe(0);
  await vi.waitUntil(async () => (await ann.otr(['room', 'list', '--json'])).stdout.includes('"joined"'), {
    timeout: 60_000,
    interval: 300,
  });
  expect((await ann.otr(['send', room, 'before', '--wait', 'relay'])).status).toBe(0);

  const file = place('ann.backup');
  expect(await ann.otr(['backup', file], 'of the backup\n')).toMatchObject({
    status: 1,
    stderr: `otr: A proxy runs on the profile ${place('ann')}. Stop it, then make the backup.\n`,
  });
  await first.stop();
  expect(await ann.otr(['backup', file], 'of the backup\n')).toMatchObject({
    status: 0,
    stdout: `1 room and 1 message are in ${file}; only its passphrase opens it.\n`,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const made = readFileSync(file);
  expect(await ann.otr(['backup', file], 'another\n')).toMatchObject({
    status: 1,
    stderr: `otr: There is a file ${file} already. Choose another name, or remove it first.\n`,
  });
  expect(readFileSync(file).equals(made)).toBe(true);

  const back = profile('ann again');
  const restored = await back.otr(['restore', file, '--json'], 'of the backup\nof the profile\n');
  expect(restored).toMatchObject({
    status: 0,
    stdout: `${JSON.stringify({ profile: place('ann again'), rooms: 1, messages: 1 })}\n`,
    stderr: expect.stringMatching(/in each room ask to be let in again/),
  });
  expect(readdirSync(place('ann again'))).not.toContain('master.key');
  const second = await back.up();
  expect((await back.otr(['status'])).stderr).toMatch(/This profile is locked/);
  expect((await back.otr(['unlock'], 'of the profile\n')).status).toBe(0);
  expect((await back.otr(['room', 'list', '--json'])).stdout).toMatch(/"name":"den","state":"lost"/);
  expect((await back.otr(['room', 'rejoin', room, '--timeout', '1ms'])).status).toBe(0);
  let knock = '';
  await vi.waitUntil(
    async () => {
      const { stdout } = await ben.otr(['room', 'knocks', 'den', '--json']);
      knock = stdout === '' ? '' : (JSON.parse(stdout) as { id: string }).id;
      return knock !== '';
    },
    { timeout: 60_000, interval: 300 },
  );
  expect((await ben.otr(['room', 'admit', 'den', knock])).status).toBe(0);
  await vi.waitUntil(async () => (await back.otr(['send', room, 'after'])).status === 0, {
    timeout: 60_000,
    interval: 300,
  });
  await vi.waitUntil(async () => (await ben.otr(['read', 'den'])).stdout.includes('after'), {
    timeout: 60_000,
    interval: 300,
  });
  expect((await back.otr(['read', room])).stdout).toMatch(/ann: before\n.*ann: after\n$/s);
  await second.stop();
});

it('passphrases come from standard input, from files, or not at all', async () => {
  const cat = profile('cat');
  await (await cat.up()).stop();
  const file = place('cat.backup');
  const secret = place('secret');
  writeFileSync(secret, 'from a file\n');
  chmodSync(secret, 0o600);
  expect(await cat.otr(['backup', file])).toMatchObject({
    status: 1,
    stderr: 'otr: No passphrase was given; nothing was done.\n',
  });
  expect(existsSync(file)).toBe(false);
  expect((await cat.otr(['backup', file, '--backup-passphrase-file', place('none')])).stderr).toMatch(
    /^the passphrase file cannot be read: .*\notr: No passphrase was given; nothing was done\.\n$/,
  );
  expect((await cat.otr(['backup', file, '--backup-passphrase-file', secret, '--json'])).stdout).toBe(
    `${JSON.stringify({ file, rooms: 0, messages: 0 })}\n`,
  );

  const again = profile('cat again');
  expect(await again.otr(['restore', file], 'a wrong one\n')).toMatchObject({
    status: 1,
    stderr: 'otr: This is not the passphrase of this backup.\n',
  });
  const missing = ['restore', file, '--backup-passphrase-file', secret, '--passphrase-file', place('none')];
  expect((await again.otr(missing)).status).toBe(1);
  expect(existsSync(place('cat again'))).toBe(false);
  expect(await again.otr(['restore', file, '--backup-passphrase-file', secret])).toMatchObject({
    status: 0,
    stdout: `0 rooms and 0 messages are in the new profile ${place('cat again')}.\n`,
    stderr: 'No passphrase guards it: once its proxy runs, otr passphrase sets one.\n',
  });
  expect(readdirSync(place('cat again'))).toContain('master.key');

  // One that a passphrase guards is asked for it first.
  const guarded = profile('guarded');
  expect((await guarded.otr(['restore', file], 'from a file\nof the profile\n')).status).toBe(0);
  const second = place('second.backup');
  expect((await guarded.otr(['backup', second], 'a wrong one\nx\n')).stderr).toBe(
    'otr: This is not the passphrase of this profile.\n',
  );
  expect((await guarded.otr(['backup', second], 'of the profile\nx\n')).status).toBe(0);
});

it('says what cannot be restored, and where', async () => {
  const dan = profile('dan');
  await (await dan.up()).stop();
  const file = place('dan.backup');
  expect((await dan.otr(['backup', file], 'x\n')).status).toBe(0);
  const before = readdirSync(place('dan')).sort();
  expect(await dan.otr(['restore', file], 'x\n')).toMatchObject({
    status: 1,
    stderr: `otr: The folder ${place('dan')} is not empty: a backup is restored into a new one. Name another with --profile.\n`,
  });
  expect(readdirSync(place('dan')).sort()).toEqual(before);
  const elsewhere = profile('elsewhere');
  const half = place('half.backup');
  cpSync(file, half);
  writeFileSync(half, readFileSync(file).subarray(0, -1));
  expect(await elsewhere.otr(['restore', half], 'x\n')).toMatchObject({
    status: 1,
    stderr: `otr: The backup ${half} is damaged or incomplete. Use another copy of it.\n`,
  });
  expect((await elsewhere.otr(['backup', place('no.backup')], 'x\n')).stderr).toBe(
    `otr: There is no profile in ${place('elsewhere')}. Name its folder with --profile.\n`,
  );
  expect(readdirSync(world.folder).filter((name) => name.startsWith('elsewhere'))).toEqual([]);
});
