import { type LocalUpEvent, localUp } from '@otr/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatEvent, VaultEvent } from '../../src/chat.ts';
import { silent } from '../../src/log.ts';
import { limitAttempts } from '../../src/vault/attempts.ts';
import { GuardedChat } from '../../src/vault/guardedChat.ts';
import { type FakeChat, fakeChat } from '../local/fakeChat.ts';
import { byPassphrase, bytes, openVaults, type Vaults } from './vaults.ts';

let vaults: Vaults;
const open: GuardedChat[] = [];
beforeEach(async () => {
  vaults = await openVaults();
});
afterEach(async () => {
  for (const guarded of open.splice(0)) await guarded.close();
  await vaults.close();
});

/** A profile under `pass`, locked; what it opens with, and the chats that it has opened. */
async function guarded(problem: string | null = null) {
  const vault = await vaults.vault(await vaults.folder());
  await vault.protect(byPassphrase('pass'));
  const chats: FakeChat[] = [];
  const keys: Uint8Array[] = [];
  const during: string[] = [];
  const service = new GuardedChat({
    vault,
    log: silent,
    async openChat(key) {
      if (key !== null) {
        keys.push(key);
        during.push(Buffer.from(key).toString('hex'));
      }
      if (problem !== null) return { ok: false, message: problem };
      const chat = fakeChat();
      chats.push(chat);
      return { ok: true, value: chat };
    },
  });
  open.push(service);
  return { service, chats, keys, during };
}

const requests = Object.keys(localUp) as LocalUpEvent[];

describe('a locked profile', () => {
  it.each(requests.filter((event) => !['getPageAddress', 'getVault', 'unlock'].includes(event)))(
    'refuses %s',
    async (event) => {
      const { service } = await guarded();
      const answer = await service.request(event as ChatEvent | VaultEvent, {} as never);
      expect(answer).toEqual({
        ok: false,
        error: {
          code: 'locked',
          message: 'This profile is locked. Unlock it on its page, or with: otr unlock',
        },
      });
    },
  );
});

describe('opening and locking', () => {
  it('lends the key, and wipes it when the chat is open', async () => {
    const { service, keys, during } = await guarded();
    expect((await service.unlock(bytes('pass'))).ok).toBe(true);
    expect(during[0]).toMatch(/^(?!0+$)[0-9a-f]{64}$/);
    expect(keys[0]).toEqual(Buffer.alloc(32));
  });

  it('says why the databases cannot be opened, wipes the key and stays locked', async () => {
    const { service, keys } = await guarded('The database is damaged.');
    expect(await service.unlock(bytes('pass'))).toEqual({
      ok: false,
      error: { code: 'storageFailed', message: 'The database is damaged.' },
    });
    expect([keys[0], service.vaultState.state]).toEqual([Buffer.alloc(32), 'locked']);
  });

  it('come one after the other, however they are asked for', async () => {
    const { service, chats } = await guarded();
    const answers = await Promise.all([
      service.unlock(bytes('pass')),
      service.unlock(bytes('pass')),
      service.lock(),
      service.unlock(bytes('pass')),
      service.lock(),
      service.lock(),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
    expect(chats.map(({ closed }) => closed)).toEqual([true, true]);
    expect(service.vaultState.state).toBe('locked');
  });

  it('end with the proxy', async () => {
    const { service, chats } = await guarded();
    const unlocking = service.unlock(bytes('pass'));
    await service.close();
    expect([(await unlocking).ok, chats[0]?.closed]).toEqual([true, true]);
    expect(await service.unlock(bytes('pass'))).toMatchObject({ error: { code: 'locked' } });
    expect(await service.request('getStatus', {})).toMatchObject({ error: { code: 'locked' } });
  });
});

describe('the pause after a wrong passphrase', () => {
  it('is over when the clock is put back, and never longer than a minute', () => {
    let now = 1_000_000;
    const attempts = limitAttempts(() => now);
    for (let wrong = 0; wrong < 100; wrong += 1) attempts.failed();
    expect(attempts.pause()).toBe(60_000);
    now -= 3_600_000;
    expect(attempts.pause()).toBe(0);
    attempts.failed();
    attempts.succeeded();
    attempts.failed();
    expect(attempts.pause()).toBe(1_000);
  });
});
