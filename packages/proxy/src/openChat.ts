import type { Chat } from './chat.ts';
import { createChat } from './chatService.ts';
import type { SocksOptions } from './link/socksRoute.ts';
import type { Log } from './log.ts';
import { openStore } from './store/store.ts';
import type { Recorder } from './transcript/recorder.ts';

export interface OpenChatOptions {
  relayUrl: string;
  /** The token that this relay asks for. */
  admission?: string;
  /** Where it is set, every connection to a relay goes through it. */
  socks?: SocksOptions;
  /** Its key is wiped by the caller once the chat is open. */
  store: Parameters<typeof openStore>[0];
  /** The display name, when the profile has none yet. */
  name?: string;
  log: Log;
  version: string;
  record?: Recorder;
}

/** Not ok: a sentence that says why the profile cannot be used. */
export type OpenedChat = { ok: true; value: Chat } | { ok: false; message: string };

export type OpenChat = (options: OpenChatOptions) => Promise<OpenedChat>;

/** The chat of this profile over its store. */
export const openChat: OpenChat = async ({ store: place, ...options }) => {
  const store = openStore(place);
  return store.ok ? { ok: true, value: createChat({ ...options, store: store.value }) } : store;
};
