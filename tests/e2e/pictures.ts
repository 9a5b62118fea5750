import { join } from 'node:path';
import type { Page } from 'playwright-core';
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

/** The state that the page is in, at each width, light and dark, into build/screenshots. */
export async function takePictures(page: Page, state: string, at: readonly number[] = widths): Promise<void> {
  for (const width of at) {
    for (const scheme of schemes) {
      await showAt(page, width, scheme);
      await page.screenshot({ path: join(folder, `${state}-${width}-${scheme}.png`) });
    }
  }
  await showAt(page, wide, 'light');
}
