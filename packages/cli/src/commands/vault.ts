import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { Result, Vault } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy/program';
import { command } from '../command.ts';
import { done, type Exit, failed, misused } from '../exit.ts';
import type { Settings } from '../options.ts';
import { readPassphraseFile } from '../passphraseFile.ts';
import { type SecretInput, secretInput } from '../secretInput.ts';
import { jsonLine, type Terminal } from '../terminal.ts';

const lock = command({
  path: 'lock',
  summary: 'Lock the profile: its keys are wiped from memory, its databases closed.',
  run: (settings, _words, { terminal }) =>
    withVault(
      settings,
      async (client) => await told(client, await client.request('lock', {}), settings, terminal),
    ),
});

const unlock = command({
  path: 'unlock',
  summary: 'Unlock the profile of the running proxy; asks for its passphrase.',
  notes: 'Without a terminal the passphrase is the first line of standard input, or of --passphrase-file.',
  uses: ['passphrase-file'],
  run: (settings, _words, { terminal }) =>
    withVault(settings, async (client, { state, by }) => {
      if (state === 'open') return await told(client, { ok: true, value: {} }, settings, terminal);
      if (by !== 'passphrase')
        return await told(client, await client.request('unlock', {}), settings, terminal);
      const current = await currentPassphrase(settings, secretInput());
      if (!current.ok) return current.exit;
      return await told(
        client,
        await client.request('unlock', { passphrase: current.text }),
        settings,
        terminal,
      );
    }),
});

const passphrase = command({
  path: 'passphrase',
  arguments: ['[remove]'],
  summary: 'Set, change or remove the passphrase that guards keys and history.',
  notes: [
    'Asks without showing what is typed. Without a terminal the lines of standard input are the present passphrase',
    '(where there is one and no --passphrase-file) and the new one. An empty new one keeps the present one.',
    'otr passphrase remove: keys are kept in a file that only you may read. --keychain: in the keychain of this system.',
  ].join('\n'),
  uses: ['passphrase-file', 'keychain', 'lock-after'],
  run(settings, [word], { terminal }) {
    if (word !== undefined && word !== 'remove') {
      return Promise.resolve(misused(`say "otr passphrase" or "otr passphrase remove", not "${word}"`));
    }
    return withVault(settings, async (client, vault) => {
      if (vault.state === 'locked') return failed('the profile is locked; unlock it first: otr unlock');
      if (vault.by === 'none') return failed('this profile keeps nothing, so it needs no passphrase');
      const input = secretInput();
      const current = vault.by === 'passphrase' ? await currentPassphrase(settings, input) : none;
      if (!current.ok) return current.exit;
      const by = settings.keychain ? 'keychain' : word === 'remove' ? 'file' : 'passphrase';
      const wanted = by === 'passphrase' ? await newPassphrase(vault, input, terminal) : none;
      if (!wanted.ok) return wanted.exit;
      const after = settings['lock-after'];
      const answer = await client.request('protect', {
        by,
        lockAfterMinutes: after === undefined ? vault.lockAfterMinutes : Math.ceil(after / 60_000),
        ...(current.text !== undefined && { current: current.text }),
        ...(wanted.text !== undefined && { passphrase: wanted.text }),
      });
      return await told(client, answer, settings, terminal);
    });
  },
});

export const vaultCommands = [lock, unlock, passphrase];

/** As `withProxy`, of a proxy whose profile may be locked. */
async function withVault(
  settings: Settings<'profile' | 'socket'>,
  work: (client: LocalClient, vault: Vault) => Promise<Exit>,
): Promise<Exit> {
  const connected = await connectSocketFile(settings.socket ?? (await findSocketFile(settings.profile)));
  if (!connected.ok) {
    const whose = settings.socket ?? `the profile ${settings.profile}`;
    return failed(`no proxy runs for ${whose}; start it with: otr up`);
  }
  const client = connected.value;
  try {
    const vault = await client.request('getVault', {});
    return vault.ok ? await work(client, vault.value) : failed(vault.error.message);
  } finally {
    client.close();
  }
}

const guardNames = {
  passphrase: 'a passphrase',
  keychain: 'the keychain of this system',
  file: 'a file that only you may read',
  none: 'nothing: it keeps nothing',
} as const;

/** How the vault stands after a request that changed it. */
async function told(
  client: LocalClient,
  answer: Result<object>,
  settings: Settings<'json'>,
  terminal: Terminal,
): Promise<Exit> {
  if (!answer.ok) return failed(answer.error.message);
  const vault = await client.request('getVault', {});
  if (!vault.ok) return failed(vault.error.message);
  const { state, by, lockAfterMinutes } = vault.value;
  if (settings.json) {
    terminal.result(jsonLine({ state, by, lockAfterMinutes }));
    return done;
  }
  const minutes = `${lockAfterMinutes} ${lockAfterMinutes === 1 ? 'minute' : 'minutes'}`;
  const idle = lockAfterMinutes === 0 ? '' : `; it locks itself after ${minutes} without a request`;
  terminal.result(`The profile is ${state}, guarded by ${guardNames[by]}${idle}.`);
  return done;
}

/** A passphrase as JSON carries it; the process that holds the string ends soon. */
type Passphrase = { ok: true; text: string | undefined } | { ok: false; exit: Exit };

const none: Passphrase = { ok: true, text: undefined };

async function currentPassphrase(
  settings: Settings<'passphrase-file'>,
  input: SecretInput,
): Promise<Passphrase> {
  const file = settings['passphrase-file'];
  if (file !== undefined) {
    const read = readPassphraseFile(file);
    return read.ok ? { ok: true, text: textOf(read.value) } : { ok: false, exit: failed(read.message) };
  }
  const typed = await input.ask('Present passphrase: ');
  return typed === null || typed.length === 0 ? noPassphrase : { ok: true, text: textOf(typed) };
}

async function newPassphrase(vault: Vault, input: SecretInput, terminal: Terminal): Promise<Passphrase> {
  const keeps = vault.by === 'passphrase';
  const typed = await input.ask(keeps ? 'New passphrase (empty: keep it): ' : 'New passphrase: ');
  if (typed === null) return noPassphrase;
  if (typed.length === 0) return keeps ? none : noPassphrase;
  if (input.isTerminal) {
    const again = await input.ask('The same again: ');
    const isSame = again !== null && typed.equals(again);
    again?.fill(0);
    if (!isSame) {
      typed.fill(0);
      return { ok: false, exit: failed('these were two different passphrases; nothing was changed') };
    }
    terminal.note('Nobody can restore a forgotten passphrase: write it down where only you look.');
  }
  return { ok: true, text: textOf(typed) };
}

const noPassphrase: Passphrase = { ok: false, exit: failed('no passphrase was given; nothing was changed') };

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  bytes.fill(0);
  return text;
}
