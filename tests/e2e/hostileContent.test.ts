import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { allAreThere, messages, settled, shownMessages } from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, showAt, takePictures, wide } from './pictures.ts';
import { startTrustingServer, type WebServer } from './servers.ts';
import { watchContext } from './watch.ts';

const folder = temporaryFolder();
const htmlName = '<img src=x onerror=pwned=1>';
const htmlRoom = '</title><script>pwned=1</script>';

let browser: Browser;
let relay: Running;
/** Sends. */
let mallory: Person;
/** Sees. */
let bob: Person;
let tracker: WebServer;
let room = '';

/** Written by somebody who wants to break the page of whoever reads it. `<tracker>` stands for a server of his. */
const texts: Record<string, string> = {
  'script tag': '<script>pwned = 1</script> <script src="<tracker>/script.js"></script>',
  'event handler': '<img src=x onerror="pwned=1"> <svg onload="pwned=1"> <body onload=pwned=1>',
  'script links':
    '[click](javascript:pwned=1) [b](JaVaScRiPt:pwned=1) [c](&#106;avascript:pwned=1) <javascript:pwned=1>',
  'data links':
    '[click](data:text/html,<script>pwned=1</script>) [v](vbscript:pwned=1) [f](file:///etc/passwd)',
  'remote image': '![seen](<tracker>/image.svg) <img src="<tracker>/image.svg"> ![x](//evil.example/x.png)',
  'reference image': '![seen][1]\n\n[1]: <tracker>/image.svg "title"',
  'embedded things':
    '<iframe src="<tracker>/"></iframe><object data="<tracker>/"></object><embed src="<tracker>/">',
  'style and form':
    '<style>* { display: none }</style><form action="<tracker>/"><input name=a autofocus onfocus=pwned=1>',
  'base and meta':
    '<base href="<tracker>/"><meta http-equiv="refresh" content="0;url=<tracker>/"><link rel=stylesheet href="<tracker>/a.css">',
  'code with an evil language':
    '```"><script>pwned=1</script>\n1\n```\n\n```js onload=pwned=1\nalert(1)\n```',
  autolinks: 'https://example.org/"onmouseover="pwned=1 www.example.org/<script>pwned=1</script>',
  'deep quotes': `${'>'.repeat(2_000)} deep`,
  'deep lists': Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth * 2)}- item`).join('\n'),
  'many signs': '*_~`['.repeat(4_000),
  'unclosed brackets': `${'['.repeat(5_000)}x${'](y'.repeat(2_000)}`,
  'wide table': `|${'a|'.repeat(300)}\n|${'-|'.repeat(300)}\n|${'wide |'.repeat(300)}`,
  footnotes: 'text[^1]\n\n[^1]: <script>pwned=1</script> [x](javascript:pwned=1)',
  'bidi controls': 'safe \u202Etxt.exe\u202C \u2066inside\u2069 \u200Fright\u200E \u202Dnever closed',
  zalgo: `Z${'\u0300\u0301\u0302\u0303\u0304\u0305\u0306'.repeat(60)}a${'\u0323\u0324\u0325'.repeat(80)}lgo`,
  'one long word': 'w'.repeat(4_000),
  'long address': `https://example.org/${'a'.repeat(3_000)}`,
  '64 KiB': `Big. ${'x y '.repeat(16_382)}`,
  'line breaks': `top${'\n'.repeat(3_000)}bottom`,
  controls: 'a\u0000b\u0007c\u001B[31md\u2028e\uFEFFf',
  'heading and ids': '# <a id="root" name="root">x</a>\n\n<div id="root">y</div>\n\n[to](#root)',
};

beforeAll(async () => {
  browser = await launchBrowser();
  tracker = await startTrustingServer();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  mallory = await Person.arrive({ ...all, name: htmlName });
  bob = await Person.arrive({ ...all, name: 'Bob' });
  ({ room } = await mallory.ask('createRoom', { name: htmlRoom }));
  const { link } = await mallory.ask('invite', { room });
  await bob.ask('joinRoom', { link });
  for (const { page, origin } of [mallory, bob]) {
    await page.goto(`${origin}/#/room/${room}`);
    await allAreThere(page, 2);
  }
  await showAt(mallory.page, narrow, 'light');
});

afterAll(async () => {
  await Promise.all([mallory, bob].map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  tracker?.close();
  folder.remove();
});

/** What of the page's frame is not where it belongs. */
async function brokenLayout(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`page is ${root.scrollWidth} wide`);
    if (root.scrollHeight > root.clientHeight) found.push(`page is ${root.scrollHeight} high`);
    const timeline = document.querySelector<HTMLElement>('[data-testid="timeline"]');
    if (timeline === null) return ['no timeline'];
    if (timeline.scrollWidth > timeline.clientWidth) found.push(`timeline is ${timeline.scrollWidth} wide`);
    const frame = timeline.getBoundingClientRect();
    for (const bubble of timeline.querySelectorAll('.bubble')) {
      const { left, right } = bubble.getBoundingClientRect();
      const isOutside = left < frame.left - 1 || right > frame.right + 1;
      if (isOutside) found.push(`bubble sticks out: ${bubble.textContent.slice(0, 40)}`);
    }
    const composer = document.querySelector('[data-testid="composer"]')?.getBoundingClientRect();
    if (composer === undefined || composer.bottom > innerHeight || composer.width < 100)
      found.push('composer is not in place');
    return found;
  });
}

