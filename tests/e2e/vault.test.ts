import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { axeViolations } from '../../packages/ui/test/axe.ts';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { copyInvite, createRoom, joinByPasting, lookAt, messageWith, say } from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { takePictures, wide } from './pictures.ts';
import { proxyIsAway } from './watch.ts';

const folder = temporaryFolder();
const passphrase = 'seven small snails sing';
/** Names and texts that a locked page must not know. */
const secrets = ['Wilhelmina', 'Orangery', 'Montgomery', 'under the third flowerpot', 'half a letter'];

let browser: Browser;
let relay: Running;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  ann = await Person.arrive({ ...all, name: 'Wilhelmina' });
  bob = await Person.arrive({ ...all, name: 'Montgomery' });
  ann.watch.allow(proxyIsAway);
  await createRoom(ann, 'Orangery');
  await copyInvite(ann);
  await joinByPasting(bob, 'Orangery');
  await say(bob.page, 'The key is under the third flowerpot');
  await messageWith(ann.page, 'under the third flowerpot').waitFor();
});

afterAll(async () => {
  await Promise.all([ann, bob].map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

/** Which of the secrets stand in the page: its elements, their values, its title, and what it has stored. */
async function secretsIn(page: Page): Promise<string[]> {
  const everything = await page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')].map((field) =>
      Reflect.get(field, 'value'),
    );
    const stored = [localStorage, sessionStorage].map((storage) => JSON.stringify({ ...storage }));
    return [document.documentElement.outerHTML, document.title, ...fields, ...stored].join('\n');
  });
  return secrets.filter((secret) => everything.includes(secret));
}

/** What the proxy tells the page from now on, as it comes over the wire. */
function listenIn(page: Page): () => string[] {
  let heard = '';
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      heard += payload.toString();
    }),
  );
  return () => secrets.filter((secret) => heard.includes(secret));
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Settings$/ }).click();
  await page.getByTestId('protection').waitFor();
}

const lockScreen = (page: Page) => page.getByRole('heading', { name: strings.vault.lockedTitle });

/** Types it and presses the button, as often as the pause after a wrong one asks for. */
async function unlock(page: Page, typed: string): Promise<void> {
  const soon = { timeout: 2_000 };
  await expect
    .poll(async () => {
      if (!(await lockScreen(page).isVisible())) return 'open';
      await page.getByLabel(strings.vault.passphrase).fill(typed, soon);
      await page.getByRole('button', { name: strings.vault.unlock, exact: true }).click(soon);
      await page.getByText(strings.vault.working).waitFor({ state: 'hidden', ...soon });
      return 'tried';
    })
    .toBe('open');
}

it('a passphrase is set in the page, once it was typed twice alike', async () => {
  const { page } = ann;
  await page.getByTestId('protect-hint').waitFor();
  await openSettings(page);
  await page.getByText(strings.vault.by.file).waitFor();
  await takePictures(page, 'settings');
  await page.getByRole('button', { name: strings.vault.set }).last().click();
  const dialog = page.getByRole('dialog', { name: strings.vault.dialogTitles.set });
  await dialog.getByLabel(strings.vault.next).fill(passphrase);
  await dialog.getByLabel(strings.vault.again).fill(`${passphrase}!`);
  await dialog.getByRole('button', { name: strings.vault.dialogDo.set, exact: true }).click();
  await dialog.getByText(strings.vault.differ).waitFor();
  await takePictures(page, 'passphrase');
  await dialog.getByLabel(strings.vault.again).fill(passphrase);
  await dialog.getByRole('button', { name: strings.vault.dialogDo.set, exact: true }).click();
  await page.getByText(strings.vault.done.set).waitFor();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByTestId('protect-hint').waitFor({ state: 'hidden' });
  expect(await ann.ask('getVault', {})).toMatchObject({ state: 'open', by: 'passphrase' });
});

it('locked, the page knows no name and no text any more, not even what was half written', async () => {
  const { page } = ann;
  await page.getByTestId('composer').fill('half a letter');
  expect(await secretsIn(page)).toEqual(secrets); // negative control: the look does find them
  await openSettings(page);
  await page.getByRole('button', { name: strings.vault.lockNow }).click();
  await lockScreen(page).waitFor();
  expect(await secretsIn(page)).toEqual([]);
  await takePictures(page, 'locked');
  expect(await axeViolations(page)).toEqual([]);
  expect(await ann.ask('getVault', {})).toMatchObject({ state: 'locked' });
});

