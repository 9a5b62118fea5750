import { strings } from '../src/strings.ts';
import { type Check, fromEnd, hashOf, idle, topOf } from './check.ts';
import { idOf } from './fixtures.ts';
import { bigSize } from './rooms.ts';

/** Scrolling, writing, dialogs and keys. */
export const timelineChecks: readonly Check[] = [
  [
    'opens at the end',
    hashOf('big'),
    async (page) => {
      await page.getByText(`Message ${bigSize}`, { exact: true }).last().waitFor();
      await idle(page);
      const distance = await fromEnd(page);
      return distance > 1 ? `${distance} px from the end` : undefined;
    },
  ],
  [
    'stays at the end when a message comes',
    hashOf('lively'),
    async (page, { chat }) => {
      await page.getByTestId('message').last().waitFor();
      await idle(page);
      chat.receive(idOf('lively', 16), 'Ana Lima', 'A **new** one\n\n```js\n1 + 1\n```');
      await page.getByTestId('timeline').locator('pre').last().getByText('+ 1').waitFor();
      await idle(page);
      const distance = await fromEnd(page);
      const said = await page.getByTestId('announcer').textContent();
      if (!said?.startsWith('Ana Lima: A **new** one')) return `announced: ${said}`;
      return distance > 1 ? `${distance} px from the end` : undefined;
    },
  ],
  [
    'stays in place when a message comes while reading above, and says how many',
    hashOf('big'),
    async (page, { chat }) => {
      await page.getByText(`Message ${bigSize}`, { exact: true }).last().waitFor();
      await idle(page);
      await page.getByTestId('timeline').hover();
      await page.mouse.wheel(0, -1500);
      await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
      await idle(page);
      const before = await page.getByTestId('timeline').evaluate((element) => element.scrollTop);
      chat.receive(idOf('big', 16), 'Ana Lima', 'Another');
      await page.getByRole('button', { name: '1 new message, jump to latest' }).waitFor();
      await idle(page);
      const after = await page.getByTestId('timeline').evaluate((element) => element.scrollTop);
      if (Math.abs(after - before) > 1) return `moved by ${after - before} px`;
      await page.getByRole('button', { name: /jump to latest/ }).click();
      await page.getByText('Another', { exact: true }).waitFor();
      await idle(page);
      const distance = await fromEnd(page);
      return distance > 1 ? `after the jump ${distance} px from the end` : undefined;
    },
  ],
  [
    'keeps its place when older rows are put before',
    `${hashOf('big')}/${idOf(`${idOf('big', 16)} 20000`, 16)}`,
    async (page) => {
      const target = idOf(`${idOf('big', 16)} 20000`, 16);
      await page.locator(`[data-message-id="${target}"]`).waitFor();
      await idle(page);
      const timeline = page.getByTestId('timeline');
      let worst = 0;
      for (let step = 0; step < 25; step += 1) {
        const first = await timeline.evaluate((element) => {
          const top = element.getBoundingClientRect().top;
          const seen = [...element.querySelectorAll<HTMLElement>('[data-message-id]')].find(
            (row) => row.getBoundingClientRect().top > top + 100,
          );
          return {
            id: seen?.dataset['messageId'] ?? '',
            top: Math.round(seen?.getBoundingClientRect().top ?? 0),
          };
        });
        await timeline.hover();
        await page.mouse.wheel(0, -400);
        await idle(page);
        if ((await page.locator(`[data-message-id="${first.id}"]`).count()) === 0) continue;
        worst = Math.max(worst, Math.abs((await topOf(page, first.id)) - first.top - 400));
      }
      return worst > 2 ? `off by ${worst} px` : undefined;
    },
  ],
  [
    'scrolls through thousands of rows without long frames',
    hashOf('big'),
    async (page) => {
      await page.getByText(`Message ${bigSize}`, { exact: true }).last().waitFor();
      await page.evaluate(() => {
        const frames: number[] = [];
        let last = performance.now();
        const tick = (now: number) => {
          frames.push(now - last);
          last = now;
          requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
        Object.assign(window, { frames });
      });
      await page.getByTestId('timeline').hover();
      for (let step = 0; step < 120; step += 1) await page.mouse.wheel(0, -700);
      const frames: number[] = (await page.evaluate('window.frames')) as number[];
      const shown = await page.getByTestId('message').count();
      const sorted = frames.toSorted((a, b) => a - b);
      const p95 = Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0);
      console.log(
        `     ${frames.length} frames, p95 ${p95} ms, worst ${Math.round(sorted.at(-1) ?? 0)} ms, ${shown} rows in the page`,
      );
      return shown > 200 ? `${shown} rows in the page at once` : undefined;
    },
  ],
  [
    'opens at the message of a link',
    `${hashOf('big')}/${idOf(`${idOf('big', 16)} 20000`, 16)}`,
    async (page) => {
      const target = page.locator(`[data-message-id="${idOf(`${idOf('big', 16)} 20000`, 16)}"]`);
      await target.waitFor();
      await idle(page);
      const box = await target.boundingBox();
      return box === null || box.y < 150 || box.y > 600 ? `at ${box?.y}` : undefined;
    },
  ],
  [
    'sends with Enter, breaks the line with Shift+Enter',
    hashOf('lively'),
    async (page) => {
      const composer = page.getByTestId('composer');
      await composer.click();
      await page.keyboard.type('one');
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.type('two');
      await page.keyboard.press('Enter');
      await page.getByTestId('timeline').getByText('one\ntwo').waitFor();
      await idle(page);
      if ((await composer.inputValue()) !== '') return 'the box is not empty';
      const distance = await fromEnd(page);
      return distance > 1 ? `${distance} px from the end` : undefined;
    },
  ],
  [
    'keeps a draft for each room',
    hashOf('lively'),
    async (page) => {
      await page.getByTestId('composer').fill('half a thought');
      await page.getByRole('button', { name: /^Book club/ }).click();
      await page.getByRole('heading', { name: 'Book club' }).waitFor();
      if ((await page.getByTestId('composer').inputValue()) !== '')
        return 'the draft follows into another room';
      await page.getByRole('button', { name: /^Kitchen table/ }).click();
      await page.getByRole('heading', { name: 'Kitchen table' }).waitFor();
      const draft = await page.getByTestId('composer').inputValue();
      return draft === 'half a thought' ? undefined : `found “${draft}”`;
    },
  ],
  [
    'works by keyboard: rooms, messages, menu, back',
    hashOf('lively'),
    async (page) => {
      await page.getByTestId('message').last().waitFor();
      await page.getByTestId('composer').focus();
      await page.keyboard.press('PageUp');
      await page.keyboard.press('ArrowUp');
      const focused = () =>
        page.evaluate(
          () => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName,
        );
      if ((await focused()) !== 'message') return `↑ went to ${await focused()}`;
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Quote' }).waitFor();
      await page.keyboard.type('Quo');
      await page.keyboard.press('Enter');
      await idle(page);
      if (!(await page.getByTestId('composer').inputValue()).startsWith('> ')) return 'nothing was quoted';
      if ((await focused()) !== 'composer') return `after quoting at ${await focused()}`;
      await page.keyboard.press('Alt+ArrowDown');
      await page.getByRole('heading', { name: 'Everything since 2021' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('book c');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Book club' }).waitFor();
      await idle(page);
      return (await focused()) === 'composer' ? undefined : `after the switcher at ${await focused()}`;
    },
  ],
  [
    'leaves a room and shows the next one',
    hashOf('lively'),
    async (page) => {
      await page.getByRole('button', { name: 'Room actions' }).click();
      await page.getByRole('menuitem', { name: 'Leave room…' }).click();
      await page.getByRole('button', { name: 'Leave room', exact: true }).click();
      await page.getByRole('heading', { name: 'Harbour trip' }).waitFor();
      const left = await page.getByTestId('room-list').getByText('Kitchen table').count();
      return left === 0 ? undefined : 'the room is still in the list';
    },
  ],
  [
    'shows the beginning of a very long message, and all of it when asked',
    hashOf('lively'),
    async (page, { chat }) => {
      await page.getByTestId('message').last().waitFor();
      const lines = Array.from({ length: 300 }, (_, line) => `line ${line}`);
      chat.receive(idOf('lively', 16), 'Ana Lima', lines.join('\n'));
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.getByRole('button', { name: 'Show less' }).waitFor();
      const height = (await page.getByTestId('message').last().boundingBox())?.height ?? 0;
      return height > 3_000 ? undefined : `${height} px high`;
    },
  ],
  [
    'gives the focus back when a dialog closes',
    hashOf('lively'),
    async (page) => {
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      return label === 'Invite' ? undefined : `focus is at ${label}`;
    },
  ],
  [
    'counts what is unread in the title',
    hashOf('lively'),
    async (page, { chat }) => {
      chat.receive(idOf('empty', 16), 'Ana Lima', 'Psst');
      await page.waitForFunction(() => document.title.startsWith('(13)'));
      await page.getByRole('img', { name: '1 unread message' }).waitFor();
      return undefined;
    },
  ],
  [
    'joins with Enter; a wrong link is refused in the dialog, which keeps the focus',
    hashOf('lively'),
    async (page) => {
      await page.getByRole('button', { name: strings.rooms.joinByLink }).click();
      await page.getByLabel(strings.dialog.joinLabel).fill('otr:nonsense');
      await page.getByRole('button', { name: strings.dialog.join, exact: true }).click();
      await page.getByText('This is not an invite link').waitFor();
      await idle(page);
      const focused = await page.evaluate(() => document.activeElement?.tagName);
      await page.keyboard.press('Enter');
      await idle(page);
      const text = await page.getByLabel(strings.dialog.joinLabel).inputValue();
      return focused === 'TEXTAREA' && text === 'otr:nonsense' ? undefined : `at ${focused}, “${text}”`;
    },
  ],
  [
    'makes a room and shows its invite',
    hashOf('lively'),
    async (page) => {
      await page.getByRole('button', { name: 'New room' }).click();
      await page.getByLabel('Name of the room').fill('Garden');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: strings.dialog.inviteTitle('Garden') }).waitFor();
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await idle(page);
      await page.keyboard.press('Control+v');
      const text = await page.getByTestId('composer').inputValue();
      return text.startsWith('otr:') ? undefined : `copied ${text}`;
    },
  ],
];
