import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { axeViolations } from '../../packages/ui/test/axe.ts';
import { otr, type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  closeDialog,
  composer,
  copyInvite,
  detailsTab,
  joinByPasting,
  lookAt,
  messageWith,
  openInvite,
  openRoom,
  say,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, schemes, showAt, wide } from './pictures.ts';
import { isVerifiedInDialog, knows, memberKey, memberTrust, openWay, takeBack } from './trust.ts';

const folder = temporaryFolder();

let browser: Browser;
let relay: Running;
let ann: Person;
let bob: Person;
/** The proxy of somebody else who is called Bob. */
let otherBob: Running | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  ann = await Person.arrive({ ...all, name: 'Ann', named: false });
  bob = await Person.arrive({ ...all, name: 'Bob' });
});

afterAll(async () => {
  await Promise.all([ann, bob].map((person) => person?.leaveForGood()));
  await otherBob?.stop();
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

type Look = readonly [width: number, scheme: (typeof schemes)[number]];

/** Both widths, both schemes: axe looks at colours, and those do not change with the width. */
const looks: readonly Look[] = [
  [narrow, 'light'],
  [wide, 'dark'],
];
const wideLooks: readonly Look[] = schemes.map((scheme) => [wide, scheme]);
const narrowLooks: readonly Look[] = schemes.map((scheme) => [narrow, scheme]);
const darkest: readonly Look[] = [[narrow, 'dark']];

/** What axe finds in the page's state, looked at so. */
async function violations(page: Page, at: readonly Look[] = looks): Promise<string[]> {
  const found: string[] = [];
  for (const [width, scheme] of at) {
    await showAt(page, width, scheme);
    const here = await axeViolations(page);
    found.push(...here.map((violation) => `${width} ${scheme}: ${violation}`));
  }
  await showAt(page, wide, 'light');
  return found;
}

/** Presses Tab until the focus is at `wanted`. */
async function tabTo(wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await wanted.page().keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}

const hasFocus = (wanted: Locator) => wanted.evaluate((element) => element === document.activeElement);

it('the keyboard alone leads through the first run, a room, a message, and out of dialogs', async () => {
  const { page } = ann;
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

  await page.getByLabel(strings.welcome.label).waitFor();
  expect(await violations(page)).toEqual([]);
  await keyboard.type('Ann');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: strings.welcome.greeting('Ann') }).waitFor();
  expect(await violations(page)).toEqual([]);

  await tabTo(page.getByRole('button', { name: strings.rooms.create }).first());
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
  expect(await violations(page, wideLooks)).toEqual([]);
  await page.keyboard.press('Escape');

  await showAt(page, narrow, 'light');
  await page.getByRole('button', { name: strings.room.showMembers }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page, narrowLooks)).toEqual([]);
  await showAt(page, narrow, 'light');
  await closeDialog(page);
  await page.getByRole('button', { name: strings.room.back }).click();
  await page.getByTestId('room-list').waitFor();
  expect(await violations(page, narrowLooks)).toEqual([]);
});