it('a wrong passphrase does not open it, and is said to be wrong', async () => {
  const { page } = ann;
  await page.getByLabel(strings.vault.passphrase).fill('seven small snails swim');
  await page.getByRole('button', { name: strings.vault.unlock, exact: true }).click();
  await page.getByText(strings.vault.wrong).waitFor();
  await takePictures(page, 'wrongPassphrase', [wide]);
  expect(await lockScreen(page).isVisible()).toBe(true);
  expect(await secretsIn(page)).toEqual([]);
  expect(await ann.ask('getVault', {})).toMatchObject({ state: 'locked' });
});

it('what others say meanwhile waits; the right passphrase opens the history with it', async () => {
  const { page } = ann;
  await say(bob.page, 'Are you there?');
  await messageWith(bob.page, 'Are you there?').waitFor();
  await unlock(page, passphrase);
  await lookAt(page, 'Orangery');
  await messageWith(page, 'under the third flowerpot').waitFor();
  await messageWith(page, 'Are you there?').waitFor();
  await say(page, 'Now I am');
  await messageWith(bob.page, 'Now I am').waitFor();
});

it('a proxy that starts locked shows the lock screen first, and tells the page nothing before it is open', async () => {
  await ann.page.close();
  await ann.restartProxy();
  const page = await ann.context.newPage();
  ann.page = page;
  const heard = listenIn(page);
  await page.goto(ann.address);
  await lockScreen(page).waitFor();
  expect(await secretsIn(page)).toEqual([]);
  expect(heard()).toEqual([]);
  await unlock(page, passphrase);
  await lookAt(page, 'Orangery');
  await messageWith(page, 'Now I am').waitFor();
  expect(heard()).toEqual(expect.arrayContaining(['Wilhelmina', 'Orangery', 'Montgomery'])); // negative control
});

it('another tab of the same browser is locked and opened with the first', async () => {
  const first = ann.page;
  const second = await ann.openTab(`${ann.origin}/`);
  await lookAt(second, 'Orangery');
  await openSettings(first);
  await first.getByRole('button', { name: strings.vault.lockNow }).click();
  for (const page of [first, second]) {
    await lockScreen(page).waitFor();
    expect(await secretsIn(page)).toEqual([]);
  }
  await unlock(second, passphrase);
  for (const page of [first, second]) await page.getByTestId('room-list').getByText('Orangery').waitFor();
  await second.close();
  ann.page = first;
});

it('a changed passphrase counts, the former does not; without one the chat opens by itself', async () => {
  const { page } = ann;
  const next = 'eight slow slugs sleep';
  await openSettings(page);
  await page.getByRole('button', { name: strings.vault.change }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(strings.vault.current).fill(passphrase);
  await dialog.getByLabel(strings.vault.next).fill(next);
  await dialog.getByLabel(strings.vault.again).fill(next);
  await dialog.getByRole('button', { name: strings.vault.dialogDo.change, exact: true }).click();
  await page.getByText(strings.vault.done.change).waitFor();
  await openSettings(page);
  await page.getByRole('button', { name: strings.vault.lockNow }).click();
  await page.getByLabel(strings.vault.passphrase).fill(passphrase);
  await page.getByRole('button', { name: strings.vault.unlock, exact: true }).click();
  await page.getByText(strings.vault.wrong).waitFor();
  await unlock(page, next);

  await openSettings(page);
  await page.getByRole('button', { name: strings.vault.remove }).click();
  await dialog.getByLabel(strings.vault.current).fill(next);
  await dialog.getByLabel(strings.vault.keepChoices.file).check();
  await dialog.getByRole('button', { name: strings.vault.dialogDo.remove, exact: true }).click();
  await page.getByText(strings.vault.done.remove).waitFor();
  await ann.restartProxy();
  await ann.enterAgain();
  await lookAt(page, 'Orangery');
  await messageWith(page, 'under the third flowerpot').waitFor();
  expect(await lockScreen(page).count()).toBe(0);
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  for (const { watch } of [ann, bob]) expect(watch.problems()).toEqual([]);
});
