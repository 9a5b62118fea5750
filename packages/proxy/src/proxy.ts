import type { Result, Vault as VaultState } from '@otr/protocol';
import type { SocksOptions } from './link/socksRoute.ts';
import { isLoopbackLiteral } from './local/loopback.ts';
import { type PageFiles, readPageFiles } from './local/pageFiles.ts';
import { openPageServer } from './local/pageServer.ts';
import { readPlace, savePlace } from './local/place.ts';
import { openSocketFileServer } from './local/socketFileServer.ts';
import { drawSocketFile, dropSocketFolder, socketFileIn } from './local/socketPath.ts';
import type { Log } from './log.ts';
import { type OpenChat, openChat } from './openChat.ts';
import { openEphemeralFolder, openProfileFolder } from './profileFolder.ts';
import {
  badRelay,
  movedNotice,
  notLoopback,
  pageMissing,
  portUnavailable,
  profileUnusable,
  type Refused,
  stillLockedNotice,
  wrongPassphrase,
} from './refusals.ts';
import type { Recorder } from './transcript/recorder.ts';
import { GuardedChat } from './vault/guardedChat.ts';
import { findVault, type Vault, type VaultOptions } from './vault/vault.ts';

export interface ProxyOptions {
  /** Of the relay for new rooms: `http://…` or `https://…`. */
  relayUrl: string;
  /** The token that this relay asks for (rule A5). */
  admission?: string;
  /** The SOCKS5 server that every connection to a relay goes through; never past it. */
  socks?: SocksOptions;
  /** Where keys and history are kept, or nowhere. */
  profile: { folder: string } | 'ephemeral';
  /** Opens a profile that a passphrase guards; wiped once it was tried. Without it such a profile starts locked. */
  passphrase?: Uint8Array;
  /** The display name, when the profile has none yet. */
  name?: string;
  /** A loopback literal (127.0.0.0/8 or ::1); default 127.0.0.1. */
  host?: string;
  /** Instead of the profile's own. An occupied port is never used: another is drawn. */
  port?: number;
  /** The built page. */
  pageFolder: string;
  log: Log;
  version: string;
  /** Writes down the secrets of each room that is joined or made from now on (D10). */
  record?: Recorder;
}

export interface RunningProxy {
  /** Address of the page with a one-time code; works once, within ten minutes. */
  readonly page: string;
  /** Another address with a fresh code. `literal`: for browsers that don't resolve names under `.localhost`. */
  pageAddress(kind?: 'label' | 'literal'): string;
  /** Where local programs connect (`connectSocketFile`): a socket file, on Windows a named pipe. */
  readonly socketFile: string;
  /** Sentences for the person, such as that another port was drawn. */
  readonly notices: readonly string[];
  /** Whether the profile is open, and what guards it. */
  readonly vault: VaultState;
  /** Calls `listener` whenever `vault` changed. Returns the way to stop. */
  onVault(listener: (vault: VaultState) => void): () => void;
  /** Opens a locked profile. The passphrase is wiped. */
  unlock(passphrase: Uint8Array): Promise<Result<Record<string, never>>>;
  close(): Promise<void>;
}

export type Started = { ok: true; value: RunningProxy } | Refused;

/** Opens the profile, its store and chat unless they are locked, and the local surface. */
export function startProxy(options: ProxyOptions): Promise<Started> {
  return startProxyWith(options, { openChat });
}

/** What tests put in the place of the real ones. */
export interface ProxyParts {
  openChat: OpenChat;
  vault?: VaultOptions;
  now?: () => number;
  idleCheckMs?: number;
}

