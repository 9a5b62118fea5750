import type { BrowserContext, Page } from 'playwright-core';

/** What a context's pages did, and what of it they must not do. */
export interface Watch {
  /** Address of every request and WebSocket. */
  requests: string[];
  /** Requests that left the origin, policy violations, errors on the console, dialogs. Empty is the good answer. */
  problems(): string[];
  /** Errors on the console that the test causes on purpose (a killed proxy), and nothing else. */
  allow(pattern: RegExp): void;
}

/** Chromium's words for a proxy that is not there. */
export const proxyIsAway = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/;

/** Follows all pages of a context from now on. `origin` is the only one that they may ask. */
export async function watchContext(context: BrowserContext, origin: () => string): Promise<Watch> {
  const requests: string[] = [];
  const found: { kind: string; text: string }[] = [];
  const allowed: RegExp[] = [];
  const note = (kind: string, text: string) => found.push({ kind, text });

  function seeRequest(address: string): void {
    requests.push(address);
    if (!isWithin(address, origin())) note('leaves the origin', address);
  }

  await context.exposeFunction('noteViolation', (text: string) => note('policy violation', text));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      const { noteViolation } = window as unknown as { noteViolation(text: string): void };
      noteViolation(`${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  context.on('request', (request) => seeRequest(request.url()));
  context.on('serviceworker', (worker) => note('service worker', worker.url()));
  context.on('page', (page: Page) => {
    page.on('websocket', (socket) => seeRequest(socket.url()));
    page.on('pageerror', (error) => note('page error', error.message));
    page.on('dialog', (dialog) => {
      note('dialog', dialog.message());
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') note('console', message.text());
    });
  });

  return {
    requests,
    problems: () =>
      found
        .filter(({ kind, text }) => kind !== 'console' || !allowed.some((pattern) => pattern.test(text)))
        .map(({ kind, text }) => `${kind}: ${text}`),
    allow: (pattern) => allowed.push(pattern),
  };
}

/** An address without a host (`data:`, `about:`) reaches nobody. */
function isWithin(address: string, origin: string): boolean {
  const { protocol, host } = new URL(address);
  return host === '' ? protocol !== 'file:' : host === new URL(origin).host;
}
