import type { Page } from 'playwright-core';
import { idOf } from './fixtures.ts';
import type { Harness } from './harness.ts';

/** One behaviour: answers what was wrong, or nothing. */
export type Check = [
  title: string,
  hash: string,
  run: (page: Page, harness: Harness) => Promise<string | undefined>,
];

export const hashOf = (seed: string) => `#/room/${idOf(seed, 16)}`;

/** Distance of the timeline's view from its end, in pixels. */
export const fromEnd = (page: Page) =>
  page
    .getByTestId('timeline')
    .evaluate((element) => Math.round(element.scrollHeight - element.scrollTop - element.clientHeight));

/** Distance of a message's top from the timeline's, in pixels. */
export const topOf = (page: Page, id: string) =>
  page
    .locator(`[data-message-id="${id}"]`)
    .evaluate((element) => Math.round(element.getBoundingClientRect().top));

export const idle = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 120))));
