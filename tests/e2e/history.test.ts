import { randomBytes } from 'node:crypto';
import type { MessageRow } from '@otr/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { messages, messageWith, say, settled } from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { openProfileStore } from './profileStore.ts';
import { proxyIsAway } from './watch.ts';

const size = 50_000;
const domAtMost = 200;
const folder = temporaryFolder();

let browser: Browser;
let relay: Running;
let ann: Person;
let room = '';

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const relayUrl = relay.ready['listening'] ?? '';
  ann = await Person.arrive({ browser, relayUrl, folder: folder.path, name: 'Ann' });
  ann.watch.allow(proxyIsAway);
  ({ room } = await ann.ask('createRoom', { name: 'Archive' }));
  await ann.stopProxy();
  await fillHistory(ann.profile);
  await ann.startProxy();
});

afterAll(async () => {
  await ann?.leaveForGood();
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

/** Written by the proxy's own store; the orders lie before everything that the room's log has given. */
async function fillHistory(profile: string): Promise<void> {
  const store = await openProfileStore(profile);
  const number = store.rooms.all()[0]?.number ?? 0;
  store.step(() => {
    for (let index = 1; index <= size; index += 1) store.timeline.write(number, oldMessage(index));
  });
  store.close();
}

const speakers = ['Bob', 'Cleo', 'Dan'].map((name) => ({
  name,
  key: randomBytes(32).toString('base64url'),
}));

function oldId(index: number): string {
  return Buffer.from(`message ${index}`.padEnd(16, '.')).toString('base64url');
}

function oldMessage(index: number): MessageRow {
  const speaker = speakers[Math.floor(index / 3) % speakers.length] ?? { name: '', key: '' };
  return {
    kind: 'message',
    room,
    id: oldId(index),
    order: index - size - 1,
    seq: null,
    at: Date.UTC(2026, 0, 1) + index * 60_000,
    from: speaker.key,
    name: speaker.name,
    own: false,
    text: index % 7 === 0 ? `Number ${index}\n\n- with a **list**\n- of things` : `Number ${index}`,
    delivery: 'relay',
  };
}

async function openAt(hash: string): Promise<Page> {
  await ann.page.close();
  await ann.restartProxy();
  return await ann.openTab(`${ann.origin}/${hash}&${new URL(ann.address).hash.slice(1)}`);
}

const distanceFromEnd = (page: Page) =>
  page
    .getByTestId('timeline')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) =>
      Math.round(scrollHeight - scrollTop - clientHeight),
    );

it('a room of 50,000 messages opens at its end and goes on', async () => {
  const page = await openAt(`#/room/${room}`);
  await messageWith(page, `Number ${size}`).waitFor();
  await expect.poll(() => distanceFromEnd(page)).toBeLessThan(2);
  expect(await messages(page).count()).toBeLessThan(domAtMost);
  await say(page, 'And one more');
  await messageWith(page, 'And one more').waitFor();
  await expect.poll(() => distanceFromEnd(page)).toBeLessThan(2);
});

it('what is on screen moves as far as the wheel, also where older rows are put before it', async () => {
  const { page } = ann;
  const timeline = page.getByTestId('timeline');
  const heightBefore = await timeline.evaluate(({ scrollHeight }) => scrollHeight);
  const step = 400;
  const moves: number[] = [];
  await timeline.hover();
  for (let turn = 0; turn < 35; turn += 1) {
    const anchor = await timeline.evaluate((element) => {
      const { top, height } = element.getBoundingClientRect();
      const rows = [...element.querySelectorAll<HTMLElement>('[data-message-id]')];
      const row = rows.find((one) => one.getBoundingClientRect().top > top + height * 0.1);
      return { id: row?.dataset['messageId'] ?? '', top: row?.getBoundingClientRect().top ?? 0 };
    });
    await page.mouse.wheel(0, -step);
    await settled(page);
    await expect.poll(() => timeline.getAttribute('aria-busy')).toBe('false');
    await settled(page);
    const row = page.locator(`[data-message-id="${anchor.id}"]`);
    moves.push((await row.evaluate((element) => element.getBoundingClientRect().top)) - anchor.top);
  }
  const heightAfter = await timeline.evaluate(({ scrollHeight }) => scrollHeight);
  expect(heightAfter).toBeGreaterThan(heightBefore * 1.5);
  expect(moves.filter((move) => Math.abs(move - step) > 3)).toEqual([]);
});

it('scrolls through 10,000 messages to the very top, with few rows in the page at any time', async () => {
  const { page } = ann;
  await followLink(10_000);
  const most = await page.getByTestId('timeline').evaluate(async (element, beginning) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    let most = 0;
    for (;;) {
      element.scrollTop -= 20_000;
      await frame();
      most = Math.max(most, element.querySelectorAll('[data-message-id]').length);
      const isDone = element.scrollTop === 0 && element.textContent.includes(beginning);
      if (isDone) return most;
    }
  }, strings.room.start);
  await messageWith(page, 'Number 1').waitFor();
  expect(most).toBeGreaterThan(5);
  expect(most).toBeLessThan(domAtMost);
});

it('jumps back to the latest', async () => {
  const { page } = ann;
  await page.getByRole('button', { name: strings.timeline.jump }).click();
  await messageWith(page, 'And one more').waitFor();
  await expect.poll(() => distanceFromEnd(page)).toBeLessThan(2);
});

const isInView = (page: Page, index: number) => async () => {
  const box = await page.locator(`[data-message-id="${oldId(index)}"]`).boundingBox();
  return box !== null && box.y > 60 && box.y < 730;
};

/** Goes to a message by its link, in the open page. */
async function followLink(index: number): Promise<void> {
  await ann.page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    `#/room/${room}/${oldId(index)}`,
  );
  await expect.poll(isInView(ann.page, index), { timeout: 20_000 }).toBe(true);
}

it('a link leads to an old message, in an open page and in a fresh one', async () => {
  await followLink(20_000);
  await ann.page.locator(`[data-message-id="${oldId(20_000)}"][data-highlighted="true"]`).waitFor();

  const page = await openAt(`#/room/${room}/${oldId(31_000)}`);
  await expect.poll(isInView(page, 31_000), { timeout: 20_000 }).toBe(true);
  expect(await messages(page).count()).toBeLessThan(domAtMost);
  await page.getByRole('button', { name: strings.timeline.jump }).click();
  await messageWith(page, 'And one more').waitFor();
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  expect(ann.watch.problems()).toEqual([]);
});
