import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import { idOf, keyOf } from './fixtures.ts';
import type { Harness } from './harness.ts';

/** What the checks of verifying share: a room of two, and the dialog about the other one. */

const text = strings.verify;

export const pair = idOf('pair', 16);
export const ana = 'Ana Lima';
export const anaKey = keyOf(ana);

export const askedFor = ({ chat }: Harness, event: string) =>
  chat.asked.filter((request) => request.event === event).map(({ request }) => request);
export const lastAsked = (harness: Harness, event: string) => JSON.stringify(askedFor(harness, event).at(-1));

export const verifyDialog = (page: Page) => page.getByTestId('verify');

export async function openVerify(page: Page, way?: keyof typeof text.tabs): Promise<void> {
  await page.getByTestId('room-trust').click();
  if (way !== undefined) await page.getByRole('tab', { name: text.tabs[way] }).click();
}

export async function isVerified(page: Page): Promise<void> {
  await page.getByRole('dialog', { name: text.verifiedTitle(ana) }).waitFor();
  await page.locator('[data-testid="room-trust"][data-trust="verified"]').waitFor();
}