it('axe finds nothing beside the room, in its settings and in a search', async () => {
  const { page } = ann;
  await lookAt(page, 'Garden');
  for (const tab of ['invites', 'room'] as const) {
    const details = await detailsTab(page, tab);
    await details.getByText(tab === 'room' ? strings.details.keys : strings.invites.explain).waitFor();
    expect(await violations(page, wideLooks)).toEqual([]);
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

it('the keyboard alone verifies: by the number, and by three words that are entered', async () => {
  const { page } = ann;
  const { keyboard } = page;
  await knows(page, 'Bob', 'unverified');
  const opener = memberTrust(page, 'Bob');
  await tabTo(opener);
  await keyboard.press('Enter');
  const dialog = page.getByTestId('verify');
  const tab = (way: keyof typeof strings.verify.tabs) =>
    dialog.getByRole('tab', { name: strings.verify.tabs[way], exact: true });
  await tabTo(tab('compare'));
  for (const way of ['scan', 'words', 'compare'] as const) {
    await keyboard.press('ArrowRight');
    await expect.poll(() => hasFocus(tab(way))).toBe(true);
    await keyboard.press('Enter');
    await expect.poll(() => tab(way).getAttribute('aria-selected')).toBe('true');
  }
  await tabTo(dialog.getByRole('button', { name: strings.verify.same }));
  await keyboard.press('Enter');
  await isVerifiedInDialog(page); // Esc closes it
  await expect.poll(() => hasFocus(opener)).toBe(true);

  const room = openRoom(page);
  await takeBack(ann, room, 'Bob');
  const { words } = await bob.ask('startWords', { room, member: await memberKey(bob, room, 'Ann') });
  await tabTo(page.getByTestId('words-bar').getByRole('button', { name: strings.asks.wordsDo }));
  await keyboard.press('Enter');
  await expect.poll(() => hasFocus(page.getByLabel(strings.verify.wordsLabel))).toBe(true);
  await keyboard.type(words.join(' '));
  await keyboard.press('Enter');
  await isVerifiedInDialog(page);
  await knows(bob.page, 'Ann', 'verified');
});

it('the keyboard alone whispers', async () => {
  const { page } = ann;
  const { keyboard } = page;
  await tabTo(page.getByRole('button', { name: strings.whispers.choose, exact: true }));
  await keyboard.press('Enter');
  const picker = page.getByTestId('whisper-picker');
  await keyboard.type('bo');
  await tabTo(picker.getByRole('checkbox', { name: /Bob/ }));
  await keyboard.press('Space');
  expect(await violations(page)).toEqual([]);
  await keyboard.press('Escape');
  await picker.waitFor({ state: 'hidden' });
  await expect.poll(() => hasFocus(composer(page))).toBe(true);
  await keyboard.type('Psst');
  expect(await violations(page, darkest)).toEqual([]);
  await keyboard.press('Enter');
  await messageWith(bob.page, 'Psst').getByTestId('whisper-mark').waitFor();
  await keyboard.press('Escape');
  await page.getByTestId('whisper-bar').waitFor({ state: 'hidden' });
});

it('axe finds nothing in the ways to verify, verified and not, and where words are asked for', async () => {
  const { page } = ann;
  const room = openRoom(page);
  await memberTrust(page, 'Bob').click();
  await page.getByTestId('verify').waitFor();
  expect(await violations(page, darkest)).toEqual([]);
  await closeDialog(page);
  await takeBack(ann, room, 'Bob');
  for (const way of ['compare', 'scan', 'words'] as const) {
    await openWay(page, 'Bob', way);
    expect(await violations(page), way).toEqual([]);
    await closeDialog(page);
  }
  await openWay(page, 'Bob', 'compare');
  await page.getByRole('button', { name: strings.verify.different }).click();
  expect(await violations(page, darkest)).toEqual([]);
  await closeDialog(page);
  const withAnn = { room, member: await memberKey(bob, room, 'Ann') };
  await bob.ask('startWords', withAnn);
  await page.getByTestId('words-bar').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('words-bar').getByRole('button', { name: strings.asks.wordsDo }).click();
  await page.getByLabel(strings.verify.wordsLabel).waitFor();
  expect(await violations(page, darkest)).toEqual([]);
  await bob.ask('stopWords', withAnn);
  await page.getByTestId('words-ended').waitFor();
  expect(await violations(page, darkest)).toEqual([]);
  await closeDialog(page);
});

it('axe finds nothing where somebody came by an invite for one, and is not who was verified', async () => {
  const { page } = ann;
  const { keyboard } = page;
  const room = openRoom(page);
  await ann.ask('verifyMember', await numberOf(ann, room, 'Bob'));
  await knows(page, 'Bob', 'verified');
  const profile = `${folder.path}/otherBob`;
  const relayUrl = relay.ready['listening'] ?? '';
  otherBob = await startOtr(['up', '--relay', relayUrl, '--profile', profile, '--no-open', '--name', 'Bob']);
  const { link } = await ann.ask('createInvite', { room, uses: 1, expiresIn: null, approval: false });
  expect(await otr(['room', 'join', link, '--profile', profile])).toMatchObject({ status: 0 });
  await page.getByTestId('invited-bar').waitFor();
  const bar = page.getByTestId('changed-bar');
  await bar.waitFor();
  expect(await violations(page)).toEqual([]);
  await showAt(page, narrow, 'light');
  await page.getByTestId('room-trust').click();
  await page.getByTestId('verify').waitFor();
  expect(await violations(page, darkest)).toEqual([]);
  await closeDialog(page);
  // The decision, too, is within reach of the keyboard.
  await tabTo(bar.getByRole('button', { name: strings.asks.accept }));
  await keyboard.press('Enter');
  await bar.waitFor({ state: 'hidden' });
  await expect.poll(() => hasFocus(composer(page))).toBe(true);
});

/** What it takes to verify somebody by the number. */
async function numberOf(person: Person, room: string, name: string) {
  const member = await memberKey(person, room, name);
  const { number } = await person.ask('getSafetyNumber', { room, member });
  return { room, member, number };
}

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
