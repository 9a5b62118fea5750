import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSocketFile, type LocalClient } from '../../../client/src/node.ts';
import { databaseKey } from '../../src/store/databaseKey.ts';
import { passphraseKey } from '../../src/vault/passphraseKey.ts';
import { buildPage } from '../local/surface.ts';
import { scanMemory } from './scanMemory.ts';
import { byPassphrase, bytes, cheap, filesOf, openVaults, type Vaults } from './vaults.ts';

interface Scanned {
  child: ChildProcessByStdio<Writable, Readable, null>;
  client: LocalClient;
  lines: Interface;
}

let vaults: Vaults;
let running: Scanned[];
beforeEach(async () => {
  vaults = await openVaults();
  running = [];
});
afterEach(async () => {
  for (const { child, client } of running) {
    client.close();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await vaults.close();
});

/** A profile under a passphrase that nobody has used before, and all its secrets as bytes. */
async function profile() {
  const folder = await vaults.folder();
  const vault = await vaults.vault(folder);
  // Unlike anything else that is in a process.
  const passphrase = randomBytes(15).toString('base64url');
  await vault.protect(byPassphrase(passphrase));
  const opened = await vault.open(bytes(passphrase));
  if (!opened.ok) throw new Error(opened.error.message);
  const masterKey = Buffer.from(opened.value);
  const { guard } = JSON.parse(String((await filesOf(folder))['vault.json']));
  const salt = Buffer.from(guard.salt, 'base64url');
  const ratchetKey = Buffer.from(databaseKey(masterKey, 'ratchet'));
  const historyKey = Buffer.from(databaseKey(masterKey, 'history'));
  const needles = {
    passphrase: bytes(passphrase),
    wide: Buffer.from(passphrase, 'utf16le'),
    masterKey,
    masterKeyHex: bytes(masterKey.toString('hex')),
    passphraseKey: await passphraseKey(bytes(passphrase), salt, cheap),
    ratchetKey,
    historyKey,
    ratchetKeyHex: bytes(ratchetKey.toString('hex')),
    historyKeyHex: bytes(historyKey.toString('hex')),
  };
  return { folder, passphrase, needles };
}

async function startScanned(folder: string, mode: 'careful' | 'careless'): Promise<Scanned> {
  const page = join(vaults.base, 'page');
  await buildPage(page);
  const script = join(import.meta.dirname, 'scannedProxy.ts');
  const child = spawn(process.execPath, [script, folder, page, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const [socketFile] = await once(lines, 'line');
  const connected = await connectSocketFile(socketFile);
  if (!connected.ok) throw new Error(connected.error.message);
  const scanned = { child, lines, client: connected.value };
  running.push(scanned);
  return scanned;
}

/** Longer than the proxy waits before it forgets the strings of a passphrase. */
const untilForgotten = () => wait(1_000);

const nothing = {
  ...{ passphrase: 0, wide: 0, masterKey: 0, masterKeyHex: 0, passphraseKey: 0 },
  ...{ ratchetKey: 0, historyKey: 0, ratchetKeyHex: 0, historyKeyHex: 0 },
};

describe.runIf(process.platform === 'linux')('the memory of a proxy', () => {
  it('has no passphrase and no key after locking: unlocked through a socket', async () => {
    const { folder, passphrase, needles } = await profile();
    const { child, client } = await startScanned(folder, 'careful');
    expect(await client.request('unlock', { passphrase })).toEqual({ ok: true, value: {} });
    await untilForgotten();
    const open = scanMemory(child.pid ?? 0, needles);
    // The databases are open: their keys must be somewhere, and the scan sees them.
    expect(open.found['ratchetKey']).toBeGreaterThan(0);

    expect((await client.request('lock', {})).ok).toBe(true);
    const locked = scanMemory(child.pid ?? 0, needles);
    expect(locked.found).toEqual(nothing);
    expect(locked.megabytes).toBeGreaterThan(100);
  });

  it('has no passphrase and no key after locking: unlocked with bytes from a terminal', async () => {
    const { folder, passphrase, needles } = await profile();
    const { child, client, lines } = await startScanned(folder, 'careful');
    child.stdin.write(passphrase);
    expect(await once(lines, 'line')).toEqual(['unlocked']);
    expect((await client.request('lock', {})).ok).toBe(true);
    const locked = scanMemory(child.pid ?? 0, needles);
    expect(locked.found).toEqual(nothing);
  });

  it('has a wrong passphrase no longer than the right one', async () => {
    const { folder, needles } = await profile();
    const { child, client } = await startScanned(folder, 'careful');
    const wrong = randomBytes(15).toString('base64url');
    expect((await client.request('unlock', { passphrase: wrong })).ok).toBe(false);
    await untilForgotten();
    expect(scanMemory(child.pid ?? 0, { ...needles, wrong: bytes(wrong) }).found).toEqual({
      ...nothing,
      wrong: 0,
    });
  });

  it('has both where wiping is switched off: the scan can see them', async () => {
    const { folder, passphrase, needles } = await profile();
    const { child, client } = await startScanned(folder, 'careless');
    expect((await client.request('unlock', { passphrase })).ok).toBe(true);
    await untilForgotten();
    expect((await client.request('lock', {})).ok).toBe(true);
    const { found } = scanMemory(child.pid ?? 0, needles);
    expect(found['passphrase']).toBeGreaterThan(0);
    expect(found['masterKey']).toBeGreaterThan(0);
  });
});
