import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { otr, type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  allAreThere,
  composer,
  copyInvite,
  createRoom,
  joinByPasting,
  messageWith,
  openInvite,
  openRoom,
  roomMenu,
  say,
  shownMessages,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, takePictures } from './pictures.ts';
import { proxyIsAway } from './watch.ts';

const folder = temporaryFolder();
const within = { timeout: 30_000 };

let browser: Browser;
let relay: Running;
let relayArgs: string[];
let ann: Person;
let bob: Person;
let cleo: Person;
let garden = '';
let said = 0;

const everyone = () => [ann, bob, cleo];

beforeAll(async () => {
  browser = await launchBrowser();
  const data = `${folder.path}/relay`;
  relay = await startOtr(['relay', '--port', '0', '--data', data]);
  const relayUrl = relay.ready['listening'] ?? '';
  relayArgs = ['relay', '--port', new URL(relayUrl).port, '--data', data];
  const all = { browser, relayUrl, folder: folder.path };
  ann = await Person.arrive({ ...all, name: 'Ann', named: false });
  bob = await Person.arrive({ ...all, name: 'Bob' });
  cleo = await Person.arrive({ ...all, name: 'Cleo' });
});

afterAll(async () => {
  await Promise.all(everyone().map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

/** Sends from the page and waits until the pages of all three show it. */
async function sayToAll(speaker: Person, text: string, shown = text): Promise<void> {
  await say(speaker.page, text);
  said += 1;
  for (const { page } of everyone()) await messageWith(page, shown).waitFor();
}

async function lookAt(person: Person, name: string): Promise<void> {
  await person.page.getByTestId('room-list').getByRole('button', { name }).click();
  await person.page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
}

it('the first run asks for a name and nothing else', async () => {
  const { page } = ann;
  await page.getByLabel(strings.welcome.label).waitFor();
  await takePictures(page, 'name');
  await page.getByLabel(strings.welcome.label).fill('Ann');
  await page.getByRole('button', { name: strings.welcome.submit }).click();
  await page.getByRole('heading', { name: strings.welcome.greeting('Ann') }).waitFor();
  await takePictures(page, 'firstRoom');
  expect(new URL(page.url()).hash).not.toContain('code');
});

it('a room is created and its invite copied; two people join by pasting it', async () => {
  garden = await createRoom(ann, 'Garden');
  await ann.page.getByText(strings.room.emptyAlone).waitFor();
  await takePictures(ann.page, 'empty');
  await openInvite(ann.page);
  await takePictures(ann.page, 'invite');
  const link = await copyInvite(ann);
  expect(link).toMatch(/^otr:.+#[A-Za-z0-9_-]{43}$/);
  await joinByPasting(bob, 'Garden');
  await joinByPasting(cleo, 'Garden');
  for (const { page } of everyone()) {
    await allAreThere(page, 3);
    const members = page.getByTestId('member-list');
    for (const { name } of everyone()) await members.getByText(name, { exact: true }).waitFor();
  }
});

it('they talk all ways: markdown, several lines, code, quotes, long text', async () => {
  await sayToAll(ann, 'Hello **everybody** in the _garden_', 'Hello everybody in the garden');
  expect(await messageWith(bob.page, 'Hello everybody').locator('strong').textContent()).toBe('everybody');

  await sayToAll(
    bob,
    `The long story. ${'Once upon a time there was a garden. '.repeat(600)}The end.`,
    'The long story.',
  );

  const box = composer(bob.page);
  await box.pressSequentially('First line');
  await box.press('Shift+Enter');
  await box.pressSequentially('second line');
  await box.press('Enter');
  said += 1;
  for (const { page } of everyone()) {
    await messageWith(page, 'second line').waitFor();
    const text = () => messageWith(page, 'second line').innerText();
    await expect.poll(text, within).toMatch(/First line\n+second line/);
  }

  await sayToAll(cleo, '```ts\nconst answer = 6 * 7;\n```\nand\n\n- one\n- two', 'const answer = 6 * 7;');
  await sayToAll(ann, '> second line\n\nSee https://example.org/garden', 'See https://example.org/garden');
  await sayToAll(cleo, 'That *was* long 🌱', 'That was long');
});

it('delivery reaches “received by all” when both others have it', async () => {
  await sayToAll(ann, 'Did you both get this?');
  const message = messageWith(ann.page, 'Did you both get this?');
  await message.filter({ has: ann.page.locator('[data-delivery="all"]') }).waitFor();
  await message.getByRole('img', { name: strings.delivery.receivedAll(2) }).waitFor();
  await takePictures(ann.page, 'room');
  await ann.page.setViewportSize({ width: narrow, height: 740 });
  await ann.page.getByRole('button', { name: strings.room.showMembers }).click();
  await ann.page.getByRole('dialog').waitFor();
  await takePictures(ann.page, 'members', [narrow, 768]);
  await ann.page.setViewportSize({ width: narrow, height: 740 });
  await ann.page.keyboard.press('Escape');
  await ann.page.getByRole('dialog').waitFor({ state: 'hidden' });
  await ann.page.setViewportSize({ width: 1280, height: 800 });
});

it('who types is shown to the others', async () => {
  for (const { page } of [ann, cleo]) {
    await expect
      .poll(async () => {
        await composer(bob.page).pressSequentially('hm '); // it is told only once in a few seconds
        return await page.getByText(strings.typing(['Bob'])).isVisible();
      }, within)
      .toBe(true);
  }
  await composer(bob.page).fill('');
});

it('what is unread is counted in the list and in the title', async () => {
  await createRoom(bob, 'Kitchen');
  await say(ann.page, 'Bob, are you there?');
  await say(cleo.page, 'He is in the kitchen');
  said += 2;
  const { page } = bob;
  await page.getByRole('img', { name: strings.rooms.unread(2) }).waitFor();
  await expect.poll(() => page.title(), within).toBe(`(2) Kitchen · ${strings.appName}`);
  await takePictures(page, 'unread', [1280]);
  await lookAt(bob, 'Garden');
  await page.getByTestId('new-divider').waitFor();
  await expect.poll(() => page.title(), within).toBe(`Garden · ${strings.appName}`);
  expect(await page.getByRole('img', { name: strings.rooms.unread(2) }).count()).toBe(0);
});

it('a room takes another name, for everybody', async () => {
  await roomMenu(ann.page, strings.room.rename);
  await ann.page.getByLabel(strings.dialog.roomName).fill('Greenhouse');
  await ann.page.getByRole('button', { name: strings.dialog.rename, exact: true }).click();
  for (const { page } of everyone())
    await page.getByRole('heading', { name: 'Greenhouse', level: 1 }).waitFor();
});

it('a closed tab comes back by its bookmark, without a code', async () => {
  const bookmark = bob.page.url();
  expect(bookmark).not.toContain('code=');
  await bob.page.close();
  await say(ann.page, 'While the tab was closed');
  said += 1;
  await bob.openTab(bookmark);
  await messageWith(bob.page, 'While the tab was closed').waitFor();
  await sayToAll(bob, 'I am back');
});

it('after a restart of the proxy the old page asks for a new address, and works with one', async () => {
  const before = bob.origin;
  bob.watch.allow(proxyIsAway);
  await bob.restartProxy();
  expect(bob.origin).toBe(before);
  await bob.page.getByText(strings.needsCode.title).waitFor();
  await takePictures(bob.page, 'needsCode');
  await bob.page.goto(bob.address);
  await bob.page.getByTestId('composer').waitFor();
  await lookAt(bob, 'Greenhouse');
  await sayToAll(bob, 'New proxy, same me');
  await sayToAll(ann, 'We see you');
});

it('while the relay is away a banner says so and messages wait; they arrive when it is back', async () => {
  await relay.kill();
  await ann.page.getByTestId('banner').waitFor();
  await say(ann.page, 'Said into the silence');
  said += 1;
  await messageWith(ann.page, 'Said into the silence')
    .filter({ has: ann.page.locator('[data-delivery="saved"]') })
    .waitFor();
  await ann.page
    .getByTestId('banner')
    .filter({ hasText: strings.banner.queued(1) })
    .waitFor();
  await takePictures(ann.page, 'offline');
  expect(await messageWith(bob.page, 'Said into the silence').count()).toBe(0);
  relay = await startOtr(relayArgs);
  for (const { page } of [bob, cleo]) await messageWith(page, 'Said into the silence').waitFor();
  await ann.page.getByTestId('banner').waitFor({ state: 'hidden' });
  await messageWith(ann.page, 'Said into the silence')
    .filter({ has: ann.page.locator('[data-delivery="all"]') })
    .waitFor();
  await sayToAll(cleo, 'And now we hear you');
});

it('[L1] [M13] everyone has every message once and in one order, in the page and for scripts', async () => {
  const first = await shownMessages(ann.page);
  expect(first).toHaveLength(said);
  expect(new Set(first).size).toBe(said);
  for (const person of everyone()) {
    expect(openRoom(person.page)).toBe(garden);
    expect(await shownMessages(person.page)).toEqual(first);
    const { status, stderr, lines } = await otr(['read', garden, '--profile', person.profile, '--json']);
    const ids = lines.map(({ id }) => id);
    // The notices of the room are on standard error: where a message is missing, it says why.
    expect({ status, stderr, ids }).toEqual({
      status: 0,
      stderr: expect.stringContaining('joined'),
      ids: first,
    });
  }
});

it('who leaves is gone for the others, and the room is gone for him', async () => {
  await roomMenu(cleo.page, strings.room.leave);
  await cleo.page.getByRole('dialog').waitFor();
  await takePictures(cleo.page, 'leave', [360, 1280]);
  await cleo.page.getByRole('button', { name: strings.dialog.leave, exact: true }).click();
  await cleo.page.getByText(strings.rooms.none).waitFor();
  for (const { page } of [ann, bob]) {
    await allAreThere(page, 2);
    await page.getByTestId('notice-row').filter({ hasText: 'Cleo left' }).waitFor();
  }
  await say(ann.page, 'Two of us');
  await messageWith(bob.page, 'Two of us').waitFor();
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  for (const { watch, origin } of everyone()) {
    expect(watch.problems()).toEqual([]);
    expect(watch.requests).toContain(`${origin}/favicon.svg`);
    expect(watch.requests.some((address) => address.startsWith('ws://'))).toBe(true);
  }
});
