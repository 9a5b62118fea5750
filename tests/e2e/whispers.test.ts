import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { otr, type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  allAreThere,
  askToJoin,
  choose,
  closeDialog,
  composer,
  createRoom,
  lookAt,
  messages,
  messageWith,
  noticeWith,
  openInvite,
  openRoom,
  replyTo,
  roomMenu,
  say,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, takePictures, wide } from './pictures.ts';
import { knows } from './trust.ts';
import { proxyIsAway } from './watch.ts';

const folder = temporaryFolder();
const both = [narrow, wide];

let browser: Browser;
let relay: Running;
let ann: Person;
let bob: Person;
let cleo: Person;
let garden = '';

const everyone = () => [ann, bob, cleo];

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  const arrive = (name: string) => Person.arrive({ ...all, name });
  [ann, bob, cleo] = await Promise.all([arrive('Ann'), arrive('Bob'), arrive('Cleo')]);
  garden = await createRoom(ann, 'Garden');
  await allJoin('Garden');
});

afterAll(async () => {
  await Promise.all(everyone().map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

/** Into the room that Ann has just made; all know who is who there. */
async function allJoin(name: string): Promise<void> {
  const link = await openInvite(ann.page);
  await closeDialog(ann.page);
  for (const { page } of [bob, cleo]) {
    await askToJoin(page, link);
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  }
  for (const person of everyone()) {
    for (const other of everyone()) {
      if (other !== person) await knows(person.page, other.name, 'unverified');
    }
  }
}

/** The message on this page, marked as a whisper to them. */
async function whisperOn({ page }: Person, text: string, to: string[]): Promise<void> {
  const message = messageWith(page, text).and(page.locator('[data-whisper="true"]'));
  await message.getByTestId('whisper-mark').getByText(strings.whispers.to(to), { exact: true }).waitFor();
}

/** Nothing of a whisper has reached somebody, who has by now what was said after it. */
async function hasNothingOf(person: Person, text: string): Promise<void> {
  expect(await messageWith(person.page, text).count()).toBe(0);
  const { rows } = await person.ask('getTimeline', { room: garden, from: { at: 'end' }, limit: 500 });
  expect(JSON.stringify(rows)).not.toContain(text);
  expect(rows.filter(({ kind }) => kind === 'refused' || kind === 'alarm')).toEqual([]);
}

/** Says something to all, and waits until everybody has it. */
async function sayToAll(speaker: Person, text: string): Promise<void> {
  await say(speaker.page, text);
  for (const { page } of everyone()) await messageWith(page, text).waitFor();
}

it('[D4] a whisper is seen by whom it is for and by nobody else, and marked', async () => {
  const { page } = ann;
  await page.getByRole('button', { name: strings.whispers.choose, exact: true }).click();
  const picker = page.getByTestId('whisper-picker');
  await picker.getByText(strings.whispers.hint).waitFor();
  await takePictures(page, 'whisperPicker', both);
  await picker.getByRole('checkbox', { name: /Bob/ }).check();
  await page.keyboard.press('Escape');
  await picker.waitFor({ state: 'hidden' });
  await page
    .getByTestId('whisper-bar')
    .getByRole('button', { name: strings.whispers.drop('Bob') })
    .waitFor();
  await say(page, 'A cake for Cleo is in the oven');
  await whisperOn(ann, 'A cake for Cleo', ['Bob']);
  await whisperOn(bob, 'A cake for Cleo', ['you']);
  await takePictures(page, 'whisper', both);
  await page.getByTestId('whisper-bar').getByRole('button', { name: strings.whispers.leave }).click();
  await page.getByTestId('whisper-bar').waitFor({ state: 'hidden' });
  await sayToAll(ann, 'Who waters the roses?');
  const toAll = messageWith(cleo.page, 'Who waters the roses?');
  expect(await toAll.getAttribute('data-whisper')).toBe('false');
  await hasNothingOf(cleo, 'cake');
});

it('an answer to a whisper is one, too', async () => {
  const whisper = messageWith(bob.page, 'A cake for Cleo');
  await replyTo(whisper, 'Then I bring the candles');
  await whisperOn(ann, 'Then I bring the candles', ['you']);
  await messageWith(ann.page, 'Then I bring the candles')
    .getByTestId('reply-quote')
    .filter({ hasText: 'A cake for Cleo' })
    .waitFor();
  await bob.page.getByTestId('whisper-bar').getByRole('button', { name: strings.whispers.leave }).click();
  await sayToAll(bob, 'I do, at six');
  await hasNothingOf(cleo, 'candles');
});

it('/w and a name whispers; where the name is nobody’s, nothing is said', async () => {
  await say(ann.page, '/w cleo Your tulips are the finest');
  await whisperOn(cleo, 'Your tulips are the finest', ['you']);
  await whisperOn(ann, 'Your tulips are the finest', ['Cleo']);
  await say(ann.page, '/w cloe Your tulips');
  await ann.page.getByText(strings.whispers.unknown('cloe')).waitFor();
  expect(await composer(ann.page).inputValue()).toBe('/w cloe Your tulips');
  await composer(ann.page).fill('');
  await sayToAll(cleo, 'Thanks, all');
  await hasNothingOf(bob, 'tulips');
  expect(await messages(ann.page).filter({ hasText: '/w' }).count()).toBe(0);
});

it('a whisper begins at a member, and may be for several; scripts see that it is one', async () => {
  await cleo.page.getByRole('button', { name: strings.members.actions('Ann') }).click();
  await cleo.page.getByRole('menuitem', { name: strings.whispers.toItem }).click();
  await cleo.page.getByRole('button', { name: strings.whispers.choose, exact: true }).click();
  await cleo.page.getByTestId('whisper-picker').getByRole('checkbox', { name: /Bob/ }).check();
  await cleo.page.keyboard.press('Escape');
  await say(cleo.page, 'For the two of you');
  await whisperOn(cleo, 'For the two of you', ['Ann', 'Bob']);
  await whisperOn(ann, 'For the two of you', ['Bob', 'you']);
  await whisperOn(bob, 'For the two of you', ['Ann', 'you']);
  await choose(messageWith(cleo.page, 'For the two of you'), strings.message.details);
  await cleo.page.getByRole('dialog').getByText(strings.whispers.details('Ann, Bob')).waitFor();
  await takePictures(cleo.page, 'aboutWhisper', [wide]);
  await closeDialog(cleo.page);
  const { status, lines } = await otr(['read', garden, '--profile', bob.profile, '--json']);
  expect(status).toBe(0);
  const read = lines.find(({ text }) => text === 'For the two of you');
  expect(read).toMatchObject({ name: 'Cleo', whisper: { to: ['Ann', 'Bob'] } });
});

it('[D9] a room off the record says so everywhere, and people talk in it', async () => {
  const { page } = ann;
  await page.getByRole('button', { name: strings.rooms.create, exact: true }).first().click();
  await page.getByLabel(strings.dialog.roomName).fill('Shed');
  await page.getByRole('checkbox', { name: strings.offTheRecord.word }).check();
  await takePictures(page, 'createOffTheRecord', both);
  await page.getByRole('button', { name: strings.dialog.create, exact: true }).click();
  await page.getByRole('dialog', { name: strings.dialog.inviteTitle('Shed') }).waitFor();
  await closeDialog(page);
  await allJoin('Shed');
  for (const person of everyone()) {
    await person.page
      .getByTestId('off-the-record')
      .getByText(strings.offTheRecord.word, { exact: true })
      .waitFor();
  }
  await sayToAll(ann, 'This was never said');
  await sayToAll(bob, 'Nor was this');
  await takePictures(page, 'offTheRecord', both);
  // Said to all: no mark that it was a whisper, and nobody to be chosen.
  expect(await page.getByTestId('whisper-mark').count()).toBe(0);
});

it('[D9] after its proxy was restarted the room is there and empty, and the talk goes on', async () => {
  const shed = openRoom(ann.page);
  bob.watch.allow(proxyIsAway);
  await bob.stopProxy();
  await bob.startProxy();
  await bob.enterAgain();
  await lookAt(bob.page, 'Shed');
  await bob.page.getByTestId('off-the-record').waitFor();
  expect(await messages(bob.page).count()).toBe(0);
  expect(await bob.storedMessages(shed)).toEqual([]);
  await allAreThere(bob.page, 3);
  await sayToAll(bob, 'Where were we?');
  await sayToAll(ann, 'Nowhere');
  expect(await messages(bob.page).count()).toBe(2);
  expect(await messages(ann.page).count()).toBe(4); // her proxy went on
  await lookAt(bob.page, 'Garden'); // negative control: what is on the record has stayed
  await messageWith(bob.page, 'Thanks, all').waitFor();
});

it('[D10] who leaves can publish the key of their signatures; the others talk on', async () => {
  for (const { page } of everyone()) await lookAt(page, 'Garden');
  await roomMenu(cleo.page, strings.room.leave);
  await cleo.page.getByLabel(strings.dialog.publishKey).check();
  await takePictures(cleo.page, 'leavePublishing', both);
  await cleo.page.getByRole('button', { name: strings.dialog.leave, exact: true }).click();
  await cleo.page
    .getByTestId('room-list')
    .getByRole('button', { name: 'Garden' })
    .waitFor({ state: 'hidden' });
  for (const { page } of [ann, bob]) await noticeWith(page, 'Cleo left').waitFor();
  await say(ann.page, 'Two of us');
  await messageWith(bob.page, 'Two of us').waitFor();
  for (const { page } of [ann, bob]) {
    expect(await page.getByTestId('refused-row').count()).toBe(0);
    expect(await page.getByTestId('alarm-row').count()).toBe(0);
  }
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  for (const { watch } of everyone()) expect(watch.problems()).toEqual([]);
});