const isPwned = (page: Page) =>
  page.evaluate(() => (window as unknown as Record<string, unknown>)['pwned'] !== undefined);

it.each(Object.entries(texts))('%s: shown, and nothing else happens', async (_what, text) => {
  const id = randomBytes(16).toString('base64url');
  const filled = text.replaceAll('<tracker>', `http://127.0.0.1:${tracker.port}`);
  await mallory.ask('sendMessage', { room, id, text: filled });
  for (const { page } of [mallory, bob]) {
    await page.locator(`[data-message-id="${id}"]`).waitFor();
    await settled(page);
    const message = page.locator(`[data-message-id="${id}"]`);
    expect(
      await message
        .locator('script, iframe, img, object, embed, style, form, input, base, meta, link')
        .count(),
    ).toBe(0);
    const links = await message
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(links.filter((href) => !/^(?:https?|mailto):/.test(href))).toEqual([]);
    expect(await brokenLayout(page)).toEqual([]);
  }
});

it('the frame of the page stays whole at the other width too, wherever one scrolls', async () => {
  await showAt(mallory.page, wide, 'light');
  await showAt(bob.page, narrow, 'light');
  for (const { page } of [mallory, bob]) {
    const timeline = page.getByTestId('timeline');
    await timeline.evaluate((element) => {
      element.scrollTop = 0;
    });
    for (;;) {
      await settled(page);
      expect(await brokenLayout(page)).toEqual([]);
      const isAtEnd = await timeline.evaluate((element) => {
        element.scrollTop += element.clientHeight;
        return element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
      });
      if (isAtEnd) break;
    }
  }
});

it('stacked marks stay inside their own bubble', async () => {
  const { page } = bob;
  await showAt(page, wide, 'light');
  const id = randomBytes(16).toString('base64url');
  await mallory.ask('sendMessage', { room, id, text: texts['zalgo'] ?? '' });
  const bubble = page.locator(`[data-message-id="${id}"] .bubble`);
  await bubble.waitFor();
  const strip = async () => {
    const timeline = await page.getByTestId('timeline').boundingBox();
    const box = await bubble.boundingBox();
    if (timeline === null || box === null) throw new Error('not on screen');
    const y = Math.ceil(box.y + box.height) + 1;
    return { x: box.x, y, width: box.width, height: timeline.y + timeline.height - y };
  };
  const style = (name: string, value: string) =>
    bubble.evaluate((element, [key, to]) => element.style.setProperty(key, to), [name, value] as const);
  /** Whether the text leaves traces below its bubble: whether that looks otherwise without it. */
  const leavesTraces = async () => {
    await settled(page);
    const clip = await strip();
    const shown = await page.screenshot({ clip });
    await style('visibility', 'hidden');
    const hidden = await page.screenshot({ clip });
    await style('visibility', 'visible');
    return !shown.equals(hidden);
  };
  await expect.poll(leavesTraces).toBe(false);
  await style('overflow', 'visible');
  await expect.poll(leavesTraces).toBe(true); // negative control
});

it('the look at the layout does see what sticks out (negative control)', async () => {
  const bubble = bob.page.locator('.bubble').last();
  await bubble.evaluate((element) => element.style.setProperty('min-width', '3000px'));
  expect((await brokenLayout(bob.page)).join()).toContain('sticks out');
  await bubble.evaluate((element) => element.style.removeProperty('min-width'));
  await showAt(bob.page, wide, 'light');
});

it('names of people and rooms are text and nothing more', async () => {
  const { page } = bob;
  await page.getByRole('heading', { name: htmlRoom, exact: true, level: 1 }).waitFor();
  await page.getByTestId('member-list').getByText(htmlName, { exact: true }).waitFor();
  await expect.poll(() => page.title()).toContain(htmlRoom);
});

it('nothing was executed, nobody was asked, the policy was not even tried', async () => {
  for (const person of [mallory, bob]) {
    expect(await shownMessages(person.page)).toHaveLength(Object.keys(texts).length + 1);
    expect(await isPwned(person.page)).toBe(false);
    expect(person.watch.problems()).toEqual([]);
  }
  expect(tracker.visits).toEqual([]);
  await takePictures(bob.page, 'hostile', [narrow, wide]);
});

it('the watch does see what a page should not do (negative control)', async () => {
  const context = await browser.newContext();
  const watch = await watchContext(context, () => bob.origin);
  const page = await context.newPage();
  await page.goto(`${bob.origin}/`);
  await page.evaluate((port) => {
    const image = document.createElement('img');
    image.src = `http://127.0.0.1:${port}/seen.svg`;
    document.body.append(image);
  }, tracker.port);
  await expect.poll(() => watch.problems().join()).toContain('policy violation: img-src');
  await page.goto(`http://127.0.0.1:${tracker.port}/`);
  await page.evaluate(() => document.write('<img src=x onerror="pwned=1"><script>alert(1)</script>'));
  await expect.poll(() => isPwned(page)).toBe(true);
  await expect.poll(() => watch.problems().join()).toContain('dialog');
  expect(watch.problems().join()).toContain('leaves the origin');
  expect(await messages(page).count()).toBe(0);
  await context.close();
});
