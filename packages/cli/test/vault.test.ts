import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runOtr, startOtr, stopOtr } from './otrProcess.ts';
import { openWorld, type Person, type World } from './world.ts';

// Each test starts several processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: World;
let ann: Person;
beforeAll(async () => {
  world = await openWorld();
  ann = await world.person('ann');
});
afterAll(() => world.close());

const profile = () => join(world.folder, 'ann');

it('a passphrase is set, asked for, changed and removed', async () => {
  expect(readdirSync(profile())).toContain('master.key');
  const set = await ann.otr(['passphrase', '--lock-after', '30m'], 'first\n');
  expect(set).toMatchObject({
    status: 0,
    stdout:
      'The profile is open, guarded by a passphrase; it locks itself after 30 minutes without a request.\n',
  });
  expect(readdirSync(profile())).not.toContain('master.key');

  await ann.restart();
  expect(await ann.otr(['status'])).toMatchObject({
    status: 1,
    stderr: 'otr: This profile is locked. Unlock it on its page, or with: otr unlock\n',
  });
  expect(await ann.otr(['passphrase'], 'first\nsecond\n')).toMatchObject({
    status: 1,
    stderr: 'otr: the profile is locked; unlock it first: otr unlock\n',
  });
  expect(await ann.otr(['unlock'], '')).toMatchObject({
    status: 1,
    stderr: 'otr: no passphrase was given; nothing was changed\n',
  });
  expect(await ann.otr(['unlock', '--json'], 'first\n')).toMatchObject({
    status: 0,
    stdout: '{"state":"open","by":"passphrase","lockAfterMinutes":30}\n',
  });
  expect((await ann.otr(['status'])).stdout).toMatch(/^Name {5}ann$/m);

  expect(await ann.otr(['passphrase', '--lock-after', '0'], 'first\nsecond')).toMatchObject({
    status: 0,
    stdout: 'The profile is open, guarded by a passphrase.\n',
  });
  expect((await ann.otr(['lock'])).stdout).toBe('The profile is locked, guarded by a passphrase.\n');
  expect((await ann.otr(['lock'])).stderr).toBe(
    'otr: This profile is locked. Unlock it on its page, or with: otr unlock\n',
  );
  expect((await ann.otr(['unlock'], 'first\n')).stderr).toBe(
    'otr: This is not the passphrase of this profile.\n',
  );
  // After a wrong one there is a pause.
  await vi.waitUntil(async () => (await ann.otr(['unlock'], 'second\n')).status === 0, { timeout: 60_000 });

  expect((await ann.otr(['passphrase', 'remove'], 'second\n')).stdout).toBe(
    'The profile is open, guarded by a file that only you may read.\n',
  );
  await ann.restart();
  expect((await ann.otr(['status'])).status).toBe(0);
});

it('a service reads its passphrase from a file', async () => {
  const file = join(world.folder, 'passphrase');
  writeFileSync(file, 'of the service\nand a second line\n');
  chmodSync(file, 0o600);
  const variables = { ...ann.variables, OTR_PROFILE: join(world.folder, 'service'), OTR_RELAY: world.relay };
  const up = (...words: string[]) => startOtr(['up', '--json', '--no-open', ...words], { variables });
  const first = up();
  await first.nextLine();
  const otr = (words: string[], input = '') => runOtr(words, { variables, input });
  expect((await otr(['passphrase'], 'of the service\n')).status).toBe(0);
  await stopOtr(first);

  const locked = up();
  await locked.nextLine();
  expect((await otr(['status'])).status).toBe(1);
  const { stderr } = await stopOtr(locked);
  expect(stderr).toMatch(/The profile is locked\. Unlock it on its page or with otr unlock/);

  const open = up('--passphrase-file', file);
  await open.nextLine();
  expect((await otr(['status'])).status).toBe(0);
  expect((await otr(['lock'])).status).toBe(0);
  expect((await otr(['unlock', '--passphrase-file', file])).status).toBe(0);
  await stopOtr(open);

  writeFileSync(file, 'another one\n');
  const refused = await up('--passphrase-file', file).finished;
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/The given passphrase is not that of the profile/),
  ]);
  writeFileSync(file, '\n');
  expect((await up('--passphrase-file', file).finished).stderr).toMatch(/is no passphrase/);
  expect((await up('--passphrase-file', join(world.folder, 'none')).finished).stderr).toMatch(
    /cannot be read/,
  );
});

it('says what it does not understand', async () => {
  expect(await ann.otr(['passphrase', 'sesame'])).toMatchObject({
    status: 2,
    stderr: 'otr: say "otr passphrase" or "otr passphrase remove", not "sesame"\n',
  });
  expect(await ann.otr(['passphrase'], '\n')).toMatchObject({
    status: 1,
    stderr: 'otr: no passphrase was given; nothing was changed\n',
  });
});
