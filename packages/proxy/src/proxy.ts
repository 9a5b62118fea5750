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
} from './refusals.ts';

export interface ProxyOptions {
  /** Of the relay for new rooms: `http://…` or `https://…`. */
  relayUrl: string;
  /** The token that this relay asks for (rule A5). */
  admission?: string;
  /** Where keys and history are kept, or nowhere. */
  profile: { folder: string } | 'ephemeral';
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
  close(): Promise<void>;
}

export type Started = { ok: true; value: RunningProxy } | Refused;

/** Opens the profile, the store, the chat and the local surface. */
export function startProxy(options: ProxyOptions): Promise<Started> {
  return startProxyWith(options, openChat);
}

/** As `startProxy`, with another chat behind the surface. */
export async function startProxyWith(options: ProxyOptions, openChat: OpenChat): Promise<Started> {
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
    const started = await openParts({ options, host, files, folder: folder.value.path, closers, openChat });
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
  openChat: OpenChat;
}

async function openParts({ options, host, files, folder, closers, openChat }: Parts): Promise<Started> {
  const { log, relayUrl, admission, name, version, profile } = options;
  const store = profile === 'ephemeral' ? 'memory' : { folder };
  const opened = await openChat({
    ...{ relayUrl, store, log, version },
    ...(name !== undefined && { name }),
    ...(admission !== undefined && { admission }),
  });
  if (!opened.ok) return profileUnusable(opened.message);
  const chat = opened.value;
  closers.add(() => chat.close());

  const place = await readPlace(folder);
  const wanted = options.port || place.port;
  const page = await openPageServer({ chat, log, files, host, label: place.label, port: wanted });
  if (page === null) return portUnavailable(host);
  closers.add(() => page.close());
  const hasMoved = wanted !== null && wanted !== page.port;
  if (hasMoved) log('portOccupied', { wanted, port: page.port });

  const inProfile = socketFileIn(folder);
  const socketFile = inProfile ?? (await drawSocketFile(place.socketFile));
  if (inProfile === null) closers.add(() => dropSocketFolder(socketFile));
  const pageAddress: RunningProxy['pageAddress'] = (kind = 'label') => page.address(kind);
  const socketServer = await openSocketFileServer({ chat, log, socketFile, pageAddress });
  closers.add(() => socketServer.close());

  // A port asked for once does not become the profile's own.
  await savePlace(folder, { label: place.label, port: options.port ? place.port : page.port, socketFile });
  log('proxyStarted', { port: page.port });
  const notices = hasMoved ? [movedNotice(wanted, page.port)] : [];
  return { ok: true, value: { page: pageAddress(), pageAddress, socketFile, notices, close: closers.close } };
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
