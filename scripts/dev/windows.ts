import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../setup/chromium.mjs';

/** One browser window a person, each with its own storage. Undefined where no window can be opened. */
export async function openWindows() {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  // As root Chromium runs without its sandbox or not at all: a developer's container.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, headless: false, args }).catch(() => undefined);
  if (browser === undefined) return undefined;
  const pages = new Map<string, Page>();
  return {
    async show(person: string, address: string): Promise<void> {
      const page = pages.get(person) ?? (await openWindow(browser));
      pages.set(person, page);
      // Two addresses of one page differ in the fragment only; without this detour nothing would be loaded.
      await page.goto('about:blank');
      await page.goto(address);
    },
    close: () => browser.close(),
  };
}

async function openWindow(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: null });
  return context.newPage();
}
