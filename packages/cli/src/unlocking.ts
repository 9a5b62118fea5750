import type { Proxy as RunningProxy } from '@otr/proxy';
import { secretInput } from './secretInput.ts';
import { plain, type Terminal } from './terminal.ts';

/** Where the profile of a starting proxy is locked, asks for its passphrase until it is open: here or elsewhere. */
export async function unlockInTerminal(
  proxy: RunningProxy,
  terminal: Terminal,
  ending: AbortSignal,
): Promise<void> {
  if (!asksForPassphrase(proxy)) return;
  const input = secretInput();
  if (!input.isTerminal) {
    terminal.note(
      'The profile is locked. Unlock it on its page or with otr unlock, or start with --passphrase-file.',
    );
    return;
  }
  const opened = new AbortController();
  const stopListening = proxy.onVault(({ state }) => {
    if (state === 'open') opened.abort();
  });
  const stop = AbortSignal.any([ending, opened.signal]);
  while (!stop.aborted) {
    const typed = await input.ask('Passphrase (or unlock on the page): ', stop);
    if (typed === null) break;
    const unlocked = await proxy.unlock(typed);
    if (!unlocked.ok) terminal.note(plain(unlocked.error.message));
  }
  stopListening();
  if (!asksForPassphrase(proxy)) terminal.note('The profile is open.');
}

function asksForPassphrase({ vault }: RunningProxy): boolean {
  return vault.state === 'locked' && vault.by === 'passphrase';
}
