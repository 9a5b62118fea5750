import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { readPageFiles } from '../../proxy/src/local/pageFiles.ts';
import { openPageServer } from '../../proxy/src/local/pageServer.ts';
import { pageFolder } from '../src/index.ts';
import { type FakeChat, fakeChat } from './fakeChat.ts';
import { type FakeRoom, names } from './fixtures.ts';
import { allRooms } from './rooms.ts';

/** The built page, served by the proxy's own local surface (its guard and its CSP) over a chat of fixtures. */
export interface Harness {
  chat: FakeChat;
  /** A fresh address with its one-time code. */
  address(): string;
  close(): Promise<void>;
}

export async function startHarness(
  rooms: FakeRoom[] = allRooms(),
  name = names[0] ?? null,
): Promise<Harness> {
  const chat = fakeChat(rooms, name);
  const files = await readPageFiles(fileURLToPath(pageFolder));
  if (files === null) throw new Error('The page is not built: run `npm run build -w packages/ui`.');
  const label = `otr-${randomBytes(16).toString('hex')}`;
  const server = await openPageServer({
    service: chat,
    log: () => {},
    files,
    host: '127.0.0.1',
    label,
    port: null,
  });
  if (server === null) throw new Error('No port is free.');
  return { chat, address: () => server.address('label'), close: () => server.close() };
}

/** `camera`: a file of raw frames (Y4M) that stands for what the camera sees; it is allowed without asking. */
export async function launchChromium(camera?: string): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env['OTR_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      ...(camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`]),
    ],
  });
}

/** What must stay empty: console errors (CSP violations among them), failed scripts, requests that leave the origin. */
export function watchPage(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (!hostname.endsWith('.localhost') && protocol !== 'data:')
      problems.push(`leaves the origin: ${request.url()}`);
  });
}

export async function openPage(
  context: BrowserContext,
  harness: Harness,
  hash: string,
  problems: string[],
): Promise<Page> {
  const page = await context.newPage();
  watchPage(page, problems);
  await page.goto(harness.address().replace('#', hash === '' ? '#' : `${hash}&`));
  await page.locator('.layout, .screen').first().waitFor();
  return page;
}
