import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { axeViolations } from '../../packages/ui/test/axe.ts';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  closeDialog,
  copyInvite,
  detailsTab,
  joinByPasting,
  lookAt,
  messageWith,
  openInvite,
  say,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, schemes, showAt, wide } from './pictures.ts';

const folder = temporaryFolder();

let browser: Browser;
let relay: Running;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  ann = await Person.arrive({ ...all, name: 'Ann', named: false });
  bob = await Person.arrive({ ...all, name: 'Bob' });
});

afterAll(async () => {
  await Promise.all([ann, bob].map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

/** What axe finds in the page's state, narrow and wide, light and dark. */
async function violations(page: Page, widths: readonly number[] = [narrow, wide]): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    for (const scheme of schemes) {
      await showAt(page, width, scheme);
      const here = await axeViolations(page);
      found.push(...here.map((violation) => `${width} ${scheme}: ${violation}`));
    }
  }
  await showAt(page, wide, 'light');
  return found;
}

it('the keyboard alone leads through the first run, a room, a message, and out of dialogs', async () => {
  const { page } = ann;
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const tabTo = async (name: string | RegExp) => {
    const wanted = page.getByRole('button', { name }).first();
    for (let presses = 0; presses < 40; presses += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await keyboard.press('Tab');
    }
    throw new Error(`Tab does not lead to ${name}`);
  };

  await page.getByLabel(strings.welcome.label).waitFor();
  expect(await violations(page)).toEqual([]);
  await keyboard.type('Ann');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: strings.welcome.greeting('Ann') }).waitFor();
  expect(await violations(page)).toEqual([]);

  await tabTo(strings.rooms.create);
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: strings.dialog.createTitle }).waitFor();
  expect(await violations(page)).toEqual([]);
  await keyboard.type('Garden');
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: strings.dialog.inviteTitle('Garden') }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  await keyboard.press('Escape');
  await expect.poll(focused).toBe(strings.composer.label('Garden'));
  await keyboard.type('By keyboard');
  await keyboard.press('Enter');
  await messageWith(page, 'By keyboard').waitFor();

  const taskBar = page.getByTestId('task-bar');
  await keyboard.press('ArrowUp');
  await taskBar.getByText(strings.composer.editing).waitFor();
  await keyboard.type(' alone');
  await keyboard.press('Enter');
  await messageWith(page, 'By keyboard alone').waitFor();
  await taskBar.waitFor({ state: 'hidden' });

  await keyboard.press('PageUp');
  await expect.poll(focused).toMatch(/^You, /);
  await keyboard.press('r');
  await taskBar.getByText(strings.composer.replyToYourself).waitFor();
  await expect.poll(focused).toBe(strings.composer.label('Garden'));
  await keyboard.press('Escape');
  await taskBar.waitFor({ state: 'hidden' });

  await keyboard.press('PageUp');
  await expect.poll(focused).toMatch(/^You, /);
  await keyboard.press('+');
  await page.getByRole('button', { name: 'Thumbs up', exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await keyboard.press('Enter');
  await messageWith(page, 'By keyboard alone').locator('.reaction').filter({ hasText: '👍1' }).waitFor();
  await expect.poll(focused).toMatch(/^You, /);
  await keyboard.press('Enter');
  await page.getByRole('menuitem', { name: strings.message.quote }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'hidden' });

  for (const opener of [strings.room.invite, /Settings$/, strings.shortcuts.open]) {
    await page.getByRole('button', { name: opener }).first().focus();
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const holdsFocus = () => dialog.evaluate((element) => element.contains(document.activeElement));
    await expect.poll(holdsFocus).toBe(true);
    await keyboard.press('Shift+Tab');
    await expect.poll(holdsFocus).toBe(true); // guards around the dialog hand the focus back
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    const isBack = () =>
      page
        .getByRole('button', { name: opener })
        .first()
        .evaluate((element) => element === document.activeElement);
    await expect.poll(isBack, { message: `focus back at ${opener}` }).toBe(true);
  }
});

it('axe finds nothing in a room with talk, its menus and its dialogs', async () => {
  const { page } = ann;
  await copyInvite(ann);
  await joinByPasting(bob, 'Garden');
  await say(
    bob.page,
    '# A title\n\nWith **bold**, `code`, a [link](https://example.org)\n\n```js\n1 + 1\n```\n\n> quoted\n\n|a|b|\n|-|-|\n|1|2|',
  );
  await messageWith(page, 'With bold').waitFor();
  expect(await violations(page)).toEqual([]);

  await openInvite(page);
  expect(await violations(page)).toEqual([]);
  await closeDialog(page);

  await page.getByRole('button', { name: strings.room.actions }).click();
  await page.getByRole('menu').waitFor();
  expect(await violations(page, [wide])).toEqual([]);
  await page.keyboard.press('Escape');

  await showAt(page, narrow, 'light');
  await page.getByRole('button', { name: strings.room.showMembers }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page, [narrow])).toEqual([]);
  await showAt(page, narrow, 'light');
  await closeDialog(page);
  await page.getByRole('button', { name: strings.room.back }).click();
  await page.getByTestId('room-list').waitFor();
  expect(await violations(page, [narrow])).toEqual([]);
});

it('axe finds nothing beside the room, in its settings and in a search', async () => {
  const { page } = ann;
  await lookAt(page, 'Garden');
  for (const tab of ['invites', 'room'] as const) {
    const details = await detailsTab(page, tab);
    await details.getByText(tab === 'room' ? strings.details.keys : strings.invites.explain).waitFor();
    expect(await violations(page, [wide])).toEqual([]);
  }
  await detailsTab(page, 'invites');
  await page.getByRole('button', { name: strings.invites.create, exact: true }).click();
  await page.getByRole('dialog').getByText(strings.invites.uses).waitFor();
  expect(await violations(page)).toEqual([]);
  await closeDialog(page);
  await detailsTab(page, 'members');
  await page.keyboard.press('ControlOrMeta+Shift+F');
  await page.getByLabel(strings.search.label).fill('bold');
  await page.getByTestId('search-hit').waitFor();
  expect(await violations(page)).toEqual([]);
  await closeDialog(page);
});

it('axe finds nothing while the relay is away, nor on the page without a code', async () => {
  const { page } = bob;
  await relay.kill();
  await page.getByTestId('banner').waitFor();
  await say(page, 'Queued');
  await messageWith(page, 'Queued').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByText(strings.needsCode.title).waitFor();
  expect(await violations(page)).toEqual([]);
});

it('axe does find a fault in the same page (negative control)', async () => {
  await bob.page.evaluate(() => document.body.append(document.createElement('button')));
  expect((await axeViolations(bob.page)).join()).toContain('button-name');
});
