import { fileURLToPath } from 'node:url';
import type { Log, Recorder, Proxy as RunningProxy } from '@otr/proxy';
import { openBrowser } from '../browser.ts';
import { command, type Surroundings } from '../command.ts';
import { done, failed, misused } from '../exit.ts';
import type { Settings } from '../options.ts';
import { providePage } from '../pageBuild.ts';
import { readPassphraseFile } from '../passphraseFile.ts';
import { aborted } from '../signals.ts';
import { jsonLine, plain, styled } from '../terminal.ts';
import { unlockInTerminal } from '../unlocking.ts';
import { version } from '../version.ts';

/** What says how a proxy runs, for the commands that start one. */
export const proxyOptions = [
  'name',
  'host',
  'port',
  'open',
  'ephemeral',
  'passphrase-file',
  'socks',
  'socks-per-room',
] as const;

type ProxySettings = Settings<(typeof proxyOptions)[number] | 'admission' | 'profile' | 'json'>;

const pageFolder = fileURLToPath(new URL('../../../ui/dist', import.meta.url));

export const up = command({
  path: 'up',
  summary: 'Run the proxy and open its page (what otr does without a command).',
  uses: ['relay', 'admission', ...proxyOptions, 'unsafe-record'],
  async run(settings, _words, surroundings) {
    if (settings.relay === undefined) {
      return misused(
        'say which relay to use: --relay URL, OTR_RELAY, or a line "relay = URL" in the config file. ' +
          'To run one yourself: otr relay',
      );
    }
    // Before anything is open: whoever reads the address may end this process at once.
    const { ending, log } = surroundings;
    const record = await recorderOf(settings, surroundings);
    const opened = await openProxy(settings, settings.relay, log, record);
    if (!opened.ok) return failed(opened.message);
    await showPage(opened.proxy, settings, surroundings);
    await unlockInTerminal(opened.proxy, surroundings.terminal, ending);
    await aborted(ending);
    await opened.proxy.close();
    return done;
  },
});

/** Says what it does before it does it. */
async function recorderOf(
  { 'unsafe-record': folder }: Settings<'unsafe-record'>,
  { terminal }: Surroundings,
): Promise<Recorder | undefined> {
  if (folder === undefined) return undefined;
  terminal.note(
    `UNSAFE: the keys and all that is said of each room made or joined from now on are written to ${plain(folder)}; whoever has them reads along, and can pass for you.`,
  );
  const { unsafeRecorder } = await import('@otr/proxy');
  return unsafeRecorder(folder, (problem) => terminal.note(plain(problem)));
}

export type OpenedProxy = { ok: true; proxy: RunningProxy } | { ok: false; message: string };

export async function openProxy(
  settings: ProxySettings,
  relayUrl: string,
  log: Log,
  record?: Recorder,
): Promise<OpenedProxy> {
  const problem = await providePage(pageFolder, log);
  if (problem !== undefined) return { ok: false, message: problem };
  const { name, host, port, admission, socks, 'passphrase-file': file, 'socks-per-room': perRoom } = settings;
  if (perRoom && socks === undefined) {
    return { ok: false, message: '--socks-per-room needs a SOCKS server: --socks ADDRESS' };
  }
  const passphrase = file === undefined ? undefined : readPassphraseFile(file);
  if (passphrase?.ok === false) return passphrase;
  const { startProxy } = await import('@otr/proxy');
  const started = await startProxy({
    relayUrl,
    profile: settings.ephemeral ? 'ephemeral' : { folder: settings.profile },
    ...(passphrase === undefined ? {} : { passphrase: passphrase.value }),
    ...(name === undefined ? {} : { name }),
    ...(admission === undefined ? {} : { admission: admission[0] }),
    ...(socks === undefined ? {} : { socks: { ...socks, perRoom } }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(record === undefined ? {} : { record }),
    pageFolder,
    log,
    version,
  });
  return started.ok ? { ok: true, proxy: started.value } : { ok: false, message: started.error.message };
}

/** Prints the page's address and opens it; says what the person should know beside it. */
export async function showPage(
  proxy: RunningProxy,
  settings: ProxySettings,
  { terminal }: Surroundings,
): Promise<void> {
  const { page } = proxy;
  for (const notice of proxy.notices) terminal.note(plain(notice));
  if (settings.ephemeral) terminal.note(`Commands reach this proxy with --socket ${proxy.socketFile}`);
  terminal.result(settings.json ? jsonLine({ page }) : `Your chat is at ${styled(terminal, 'bold', page)}`);
  if (!settings.open) return;
  // The address was printed: a machine without a browser is no failure.
  if (!(await openBrowser(page))) terminal.note('No browser could be opened: open the address yourself.');
}
