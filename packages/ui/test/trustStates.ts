import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import { idOf, keyOf } from './fixtures.ts';
import type { State } from './states.ts';

const hashOf = (seed: string) => `#/room/${idOf(seed, 16)}`;
const some = [360, 1280] as const;
const ana = keyOf('Ana Lima');

async function openVerify(page: Page, way?: keyof typeof strings.verify.tabs): Promise<void> {
  await page.getByTestId('room-trust').click();
  if (way !== undefined) await page.getByRole('tab', { name: strings.verify.tabs[way] }).click();
}

async function openMenu(page: Page, said: string): Promise<void> {
  const message = page.getByTestId('message').filter({ hasText: said });
  await message.hover();
  await message.getByRole('button', { name: /^Actions for/ }).click();
}

/** Who is who, whispers, and rooms off the record. */
export const trustStates: readonly State[] = [
  { title: 'trust-circle', hash: hashOf('circle') },
  {
    title: 'trust-members',
    hash: hashOf('circle'),
    widths: [360, 768],
    act: (page) => page.getByTestId('room-trust').click(),
  },
  { title: 'trust-changed', hash: hashOf('changed'), widths: some },
  { title: 'trust-record', hash: hashOf('record'), widths: some },
  { title: 'verify-compare', hash: hashOf('pair'), act: (page) => openVerify(page, 'compare') },
  {
    title: 'verify-different',
    hash: hashOf('pair'),
    widths: some,
    act: async (page) => {
      await openVerify(page);
      await page.getByRole('button', { name: strings.verify.different }).click();
    },
  },
  { title: 'verify-scan', hash: hashOf('pair'), widths: some, act: (page) => openVerify(page, 'scan') },
  {
    title: 'verify-camera',
    hash: hashOf('circle'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').filter({ hasText: 'Seven, then?' }).waitFor();
      await openMenu(page, 'Seven, then?');
      await page.getByRole('menuitem', { name: strings.message.about }).click();
      await page.getByRole('button', { name: strings.trust.verifyDo }).click();
      await page.getByRole('tab', { name: strings.verify.tabs.scan }).click();
      await page.getByRole('button', { name: strings.verify.camera }).click();
      await page.getByText(strings.verify.cameraSearching).waitFor();
    },
  },
  { title: 'verify-words', hash: hashOf('pair'), widths: some, act: (page) => openVerify(page, 'words') },
  {
    title: 'verify-reading',
    hash: hashOf('pair'),
    widths: some,
    act: async (page) => {
      await openVerify(page, 'words');
      await page.getByRole('button', { name: strings.verify.wordsStart }).click();
      await page.getByTestId('words-said').waitFor();
    },
  },
  {
    title: 'verify-asked',
    hash: hashOf('pair'),
    widths: some,
    act: async (page, chat) => {
      await page.getByTestId('room-trust').waitFor();
      chat.changeMember(idOf('pair', 16), ana, { asks: 'words' });
      await page.getByTestId('words-bar').getByRole('button', { name: strings.asks.wordsDo }).click();
    },
  },
  {
    title: 'words-bar',
    hash: hashOf('pair'),
    widths: some,
    act: async (page, chat) => {
      await page.getByTestId('room-trust').waitFor();
      chat.changeMember(idOf('pair', 16), ana, { asks: 'words' });
      await page.getByTestId('words-bar').waitFor();
    },
  },
  {
    title: 'invited-bar',
    hash: hashOf('pair'),
    widths: some,
    act: async (page, chat) => {
      await page.getByTestId('room-trust').waitFor();
      chat.changeMember(idOf('pair', 16), ana, { asks: 'invited' });
      await page.getByTestId('invited-bar').waitFor();
    },
  },
  {
    title: 'verify-wrong',
    hash: hashOf('pair'),
    widths: some,
    act: async (page, chat) => {
      await openVerify(page, 'words');
      chat.words(idOf('pair', 16), ana, 'wrong');
      await page.getByTestId('words-ended').waitFor();
    },
  },
  {
    title: 'verify-done',
    hash: hashOf('pair'),
    widths: some,
    act: async (page) => {
      await openVerify(page);
      await page.getByRole('button', { name: strings.verify.same }).click();
      await page.getByText(strings.verify.verifiedTitle('Ana Lima')).first().waitFor();
    },
  },
  {
    title: 'message-sender',
    hash: hashOf('circle'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').first().waitFor();
      await openMenu(page, 'if somebody tells me');
      await page.getByRole('menuitem', { name: strings.message.about }).click();
    },
  },
  {
    title: 'rewrite',
    hash: hashOf('circle'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').first().waitFor();
      await openMenu(page, 'Seven, then?');
      await page.getByRole('menuitem', { name: strings.rewrite.item }).click();
    },
  },
  {
    title: 'whisper-picker',
    hash: hashOf('circle'),
    widths: some,
    act: async (page) => {
      await page.getByRole('button', { name: strings.whispers.choose }).click();
      await page.getByTestId('whisper-picker').getByText('Ana Lima').click();
    },
  },
  {
    title: 'whispering',
    hash: hashOf('circle'),
    widths: some,
    act: async (page) => {
      await page.getByTestId('message').filter({ hasText: 'I would rather not' }).focus();
      await page.keyboard.press('r');
      await page.getByTestId('composer').pressSequentially('At the old mill.');
    },
  },
];
