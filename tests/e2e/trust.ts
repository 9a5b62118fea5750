import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { closeDialog } from './acts.ts';
import type { Person } from './people.ts';

type Way = keyof typeof strings.verify.tabs;

/** What is known of who somebody is, as the list of members says it; a button that leads to the ways to find out. */
export function memberTrust(page: Page, name: string): Locator {
  return page
    .getByTestId('member-list')
    .locator('.member')
    .filter({ has: page.getByText(name, { exact: true }) })
    .getByTestId('member-trust');
}

/** Waits until the list of members says so much of somebody. */
export async function knows(page: Page, name: string, trust: string): Promise<void> {
  await memberTrust(page, name)
    .and(page.locator(`[data-trust="${trust}"]`))
    .waitFor();
}

/** Opens what there is to know about somebody. */
export async function openVerify(page: Page, name: string): Promise<Locator> {
  await memberTrust(page, name).click();
  const dialog = page.getByTestId('verify');
  await dialog.waitFor();
  return dialog;
}

/** Opens one of the ways to verify somebody. */
export async function openWay(page: Page, name: string, way: Way): Promise<Locator> {
  const dialog = await openVerify(page, name);
  await dialog.getByRole('tab', { name: strings.verify.tabs[way], exact: true }).click();
  return dialog;
}

/** The dialog tells that somebody is verified; then it is closed. */
export async function isVerifiedInDialog(page: Page): Promise<void> {
  await page.locator('[data-testid="verify"][data-trust="verified"]').waitFor();
  await closeDialog(page);
}

/** The 60 digits and the pictures of an open dialog. */
export async function safetyNumberOn(dialog: Locator): Promise<{ digits: string; pictures: string[] }> {
  const digits = await dialog.getByTestId('safety-number').getAttribute('data-number');
  const pictures = await dialog.getByTestId('safety-emoji').getByRole('listitem').allInnerTexts();
  return { digits: digits ?? '', pictures };
}

/** A member's key in a room, as this person's proxy knows it. */
export async function memberKey(person: Person, room: string, name: string): Promise<string> {
  const { members } = await person.ask('getMembers', { room });
  const found = members.find((member) => member.name === name);
  if (found === undefined) throw new Error(`${name} is not in the room`);
  return found.key;
}

/** Takes back what `person` knows of `name`, so that the next way to verify begins anew. */
export async function takeBack(person: Person, room: string, name: string): Promise<void> {
  await person.ask('unverifyMember', { room, member: await memberKey(person, room, name) });
  await knows(person.page, name, 'unverified');
}

/** The words that the open dialog shows to be read aloud. */
export async function wordsToRead(page: Page): Promise<string[]> {
  const said = page.getByTestId('words-said').getByRole('listitem');
  await expect.poll(() => said.count()).toBe(3);
  return said.allInnerTexts();
}

/** Enters words that were heard, from the bar over the composer on. */
export async function enterWords(page: Page, words: readonly string[]): Promise<void> {
  await page.getByTestId('words-bar').getByRole('button', { name: strings.asks.wordsDo }).click();
  await page.getByLabel(strings.verify.wordsLabel).fill(words.join(' '));
  await page.getByRole('button', { name: strings.verify.wordsEnter, exact: true }).click();
}
