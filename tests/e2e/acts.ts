import type { Locator, Page } from 'playwright-core';
import { strings } from '../../packages/ui/src/strings.ts';
import type { Person } from './people.ts';

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

export const composer = (page: Page): Locator => page.getByTestId('composer');
export const messages = (page: Page): Locator => page.getByTestId('message');

/** The message whose text is, or contains, this. */
export function messageWith(page: Page, text: string): Locator {
  return messages(page).filter({ hasText: text }).last();
}

/** Creates a room in the page, and closes the invite that is then shown. Answers the room's id. */
export async function createRoom({ page }: Person, name: string): Promise<string> {
  await button(page, strings.rooms.create).first().click();
  await page.getByLabel(strings.dialog.roomName).fill(name);
  await button(page, strings.dialog.create).click();
  await page.getByRole('dialog', { name: strings.dialog.inviteTitle(name) }).waitFor();
  await closeDialog(page);
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
  return openRoom(page);
}

/** The id of the room that the address names. */
export function openRoom(page: Page): string {
  const room = /^#\/room\/([^/]+)/.exec(new URL(page.url()).hash)?.[1];
  if (room === undefined) throw new Error(`No room in ${page.url()}`);
  return room;
}

export async function openInvite(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog');
  if (!(await dialog.isVisible())) await button(page, strings.room.invite).click();
  await dialog.getByRole('img', { name: strings.dialog.inviteQr }).waitFor();
  return await dialog.getByLabel(strings.dialog.inviteLink).inputValue();
}

/** Puts the link on the clipboard, by the dialog's own button. */
export async function copyInvite({ page }: Person): Promise<string> {
  const link = await openInvite(page);
  await button(page, strings.dialog.copy).click();
  await button(page, strings.dialog.copied).waitFor();
  await closeDialog(page);
  return link;
}

/** Joins with the link that is on the clipboard. */
export async function joinByPasting({ page }: Person, roomName: string): Promise<void> {
  await page.getByRole('button', { name: strings.rooms.joinByLink }).first().click();
  await page.getByLabel(strings.dialog.joinLabel).focus();
  await page.keyboard.press('ControlOrMeta+V');
  await button(page, strings.dialog.join).click();
  await page.getByRole('heading', { name: roomName, exact: true, level: 1 }).waitFor();
}

export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export async function roomMenu(page: Page, item: string): Promise<void> {
  await button(page, strings.room.actions).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Waits until the frame after the next is on screen: what was to be laid out is. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
}

/** Ids of all messages of the open room, read off the page from its top to its bottom. */
export async function shownMessages(page: Page): Promise<string[]> {
  const timeline = page.getByTestId('timeline');
  return await timeline.evaluate(async (element) => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
    const shown = new Map<number, string>();
    const look = () => {
      for (const row of element.querySelectorAll<HTMLElement>('[data-index]')) {
        const id = row.querySelector<HTMLElement>('[data-message-id]')?.dataset['messageId'];
        if (id !== undefined) shown.set(Number(row.dataset['index']), id);
      }
    };
    element.scrollTop = 0;
    for (;;) {
      await frame();
      look();
      const { scrollTop, clientHeight, scrollHeight } = element;
      if (scrollTop + clientHeight >= scrollHeight - 1) break;
      element.scrollTop = scrollTop + clientHeight / 2;
    }
    return [...shown].sort(([a], [b]) => a - b).map(([, id]) => id);
  });
}

/** Asks to come in with this link; it may take a while until somebody answers. */
export async function askToJoin(page: Page, link: string): Promise<void> {
  await page.getByRole('button', { name: strings.rooms.joinByLink }).first().click();
  await page.getByLabel(strings.dialog.joinLabel).fill(link);
  await button(page, strings.dialog.join).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** Under the room's name: all so many are there. A sign of life that was lost is made good by the next, half a minute later. */
export async function allAreThere(page: Page, count: number): Promise<void> {
  await page.getByText(strings.room.people(count, count)).waitFor({ timeout: 60_000 });
}

/** Chooses a room in the list. */
export async function lookAt(page: Page, name: string): Promise<void> {
  await page.getByTestId('room-list').getByRole('button', { name }).click();
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
}

/** One of the tabs beside the open room. */
export async function detailsTab(page: Page, tab: keyof typeof strings.details.tabs): Promise<Locator> {
  const details = page.getByTestId('details');
  await details.getByRole('tab', { name: strings.details.tabs[tab], exact: true }).click();
  return details;
}

/** Makes an invite for one person in the page, and answers its link. */
export async function inviteOne(page: Page, { approval }: { approval: boolean }): Promise<string> {
  await detailsTab(page, 'invites');
  await button(page, strings.invites.create).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(strings.invites.usesChoices.one).check();
  await dialog.getByLabel(strings.invites.approval).setChecked(approval);
  await button(page, strings.invites.createDo).click();
  const link = await dialog.getByLabel(strings.dialog.inviteLink).inputValue();
  await closeDialog(page);
  return link;
}

/** What the page says beside the place to write, while the room is not simply open. */
export const stateNote = (page: Page): Locator => page.getByTestId('state-note');

/** What happened in the room, as its timeline says it. */
export function noticeWith(page: Page, text: string): Locator {
  return page.getByTestId('notice-row').filter({ hasText: text }).last();
}

/** Opens a message's menu and chooses from it. */
export async function choose(message: Locator, item: string): Promise<void> {
  await message.hover();
  await message.getByRole('button', { name: /^Actions for the message/ }).click();
  await message.page().getByRole('menuitem', { name: item, exact: true }).click();
}

/** Gives one of the emoji at hand, by the button beside the message. */
export async function reactTo(message: Locator, emojiName: string): Promise<void> {
  await message.hover();
  await message.getByRole('button', { name: strings.message.react, exact: true }).first().click();
  await message.page().getByRole('button', { name: emojiName, exact: true }).click();
}

/** Answers a message by the button beside it. */
export async function replyTo(message: Locator, text: string): Promise<void> {
  const page = message.page();
  await message.hover();
  await message.getByRole('button', { name: strings.message.reply, exact: true }).click();
  await page.getByTestId('task-bar').waitFor();
  await say(page, text);
}
