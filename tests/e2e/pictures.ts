import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { settled } from './acts.ts';

export const widths = [360, 768, 1280, 1920] as const;
export const schemes = ['light', 'dark'] as const;
export const narrow = 360;
export const wide = 1280;

const folder = join(repositoryRoot, 'build', 'screenshots');

export async function showAt(page: Page, width: number, scheme: 'light' | 'dark'): Promise<void> {
  await page.setViewportSize({ width, height: width < 700 ? 740 : 800 });
  await page.emulateMedia({ colorScheme: scheme });
  await settled(page);
}

/**
 * The state that the page is in, at each width: nothing sticks out of it. With the variable PICTURES set, pictures of
 * it, light and dark, go into build/screenshots for people to look at; they take half of the time of these tests.
 */
export async function takePictures(page: Page, state: string, at: readonly number[] = widths): Promise<void> {
  for (const width of at) {
    await showAt(page, width, 'light');
    expect(await page.evaluate(sticksOut), `${state} at ${width}`).toEqual([]);
    if (process.env['PICTURES'] === undefined) continue;
    for (const scheme of schemes) {
      await showAt(page, width, scheme);
      await page.screenshot({ path: join(folder, `${state}-${width}-${scheme}.png`) });
    }
  }
  await showAt(page, wide, 'light');
}

/** The page and its dialogs, where they are wider than the screen or their content is wider than they are. */
function sticksOut(): string[] {
  const boxes = [document.documentElement, ...document.querySelectorAll('[role="dialog"]')];
  const isOut = (box: Element) => {
    const { left, right } = box.getBoundingClientRect();
    return left < 0 || right > innerWidth || box.scrollWidth > box.clientWidth;
  };
  return boxes.filter(isOut).map((box) => `${box.tagName}.${box.className} ${box.scrollWidth}`);
}
