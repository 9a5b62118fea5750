import { io, type Socket } from 'socket.io-client';
import { clientOver, type LocalClient, socketOptions } from './localClient.ts';
import { type Answer, exchangeCode } from './pageSession.ts';

/** What of the browser's `window` is used: pass `window` itself. */
export interface PageWindow {
  readonly location: { readonly origin: string; readonly pathname: string; readonly hash: string };
  readonly history: { replaceState(state: unknown, unused: string, url: string): void };
  readonly localStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  fetch(
    input: string,
    init: { method: string; headers: Record<string, string>; body: string },
  ): Promise<Answer>;
  addEventListener(event: 'storage' | 'hashchange', listener: () => void): void;
  removeEventListener(event: 'storage' | 'hashchange', listener: () => void): void;
}

/** Dies with the proxy's process; another origin cannot read it. */
const tokenKey = 'otr.token';
const retryMs = 1_000;

/**
 * Connects the page to the proxy that served it, at once: watch `connection`. A one-time code in the address is
 * taken (and removed from the address bar), exchanged for a token, and the token kept in this origin's
 * `localStorage`. Without a valid code or token the connection is `needsCode`, until a fresh address is opened in
 * this tab or another.
 */
export function connectPage(window: PageWindow): LocalClient {
  return connectPageOver(window, (auth) => io(window.location.origin, { ...socketOptions, auth }));
}

/** As `connectPage`, over a socket of one's own: a test in Node must set the `Origin` header itself. */
export function connectPageOver(
  window: PageWindow,
  open: (auth: (send: (auth: object) => void) => void) => Socket,
): LocalClient {
  const { localStorage } = window;
  const socket = open((send) => send({ token: localStorage.getItem(tokenKey) ?? '' }));
  const client = clientOver(socket);
  let retry: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  /** With the code in the address, or with the token of before. */
  async function enter(): Promise<void> {
    const code = takeCode(window);
    if (code !== null) await exchange(code);
    else connectWithToken();
  }

  async function exchange(code: string): Promise<void> {
    const outcome = await exchangeCode(code, (path, body) =>
      window.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    );
    if (closed) return;
    if (outcome.kind === 'unreachable') {
      client.setConnection('offline');
      retry = setTimeout(() => void exchange(code), retryMs);
      return;
    }
    if (outcome.kind === 'token') localStorage.setItem(tokenKey, outcome.token);
    connectWithToken();
  }

  function connectWithToken(): void {
    if (localStorage.getItem(tokenKey) === null) client.setConnection('needsCode');
    else if (!socket.connected) socket.connect();
  }

  /** Another tab was opened with a fresh address, or this one was given one. */
  function look(): void {
    const isStuck = client.connection === 'needsCode' && localStorage.getItem(tokenKey) !== null;
    if (isStuck || codePattern.test(window.location.hash)) void enter();
  }

  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    if (!isRefusal(error.data)) return;
    localStorage.removeItem(tokenKey);
    client.setConnection('needsCode');
  });
  window.addEventListener('storage', look);
  window.addEventListener('hashchange', look);
  void enter();

  return {
    ...client,
    get connection() {
      return client.connection;
    },
    close: () => {
      closed = true;
      clearTimeout(retry);
      window.removeEventListener('storage', look);
      window.removeEventListener('hashchange', look);
      client.close();
    },
  };
}

const codePattern = /([#&])code=([A-Za-z0-9_-]{43})(&|$)/;

/** The code in the address, which then no longer shows it; the rest of the fragment stays. */
function takeCode({ location, history }: PageWindow): string | null {
  const match = codePattern.exec(location.hash);
  if (match === null) return null;
  const rest = location.hash.replace(codePattern, (_all, before, _code, after) =>
    after === '' ? '' : before,
  );
  history.replaceState(null, '', location.pathname + (rest === '#' ? '' : rest));
  return match[2] ?? null;
}

/** The proxy itself refused the token (`sessionRefused` in its local surface), as opposed to a lost connection. */
function isRefusal(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === 'notAuthorised';
}
