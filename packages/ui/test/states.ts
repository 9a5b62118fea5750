import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import type { FakeChat } from './fakeChat.ts';
import { type FakeRoom, idOf } from './fixtures.ts';
import { allRooms } from './rooms.ts';
import { trustStates } from './trustStates.ts';

/** A state of the page that is worth a picture. */
export interface State {
  title: string;
  rooms?: () => FakeRoom[];
  /** null: none chosen yet. */
  name?: string | null;
  hash?: string;
  /** Where not all. */
  widths?: readonly number[];
  act?(page: Page, chat: FakeChat): Promise<void>;
}

const hashOf = (seed: string, message = '') =>
  `#/room/${idOf(seed, 16)}${message === '' ? '' : `/${message}`}`;
const some = [360, 1280] as const;

const openInRoom = (title: string, label: string): State => ({
  title,
  hash: hashOf('lively'),
  widths: some,
  act: async (page) => {
    await page.getByRole('button', { name: label, exact: true }).first().click();
  },
});

async function openDetails(page: Page): Promise<void> {
  await page.getByTestId('timeline').waitFor();
  if (await page.getByTestId('details').isVisible()) return;
  await page.getByRole('button', { name: strings.room.showMembers, exact: true }).click();
}

const inDetails = (title: string, tab: string): State => ({
  title,
  hash: hashOf('club'),
  widths: some,
  act: async (page) => {
    await openDetails(page);
    await page.getByRole('tab', { name: tab }).click();
  },
});