/** As `startProxy`, with other parts behind the surface. */
export async function startProxyWith(options: ProxyOptions, parts: ProxyParts): Promise<Started> {
  const { profile, relayUrl, pageFolder, host = '127.0.0.1' } = options;
  if (!isLoopbackLiteral(host)) return notLoopback(host);
  if (!isRelayUrl(relayUrl)) return badRelay(relayUrl);
  const files = await readPageFiles(pageFolder);
  if (files === null) return pageMissing(pageFolder);
  const folder =
    profile === 'ephemeral' ? await openEphemeralFolder() : await openProfileFolder(profile.folder);
  if (!folder.ok) return folder;

  const closers = closeLater(folder.value.close);
  try {
    const started = await openParts({ options, host, files, folder: folder.value.path, closers, parts });
    if (!started.ok) await closers.close();
    return started;
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface Parts {
  options: ProxyOptions;
  host: string;
  files: PageFiles;
  folder: string;
  closers: Closers;
  parts: ProxyParts;
}

async function openParts({ options, host, files, folder, closers, parts }: Parts): Promise<Started> {
  const { log } = options;
  const isEphemeral = options.profile === 'ephemeral';
  const found = isEphemeral ? { ok: true as const, value: null } : await findVault(folder, parts.vault);
  if (!found.ok) return profileUnusable(found.message);
  const service = guardedChat(options, folder, found.value, parts);
  closers.add(() => service.close());
  const unlocked = await unlockAtStart(service, options, folder);
  if (!unlocked.ok) return unlocked;

  const place = await readPlace(folder);
  const wanted = options.port || place.port;
  const page = await openPageServer({ service, log, files, host, label: place.label, port: wanted });
  if (page === null) return portUnavailable(host);
  closers.add(() => page.close());
  const hasMoved = wanted !== null && wanted !== page.port;
  if (hasMoved) log('portOccupied', { wanted, port: page.port });

  const inProfile = socketFileIn(folder);
  const socketFile = inProfile ?? (await drawSocketFile(place.socketFile));
  if (inProfile === null) closers.add(() => dropSocketFolder(socketFile));
  const pageAddress: RunningProxy['pageAddress'] = (kind = 'label') => page.address(kind);
  const socketServer = await openSocketFileServer({ service, log, socketFile, pageAddress });
  closers.add(() => socketServer.close());

  // A port asked for once does not become the profile's own.
  const port = options.port ? place.port : page.port;
  if (!isEphemeral) await savePlace(folder, { label: place.label, port, socketFile });
  log('proxyStarted', { port: page.port });
  const moved = hasMoved ? [movedNotice(wanted, page.port)] : [];
  return {
    ok: true,
    value: {
      page: pageAddress(),
      pageAddress,
      socketFile,
      notices: [...moved, ...unlocked.notices],
      get vault() {
        return service.vaultState;
      },
      onVault: (listener) =>
        service.subscribe(({ event, data }) => {
          if (event === 'vault') listener(data);
        }),
      unlock: (passphrase) => service.unlock(passphrase).finally(() => passphrase.fill(0)),
      close: closers.close,
    },
  };
}

/** The profile behind the surface, still locked. */
function guardedChat(
  { relayUrl, admission, socks, name, version, log, record }: ProxyOptions,
  folder: string,
  vault: Vault | null,
  { openChat, now, idleCheckMs }: ProxyParts,
): GuardedChat {
  return new GuardedChat({
    vault,
    log,
    openChat: (key) =>
      openChat({
        ...{ relayUrl, log, version, store: key === null ? 'memory' : { folder, key } },
        ...(name !== undefined && { name }),
        ...(admission !== undefined && { admission }),
        ...(socks !== undefined && { socks }),
        ...(record !== undefined && { record }),
      }),
    ...(now !== undefined && { now }),
    ...(idleCheckMs !== undefined && { idleCheckMs }),
  });
}

/** Opens what needs nobody. A profile that waits for its passphrase, or for the keychain, is no failure. */
async function unlockAtStart(
  service: GuardedChat,
  { passphrase }: ProxyOptions,
  folder: string,
): Promise<{ ok: true; notices: string[] } | Refused> {
  const { by } = service.vaultState;
  const given = by === 'passphrase' ? passphrase : undefined;
  if (by === 'passphrase' && given === undefined) return { ok: true, notices: [] };
  const opened = await service.unlock(given ?? null).finally(() => passphrase?.fill(0));
  if (opened.ok) return { ok: true, notices: [] };
  const { code, message } = opened.error;
  if (code === 'keychainUnavailable') return { ok: true, notices: [stillLockedNotice(message)] };
  return code === 'wrongPassphrase' ? wrongPassphrase(folder) : profileUnusable(message);
}

/** What has been opened, to be closed in the reverse order, once. */
function closeLater(first: () => Promise<void>) {
  const all = [first];
  return {
    add: (close: () => Promise<void>) => void all.push(close),
    close: async () => {
      for (const close of all.splice(0).reverse()) await close();
    },
  };
}
type Closers = ReturnType<typeof closeLater>;

function isRelayUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
