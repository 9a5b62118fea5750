import { join } from 'node:path';
import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { LocalRequest, LocalResponse, LocalUpEvent, Row } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { strings } from '../../packages/ui/src/strings.ts';
import { type Running, startOtr } from '../processes.ts';
import { type Watch, watchContext } from './watch.ts';

export interface PersonOptions {
  browser: Browser;
  relayUrl: string;
  /** Holds the profiles of all. */
  folder: string;
  name: string;
  /** False: the page has to ask for the name. */
  named?: boolean;
  context?: BrowserContextOptions;
}

/** A proxy in a process of its own, a browser profile, and a page in it. */
export class Person {
  readonly name: string;
  readonly profile: string;
  readonly context: BrowserContext;
  readonly watch: Watch;
  page: Page;
  /** Of the page, with a one-time code: `http://otr-….localhost:…/#code=…`. */
  address: string;
  readonly #args: string[];
  #running: Running;
  #client: LocalClient | undefined;

  private constructor(parts: {
    name: string;
    profile: string;
    args: string[];
    running: Running;
    context: BrowserContext;
    watch: Watch;
    page: Page;
  }) {
    this.name = parts.name;
    this.profile = parts.profile;
    this.context = parts.context;
    this.watch = parts.watch;
    this.page = parts.page;
    this.address = addressOf(parts.running);
    this.#args = parts.args;
    this.#running = parts.running;
  }

  static async arrive(options: PersonOptions): Promise<Person> {
    const { browser, relayUrl, folder, name, named = true, context: contextOptions } = options;
    const profile = join(folder, name.replaceAll(/\W/g, ''));
    const args = ['up', '--relay', relayUrl, '--profile', profile, '--no-open'];
    if (named) args.push('--name', name);
    const running = await startOtr(args);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...contextOptions,
    });
    context.setDefaultTimeout(20_000);
    const address = addressOf(running);
    const watch = await watchContext(context, () => address);
    const page = await context.newPage();
    await page.goto(address);
    return new Person({ name, profile, args, running, context, watch, page });
  }

  /** Scheme, host and port: kept over restarts. */
  get origin(): string {
    return new URL(this.address).origin;
  }

  get proxyLog(): string {
    return this.#running.log();
  }

  async restartProxy(): Promise<void> {
    this.#client?.close();
    await this.#running.kill();
    this.#running = await startOtr(this.#args);
    this.address = addressOf(this.#running);
  }

  async stopProxy(): Promise<void> {
    this.#client?.close();
    await this.#running.stop();
  }

  async startProxy(): Promise<void> {
    this.#running = await startOtr(this.#args);
    this.address = addressOf(this.#running);
  }

  /** After the proxy came back: the page, which it does not know any more, goes to the new address. */
  async enterAgain(): Promise<void> {
    await this.page.getByText(strings.needsCode.title).waitFor();
    await this.page.goto(this.address);
    await this.page.getByTestId('room-list').waitFor();
  }

  async openTab(address: string): Promise<Page> {
    this.page = await this.context.newPage();
    await this.page.goto(address);
    return this.page;
  }

  /** Asks the proxy itself, as a local program does. */
  async ask<Event extends LocalUpEvent>(
    event: Event,
    data: LocalRequest<Event>,
  ): Promise<LocalResponse<Event>> {
    if (this.#client?.connection !== 'online') {
      const connected = await connectSocketFile(await findSocketFile(this.profile));
      if (!connected.ok) throw new Error(connected.error.message);
      this.#client = connected.value;
    }
    const answer = await this.#client.request(event, data);
    if (!answer.ok) throw new Error(`${this.name}: ${event}: ${answer.error.message}`);
    return answer.value;
  }

  /** Ids of a room's messages as the proxy keeps them, oldest first. */
  async storedMessages(room: string): Promise<string[]> {
    const { rows } = await this.ask('getTimeline', { room, from: { at: 'end' }, limit: 500 });
    return rows.filter((row: Row) => row.kind === 'message').map(({ id }) => id);
  }

  async leaveForGood(): Promise<void> {
    await this.context.close();
    await this.stopProxy();
  }
}

function addressOf(running: Running): string {
  const { page } = running.ready;
  if (page === undefined) throw new Error('The proxy printed no address.');
  return page;
}
