/** Pictures of the main states, and what axe and the console say of them: `node packages/ui/test/screenshots.ts [folder] [filter,filter…]`. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { launchChromium, openPage, startHarness } from './harness.ts';
import { type State, states } from './states.ts';

const folder = process.argv[2] ?? join(tmpdir(), 'otr-screenshots');
const filters = (process.argv[3] ?? '').split(',');
const widths = [360, 768, 1280, 1920] as const;
const schemes = ['light', 'dark'] as const;

async function take(
  browser: Browser,
  state: State,
  width: number,
  scheme: 'light' | 'dark',
): Promise<string[]> {
  const harness = await startHarness(state.rooms?.(), state.name === undefined ? undefined : state.name);
  const context = await browser.newContext({
    viewport: { width, height: width < 700 ? 740 : 800 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-write', 'clipboard-read', 'camera'],
  });
  const problems: string[] = [];
  const page = await openPage(context, harness, state.hash ?? '', problems);
  await state.act?.(page, harness.chat);
  await page.waitForTimeout(350);
  await page.screenshot({ path: join(folder, `${state.title}-${width}-${scheme}.png`) });
  problems.push(...(await axeViolations(page)));
  await context.close();
  await harness.close();
  return problems;
}

await mkdir(folder, { recursive: true });
const browser = await launchChromium();
let found = 0;
for (const state of states.filter(({ title }) => filters.some((filter) => title.includes(filter)))) {
  for (const width of state.widths ?? widths) {
    for (const scheme of schemes) {
      const problems = await take(browser, state, width, scheme);
      found += problems.length;
      console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${state.title} ${width} ${scheme}`);
      for (const problem of problems) console.log(`  ${problem}`);
    }
  }
}
await browser.close();
console.log(`${found} problems; pictures in ${folder}`);
process.exitCode = found === 0 ? 0 : 1;