export const states: readonly State[] = [
  ...trustStates,
  {
    title: 'lively',
    hash: hashOf('lively'),
    act: async (_page, chat) =>
      chat.emit({
        event: 'typing',
        data: { room: idOf('lively', 16), key: idOf('key Ana Lima', 32), name: 'Ana Lima' },
      }),
  },
  { title: 'rooms', hash: '#/', widths: [360] },
  { title: 'unread', hash: hashOf('unread'), widths: some },
  { title: 'empty', hash: hashOf('empty'), widths: some },
  { title: 'alarms', hash: hashOf('alarms'), widths: some },
  { title: 'big', hash: hashOf('big'), widths: [1280] },
  { title: 'link', hash: hashOf('big', idOf(`${idOf('big', 16)} 20000`, 16)), widths: some },
  { title: 'joining', hash: hashOf('joining'), widths: some },
  { title: 'stopped', hash: hashOf('stopped'), widths: some },
  {
    title: 'offline',
    hash: hashOf('lively'),
    widths: some,
    act: async (page, chat) => {
      chat.setRelay({
        url: 'https://relay.example.org',
        state: 'offline',
        queued: 3,
        reason: 'No route to the relay.',
      });
      await page.getByTestId('banner').waitFor();
    },
  },
  { title: 'name', name: null, rooms: () => [] },
  { title: 'first-room', rooms: () => [], widths: some },
  {
    title: 'create',
    hash: '#/',
    widths: some,
    act: async (page) => {
      if ((page.viewportSize()?.width ?? 0) < 700)
        await page.getByRole('button', { name: 'New room' }).click();
      else await page.getByRole('button', { name: 'New room' }).first().click();
    },
  },
  { title: 'talk', hash: hashOf('talk') },
  {
    title: 'message-actions',
    hash: hashOf('talk'),
    widths: some,
    act: async (page) => {
      const message = page.getByTestId('message').last();
      await message.hover();
      await message.getByRole('button', { name: /^Actions for/ }).click();
    },
  },
  {
    title: 'reacting',
    hash: hashOf('talk'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').last().focus();
      await page.keyboard.press('+');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    title: 'replying',
    hash: hashOf('talk'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').nth(2).focus();
      await page.keyboard.press('r');
      await page.getByTestId('composer').pressSequentially('Yes, please');
    },
  },
  {
    title: 'editing',
    hash: hashOf('talk'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('composer').focus();
      await page.keyboard.press('ArrowUp');
      await page.getByTestId('task-bar').waitFor();
    },
  },
  {
    title: 'deleting',
    hash: hashOf('talk'),
    widths: some,
    act: async (page) => {
      const message = page.getByTestId('message').last();
      await message.hover();
      await message.getByRole('button', { name: /^Actions for/ }).click();
      await page.getByRole('menuitem', { name: strings.message.delete }).click();
    },
  },
  { title: 'knocks', hash: hashOf('club'), widths: [360, 768, 1280] },
  inDetails('details-members', 'Members'),
  inDetails('details-invites', 'Invites'),
  inDetails('details-room', 'Room'),
  {
    title: 'member-menu',
    hash: hashOf('club'),
    widths: some,
    act: async (page) => {
      await openDetails(page);
      await page.getByRole('button', { name: 'What to do with Ben Okafor' }).click();
    },
  },
  {
    title: 'remove-member',
    hash: hashOf('club'),
    widths: some,
    act: async (page) => {
      await openDetails(page);
      await page.getByRole('button', { name: 'What to do with Ben Okafor' }).click();
      await page.getByRole('menuitem', { name: strings.members.remove }).click();
    },
  },
  {
    title: 'new-invite',
    hash: hashOf('club'),
    widths: some,
    act: async (page) => {
      await openDetails(page);
      await page.getByRole('tab', { name: 'Invites' }).click();
      await page.getByRole('button', { name: strings.invites.create }).click();
      await page.getByLabel(strings.invites.usesChoices.some).check();
    },
  },
  { title: 'removed', hash: hashOf('removed'), widths: some },
  { title: 'lost', hash: hashOf('lost'), widths: some },
  {
    title: 'search',
    hash: hashOf('lively'),
    widths: some,
    act: async (page) => {
      await page.keyboard.press('Control+Shift+f');
      await page.getByLabel(strings.search.label).fill('the f');
      await page.getByTestId('search-hit').first().waitFor();
      await page.getByLabel(strings.search.scope).selectOption('all');
      await page.getByTestId('search-hit').nth(5).waitFor();
    },
  },
  {
    title: 'locked',
    widths: some,
    act: async (page, chat) => {
      chat.setVault({ state: 'locked', by: 'passphrase' });
      await page.getByLabel(strings.vault.passphrase).fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByText(strings.vault.wrong).waitFor();
    },
  },
  {
    title: 'locked-keychain',
    widths: some,
    act: async (page, chat) => {
      chat.setVault({ state: 'locked', by: 'keychain' });
      await page.getByText(strings.vault.lockedTitle).waitFor();
    },
  },
  {
    title: 'set-passphrase',
    hash: hashOf('lively'),
    widths: some,
    act: async (page) => {
      if ((page.viewportSize()?.width ?? 0) < 700) await page.getByLabel(strings.room.back).click();
      await page.getByRole('button', { name: strings.vault.hintDo }).click();
    },
  },
  {
    title: 'settings-protected',
    hash: '#/',
    widths: some,
    act: async (page, chat) => {
      chat.setVault({ by: 'passphrase', lockAfterMinutes: 15 });
      await page.getByRole('button', { name: /Settings$/ }).click();
      await page.getByRole('button', { name: strings.vault.lockNow }).scrollIntoViewIfNeeded();
    },
  },
  openInRoom('invite', 'Invite'),
  openInRoom('members', 'Members'),
  openInRoom('room-menu', 'Room actions'),
  {
    title: 'leave',
    hash: hashOf('lively'),
    widths: some,
    act: async (page) => {
      await page.getByRole('button', { name: 'Room actions' }).click();
      await page.getByRole('menuitem', { name: 'Leave room…' }).click();
    },
  },
  {
    title: 'join-refused',
    rooms: () => [],
    widths: some,
    act: async (page) => {
      await page.getByRole('button', { name: 'Join by link' }).last().click();
      await page.getByLabel('Invite link').fill('otr:nonsense');
      await page.getByRole('button', { name: 'Join room' }).click();
      await page.getByText('This is not an invite link').waitFor();
    },
  },
  {
    title: 'receipts',
    hash: hashOf('lively'),
    widths: some,
    act: async (page) => {
      const message = page.getByTestId('message').filter({ hasText: 'Very good.' });
      await message.hover();
      await message.getByRole('button', { name: /^Actions for/ }).click();
      await page.getByRole('menuitem', { name: 'Who received it' }).click();
    },
  },
  {
    title: 'composing',
    hash: hashOf('lively'),
    widths: some,
    act: async (page) => {
      await page
        .getByTestId('composer')
        .fill('A longer message\n\nwith several lines,\n- a list\n- of things\n\nand an end.');
      await page.getByTestId('message').last().hover();
    },
  },
  {
    title: 'switcher',
    hash: hashOf('lively'),
    widths: [1280],
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('o');
    },
  },
  {
    title: 'shortcuts',
    hash: hashOf('lively'),
    widths: [1280],
    act: async (page) => {
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    },
  },
  {
    title: 'settings',
    hash: '#/',
    widths: some,
    act: async (page) => {
      await page.getByRole('button', { name: /Settings$/ }).click();
    },
  },
  {
    title: 'needs-code',
    rooms: allRooms,
    widths: some,
    act: async (page) => {
      await page.evaluate(() => localStorage.clear());
      await page.reload();
      await page.getByText('otr open').waitFor();
    },
  },
];
