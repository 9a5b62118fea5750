import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import { type Check, fromEnd, hashOf, idle } from './check.ts';
import { idOf, keyOf, self } from './fixtures.ts';
import type { Harness } from './harness.ts';

const talk = idOf('talk', 16);
const text = strings.message;

const withText = (page: Page, said: string) => page.getByTestId('message').filter({ hasText: said }).last();
const composer = (page: Page) => page.getByTestId('composer');
const focusedId = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName);

const askedFor = ({ chat }: Harness, event: string) =>
  chat.asked.filter((request) => request.event === event).map(({ request }) => request);

/** Answers, edits, deletions, reactions and messages that vanish. */
export const messageChecks: readonly Check[] = [
  [
    'answers a message: its quote stands above the text, and leads to it',
    hashOf('talk'),
    async (page, harness) => {
      await withText(page, 'I bring the cake.').focus();
      await page.keyboard.press('r');
      await page.getByTestId('task-bar').getByText('Reply to Ana Lima').waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('Chocolate?');
      await page.keyboard.press('Enter');
      const sent = withText(page, 'Chocolate?');
      await sent.getByTestId('reply-quote').getByText('I bring the cake.').waitFor();
      if ((await page.getByTestId('task-bar').count()) > 0) return 'the bar is still there';
      const [request] = askedFor(harness, 'sendMessage');
      if (!('replyTo' in (request ?? {}))) return `asked ${JSON.stringify(request)}`;
      await sent.getByTestId('reply-quote').click();
      await page.locator('[data-highlighted="true"]').getByText('I bring the cake.').waitFor();
      return undefined;
    },
  ],
  [
    'a quote leads to a message far away, and there again',
    hashOf('big'),
    async (page, { chat }) => {
      const big = idOf('big', 16);
      const target = idOf(`${big} 20000`, 16);
      await page.getByTestId('message').last().waitFor();
      const replyTo = { id: target, name: 'Ana Lima', text: 'Message 20000' };
      chat.receive(big, 'Ben Okafor', 'About that one', { replyTo });
      for (let turn = 0; turn < 2; turn += 1) {
        await withText(page, 'About that one').getByTestId('reply-quote').click();
        await page.locator(`[data-message-id="${target}"][data-highlighted="true"]`).waitFor();
        await page.getByRole('button', { name: strings.timeline.jump }).click();
        await withText(page, 'About that one').waitFor();
      }
      return undefined;
    },
  ],
  [
    'Escape leaves the answer, then the focus stays in the box',
    hashOf('talk'),
    async (page) => {
      await withText(page, 'I bring the cake.').hover();
      await withText(page, 'I bring the cake.').getByRole('button', { name: text.reply }).click();
      await page.getByTestId('task-bar').waitFor();
      await idle(page);
      await page.keyboard.press('Escape');
      await page.getByTestId('task-bar').waitFor({ state: 'detached' });
      return (await focusedId(page)) === 'composer' ? undefined : `at ${await focusedId(page)}`;
    },
  ],
  [
    '↑ in the empty box edits the last own message; the draft comes back after it',
    hashOf('talk'),
    async (page, harness) => {
      await composer(page).focus();
      await page.keyboard.press('ArrowUp');
      await page.getByTestId('task-bar').waitFor();
      if ((await composer(page).inputValue()) !== 'And I the tea.') return 'another text is edited';
      await composer(page).fill('And I the green tea.');
      await page.keyboard.press('Enter');
      await withText(page, 'And I the green tea.').getByText(text.edited).waitFor();
      if (askedFor(harness, 'sendMessage').length > 0) return 'it was sent as a new message';
      if ((await composer(page).inputValue()) !== '') return 'the box is not empty';
      const drafts = askedFor(harness, 'setDraft').map((request) => JSON.stringify(request));
      return drafts.some((draft) => draft.includes('tea'))
        ? `the edit was kept as draft: ${drafts}`
        : undefined;
    },
  ],
  [
    'an edit that is left puts back what was being written',
    hashOf('talk'),
    async (page) => {
      await composer(page).fill('half a thought');
      await withText(page, 'And I the tea.').focus();
      await page.keyboard.press('e');
      await page.getByTestId('task-bar').waitFor();
      await idle(page);
      await page.keyboard.press('Escape');
      const left = await composer(page).inputValue();
      return left === 'half a thought' ? undefined : `found “${left}”`;
    },
  ],
  [
    "others' messages can be neither edited nor deleted",
    hashOf('talk'),
    async (page) => {
      await withText(page, 'I bring the cake.').focus();
      await page.keyboard.press('e');
      await idle(page);
      if ((await page.getByTestId('task-bar').count()) > 0) return 'it is being edited';
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: text.reply }).waitFor();
      const items = await page.getByRole('menuitem').allTextContents();
      return items.includes(text.edit) || items.includes(text.delete) ? `offered: ${items}` : undefined;
    },
  ],
  [
    'deletes an own message after asking once',
    hashOf('talk'),
    async (page, harness) => {
      await withText(page, 'And I the tea.').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: text.delete }).click();
      if (askedFor(harness, 'deleteMessage').length > 0) return 'it did not ask';
      await page.getByRole('button', { name: text.deleteDo }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.getByText('And I the tea.').waitFor({ state: 'detached' });
      const last = page.getByTestId('message').last();
      await last.getByText(text.deletedOwn).waitFor();
      return (await last.getByRole('button').count()) === 0 ? undefined : 'it can still be acted on';
    },
  ],
  [
    'reacts by the picker, by the chip, and takes it back',
    hashOf('talk'),
    async (page, harness) => {
      const message = withText(page, 'I bring the cake.');
      await message.focus();
      await page.keyboard.press('+');
      await page.getByRole('button', { name: 'Rocket' }).click();
      const rocket = message.getByRole('button', { name: '🚀' });
      await rocket.waitFor();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      if ((await rocket.getAttribute('aria-pressed')) !== 'true') return 'the chip is not pressed';
      if ((await rocket.getAttribute('title')) !== text.youToo) return 'the title names somebody else';
      await rocket.click();
      await rocket.waitFor({ state: 'detached' });
      const asked = askedFor(harness, 'react').map((request) => ('on' in request ? request.on : null));
      return asked.join() === 'true,false' ? undefined : `asked ${asked}`;
    },
  ],
  [
    'takes any emoji that is typed, and nothing else; gives the focus back',
    hashOf('talk'),
    async (page) => {
      const message = withText(page, 'I bring the cake.');
      await message.focus();
      await page.keyboard.press('+');
      await page.getByLabel(text.pickOther).fill('cake');
      await page.keyboard.press('Enter');
      await page.getByText(text.pickBad).waitFor();
      await page.getByLabel(text.pickOther).fill('🦦');
      await page.keyboard.press('Enter');
      await message.getByRole('button', { name: '🦦' }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await idle(page);
      return (await focusedId(page)) === 'message' ? undefined : `focus at ${await focusedId(page)}`;
    },
  ],
  [
    'a reaction of somebody else appears with its name, and nothing jumps at the end',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByTestId('message').last().waitFor();
      await idle(page);
      const reactions = [{ emoji: '👀', from: [keyOf('Ben Okafor'), keyOf(self)] }];
      chat.receive(talk, 'Ana Lima', 'Fine', { reactions });
      const chip = withText(page, 'Fine').getByRole('button', { name: '👀' });
      await chip.waitFor();
      await idle(page);
      if ((await chip.getAttribute('title')) !== 'Ben Okafor, you')
        return `${await chip.getAttribute('title')}`;
      const distance = await fromEnd(page);
      return distance > 1 ? `${distance} px from the end` : undefined;
    },
  ],
  [
    'the countdown of a message counts, and the others are not rendered for it',
    hashOf('talk'),
    async (page) => {
      const quick = withText(page, 'Then Chloé can have one?').getByTestId('countdown');
      await quick.waitFor();
      const before = await quick.textContent();
      await page.evaluate(() => {
        const changed = new Set<string>();
        new MutationObserver((records) => {
          for (const { target } of records) {
            const row = target.parentElement?.closest<HTMLElement>('[data-message-id]');
            if (row) changed.add(row.dataset['messageId'] ?? '');
          }
        }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        Object.assign(window, { changed });
      });
      await page.waitForFunction(
        (text) =>
          ![...document.querySelectorAll('[data-testid="countdown"]')].some(
            (one) => one.textContent === text,
          ),
        before,
      );
      const changed = (await page.evaluate('[...window.changed]')) as string[];
      return changed.length === 1 ? undefined : `changed: ${changed}`;
    },
  ],
  [
    'a message whose time is over vanishes; the focus stays in the timeline, the rest in its place',
    hashOf('talk'),
    async (page, { chat }) => {
      const message = withText(page, 'I have two copies of it.');
      await message.focus();
      const id = (await message.getAttribute('data-message-id')) ?? '';
      chat.vanish(talk, [id]);
      await page.getByText('I have two copies of it.').waitFor({ state: 'detached' });
      await idle(page);
      if ((await focusedId(page)) !== 'timeline') return `focus at ${await focusedId(page)}`;
      const distance = await fromEnd(page);
      return distance > 1 ? `${distance} px from the end` : undefined;
    },
  ],
  [
    'rows that vanish above leave what is being read where it is',
    hashOf('big'),
    async (page, { chat }) => {
      const big = idOf('big', 16);
      await page.getByTestId('message').last().waitFor();
      await idle(page);
      await page.getByTestId('timeline').hover();
      await page.mouse.wheel(0, -900);
      await idle(page);
      const seen = await page.getByTestId('message').nth(8).getAttribute('data-message-id');
      const place = () =>
        page
          .locator(`[data-message-id="${seen}"]`)
          .evaluate((row) => Math.round(row.getBoundingClientRect().top));
      const before = await place();
      const ids = Array.from({ length: 30 }, (_, index) => idOf(`${big} ${49_801 + index}`, 16));
      chat.vanish(big, ids);
      await idle(page);
      const moved = (await place()) - before;
      return Math.abs(moved) > 2 ? `moved by ${moved} px` : undefined;
    },
  ],
  [
    'says who has read it, where they tell',
    hashOf('talk'),
    async (page) => {
      const mark = withText(page, 'And I the tea.').getByRole('img', { name: /read by 1/ });
      await mark.waitFor();
      await withText(page, 'And I the tea.').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: text.details }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('heading', { name: strings.delivery.readBy, exact: true }).waitFor();
      return (await dialog.getByRole('list').first().textContent())?.includes('Ana Lima')
        ? undefined
        : 'the reader is not named';
    },
  ],
];
