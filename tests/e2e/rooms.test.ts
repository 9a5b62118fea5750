import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  allAreThere,
  askToJoin,
  choose,
  closeDialog,
  composer,
  createRoom,
  detailsTab,
  inviteOne,
  lookAt,
  messages,
  messageWith,
  noticeWith,
  openInvite,
  openRoom,
  reactTo,
  replyTo,
  say,
  stateNote,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { takePictures, wide } from './pictures.ts';
import { loseKeys } from './profileStore.ts';
import { proxyIsAway } from './watch.ts';

const folder = temporaryFolder();

let browser: Browser;
let relay: Running;
let ann: Person;
let bob: Person;
let cleo: Person;
let dan: Person;
let garden = '';
/** Of the invite by which Ann decides about each who comes. */
let link = '';

const everyone = () => [ann, bob, cleo, dan];

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  ann = await Person.arrive({ ...all, name: 'Ann' });
  bob = await Person.arrive({ ...all, name: 'Bob' });
  cleo = await Person.arrive({ ...all, name: 'Cleo' });
  dan = await Person.arrive({ ...all, name: 'Dan' });
  garden = await createRoom(ann, 'Garden');
});

afterAll(async () => {
  await Promise.all(everyone().map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

it('[I1] who comes with an invite that asks is waited for at the door, and can be refused', async () => {
  link = await inviteOne(ann.page, { approval: true });
  await askToJoin(bob.page, link);
  await stateNote(bob.page).filter({ hasText: strings.room.joining }).waitFor();
  const bar = ann.page.getByTestId('knock-bar');
  await bar.getByText(strings.knocks.asks('Bob')).waitFor();
  await bar.getByText(strings.knocks.check).waitFor();
  await takePictures(ann.page, 'knock');
  await bar.getByRole('button', { name: strings.knocks.refuseLabel('Bob') }).click();
  await bar.waitFor({ state: 'hidden' });
  await stateNote(bob.page).filter({ hasText: 'has declined' }).waitFor();
  await takePictures(bob.page, 'refused', [wide]);
  expect(await composer(bob.page).count()).toBe(0);
  expect(await messages(bob.page).count()).toBe(0);
  await allAreThere(ann.page, 1);
});

it('[I1] who asks again is let in, and both see who did it', async () => {
  await askToJoin(bob.page, link);
  await ann.page
    .getByRole('button', { name: strings.knocks.letInLabel('Bob') })
    .first()
    .click();
  for (const { page } of [ann, bob]) {
    await page.getByRole('heading', { name: 'Garden', level: 1, exact: true }).waitFor();
    await allAreThere(page, 2);
  }
  await noticeWith(ann.page, 'Bob joined').waitFor();
  await say(bob.page, 'Thank you for letting me in');
  await messageWith(ann.page, 'Thank you for letting me in').waitFor();
});

it('[I1] an invite for one person lets in one; the second is told why not', async () => {
  const once = await inviteOne(ann.page, { approval: false });
  await takePictures(ann.page, 'invites', [wide]);
  await askToJoin(cleo.page, once);
  await cleo.page.getByRole('heading', { name: 'Garden', level: 1, exact: true }).waitFor();
  await askToJoin(dan.page, once);
  await stateNote(dan.page).filter({ hasText: 'used up' }).waitFor();
  await stateNote(dan.page).filter({ hasText: strings.room.notLetIn }).waitFor();
  await takePictures(dan.page, 'usedUp', [wide]);
  await allAreThere(ann.page, 3);
  expect(await ann.page.getByTestId('member-list').count()).toBe(0); // the invites are shown
  await detailsTab(ann.page, 'members');
  expect(await ann.page.getByTestId('member-list').getByText('Dan').count()).toBe(0);
});

it('[I4] an invite that was withdrawn lets nobody in, and everybody sees who withdrew it', async () => {
  const open = await openInvite(ann.page);
  await closeDialog(ann.page);
  await detailsTab(ann.page, 'invites');
  const invite = ann.page.getByTestId('invite');
  expect(await invite.count()).toBe(1); // those for one person are used up
  await invite.getByText(strings.invites.revoke, { exact: true }).click();
  await invite.getByText(strings.invites.revokeSure, { exact: true }).click();
  await ann.page.getByText(strings.invites.none).waitFor();
  for (const { page } of [ann, bob, cleo]) await noticeWith(page, 'Ann withdrew an invite').waitFor();
  await askToJoin(dan.page, open);
  await stateNote(dan.page).filter({ hasText: 'withdrawn' }).waitFor();
  await detailsTab(ann.page, 'members');
});

it('who comes while nobody is there waits, and is in as soon as somebody is', async () => {
  await createRoom(ann, 'Attic');
  const attic = await openInvite(ann.page);
  await closeDialog(ann.page);
  ann.watch.allow(proxyIsAway);
  await ann.stopProxy();
  await askToJoin(dan.page, attic);
  await stateNote(dan.page).filter({ hasText: strings.room.joining }).waitFor();
  await dan.page.getByText(strings.room.joiningTitle).waitFor();
  await takePictures(dan.page, 'waiting');
  await ann.startProxy();
  await ann.enterAgain();
  await dan.page.getByRole('heading', { name: 'Attic', level: 1, exact: true }).waitFor();
  await stateNote(dan.page).waitFor({ state: 'hidden' });
  await lookAt(ann.page, 'Attic');
  await noticeWith(ann.page, 'Dan joined').waitFor();
  await say(dan.page, 'It is dusty up here');
  await messageWith(ann.page, 'It is dusty up here').waitFor();
  await lookAt(ann.page, 'Garden');
});

it('a reply stands with what it answers, for the others too', async () => {
  await say(ann.page, 'Shall we plant tulips?');
  await messageWith(bob.page, 'Shall we plant tulips?').waitFor();
  await replyTo(messageWith(bob.page, 'Shall we plant tulips?'), 'Yes, red ones');
  for (const { page } of [ann, bob, cleo]) {
    const answer = messageWith(page, 'Yes, red ones');
    await answer.getByTestId('reply-quote').filter({ hasText: 'Shall we plant tulips?' }).waitFor();
  }
});

it('a reaction is seen, joined and taken back', async () => {
  const question = (page: Page) => messages(page).filter({ hasText: 'Shall we plant tulips?' }).first();
  const thumbs = (page: Page, count: number) =>
    question(page)
      .locator('.reaction')
      .filter({ hasText: `👍${count}` });
  await reactTo(question(bob.page), 'Thumbs up');
  for (const { page } of [ann, bob, cleo]) await thumbs(page, 1).waitFor();
  await thumbs(cleo.page, 1).click();
  for (const { page } of [ann, bob, cleo]) await thumbs(page, 2).waitFor();
  expect(await thumbs(cleo.page, 2).getAttribute('aria-pressed')).toBe('true');
  expect(await thumbs(ann.page, 2).getAttribute('aria-pressed')).toBe('false');
  await takePictures(ann.page, 'reactions');
  await thumbs(cleo.page, 2).click();
  for (const { page } of [ann, bob, cleo]) await thumbs(page, 1).waitFor();
});

it('an edit replaces the text for everybody, and says that it was edited', async () => {
  await say(ann.page, 'We meet at nien');
  const known = messageWith(ann.page, 'We meet at nien');
  await known.waitFor();
  const id = await known.getAttribute('data-message-id');
  await choose(known, strings.message.edit);
  await ann.page.locator('[data-testid="task-bar"][data-task="edit"]').waitFor();
  await say(ann.page, 'We meet at nine');
  for (const { page } of [ann, bob, cleo]) {
    const message = page.locator(`[data-message-id="${id}"]`);
    await message
      .filter({ hasText: 'We meet at nine' })
      .filter({ hasText: strings.message.edited })
      .waitFor();
    expect(await messageWith(page, 'nien').count()).toBe(0);
  }
});

it('a deleted message is gone for everybody, with a word in its place', async () => {
  await say(ann.page, 'The door code is 4711');
  const secret = messageWith(ann.page, '4711');
  for (const { page } of [bob, cleo]) await messageWith(page, '4711').waitFor();
  const id = await secret.getAttribute('data-message-id');
  await choose(secret, strings.message.delete);
  await ann.page.getByRole('button', { name: strings.message.deleteDo, exact: true }).click();
  await ann.page
    .locator(`[data-message-id="${id}"]`)
    .filter({ hasText: strings.message.deletedOwn })
    .waitFor();
  for (const { page } of [bob, cleo]) {
    await page.locator(`[data-message-id="${id}"]`).filter({ hasText: strings.message.deleted }).waitFor();
    await expect.poll(() => page.getByText('4711').count()).toBe(0); // nor what is read out to the blind
  }
});

it('[T1] messages disappear from every page and every store when their time is over', async () => {
  // The page offers an hour at least.
  await ann.ask('setTimer', { room: garden, disappearAfter: 5_000 });
  for (const { page } of [ann, bob, cleo]) await noticeWith(page, 'disappear after 5 seconds').waitFor();
  const before = await bob.storedMessages(garden);
  await say(ann.page, 'Gone like morning dew');
  for (const { page } of [ann, bob, cleo]) {
    await messageWith(page, 'Gone like morning dew').getByTestId('countdown').waitFor();
  }
  for (const person of [ann, bob, cleo]) expect(await timelineOf(person)).toContain('morning dew');
  for (const person of [ann, bob, cleo]) {
    await messageWith(person.page, 'Gone like morning dew').waitFor({ state: 'detached' });
    expect(await timelineOf(person)).not.toContain('morning dew');
    await expect.poll(() => person.page.content()).not.toContain('morning dew');
  }
  expect(await bob.storedMessages(garden)).toEqual(before);
  // Off again, by the page.
  const details = await detailsTab(ann.page, 'room');
  await details.getByLabel(strings.details.timer).selectOption(strings.details.timerOff);
  for (const { page } of [ann, bob, cleo])
    await noticeWith(page, 'Ann turned disappearing messages off').waitFor();
  await say(ann.page, 'This one stays');
  const staying = messageWith(bob.page, 'This one stays');
  await staying.waitFor();
  expect(await staying.getByTestId('countdown').count()).toBe(0);
  expect(await messageWith(bob.page, 'Shall we plant tulips?').count()).toBe(1); // said before the timer
});

it('the details say when the keys were renewed, and with what the room is encrypted', async () => {
  const details = await detailsTab(bob.page, 'room');
  await details.getByText(/^Keys last renewed .+ ago\.$/).waitFor();
  await details.getByText(/X-Wing.*, epoch \d+$/).waitFor();
  await takePictures(bob.page, 'details');
});

it('the history of a room can be saved as a file', async () => {
  const saved = bob.page.waitForEvent('download');
  await bob.page.getByRole('button', { name: strings.details.exportAs.json }).click();
  const download = await saved;
  const text = await readFile(await download.path(), 'utf8');
  expect(download.suggestedFilename()).toMatch(/Garden.*\.json$/);
  expect(text).toContain('Yes, red ones');
  expect(text).not.toContain('4711');
  await detailsTab(bob.page, 'members');
});

it('a search finds by the beginning of a word, and leads to the message', async () => {
  for (let index = 1; index <= 60; index += 1) {
    await ann.ask('sendMessage', { room: garden, id: newId(index), text: `Line ${index} of the almanac` });
  }
  const { page } = bob;
  await messageWith(page, 'Line 60 of the almanac').waitFor();
  expect(await isInView(messageWith(page, 'Yes, red ones'))).toBe(false);
  await page.keyboard.press('ControlOrMeta+Shift+F');
  await page.getByLabel(strings.search.label).fill('red on');
  const hits = page.getByTestId('search-hit');
  await hits.filter({ hasText: 'Yes, red ones' }).waitFor();
  expect(await hits.count()).toBe(1);
  await takePictures(page, 'search');
  await page.getByLabel(strings.search.label).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await messageWith(page, 'Yes, red ones').and(page.locator('[data-highlighted="true"]')).waitFor();
  await expect.poll(() => isInView(messageWith(page, 'Yes, red ones'))).toBe(true);
  await page.keyboard.press('ControlOrMeta+Shift+F');
  await page.getByLabel(strings.search.label).fill('4711');
  await page.getByText(strings.search.none).waitFor();
  await closeDialog(page);
});

it('[R2] who was removed reads on what was said before, and nothing after', async () => {
  await detailsTab(ann.page, 'members');
  await ann.page.getByRole('button', { name: strings.members.actions('Cleo') }).click();
  await ann.page.getByRole('menuitem', { name: strings.members.remove }).click();
  await ann.page.getByRole('dialog', { name: strings.members.removeTitle('Cleo') }).waitFor();
  await takePictures(ann.page, 'remove', [wide]);
  await ann.page.getByRole('button', { name: strings.members.removeDo, exact: true }).click();
  for (const { page } of [ann, bob]) await noticeInRoom(page, 'Ann removed Cleo from the room');
  await stateNote(cleo.page).filter({ hasText: strings.room.removed }).waitFor();
  await noticeInRoom(cleo.page, 'Ann removed you from the room');
  expect(await composer(cleo.page).count()).toBe(0);
  await messageWith(cleo.page, 'Line 60 of the almanac').waitFor();
  await takePictures(cleo.page, 'removed');
  await say(ann.page, 'Without Cleo');
  await messageWith(bob.page, 'Without Cleo').waitFor();
  expect(await messageWith(cleo.page, 'Without Cleo').count()).toBe(0);
  expect(await timelineOf(bob)).toContain('Without Cleo');
  expect(await timelineOf(cleo)).not.toContain('Without Cleo');
});

it('[R1] who lost the keys asks to be let in again, and talks on with the whole history', async () => {
  bob.watch.allow(proxyIsAway);
  await bob.stopProxy();
  await loseKeys(bob.profile);
  await bob.startProxy();
  await bob.enterAgain();
  await lookAt(bob.page, 'Garden');
  await stateNote(bob.page).filter({ hasText: strings.room.lost }).waitFor();
  expect(await composer(bob.page).count()).toBe(0);
  await takePictures(bob.page, 'lost');
  expect((await ann.ask('getDetails', { room: garden })).knocks).toEqual([]); // never by itself
  await bob.page.getByRole('button', { name: strings.room.lostDo }).click();
  const bar = ann.page.getByTestId('knock-bar');
  await bar.getByText(strings.knocks.returns('Bob', 'Bob')).waitFor();
  await takePictures(ann.page, 'return', [wide]);
  await bar.getByRole('button', { name: strings.knocks.letInLabel('Bob') }).click();
  await composer(bob.page).waitFor();
  await noticeInRoom(bob.page, 'You are back in the room, with new keys');
  await noticeInRoom(ann.page, 'Bob is back, with new keys');
  await say(bob.page, 'Here I am again');
  await messageWith(ann.page, 'Here I am again').waitFor();
  await say(ann.page, 'Good to have you back');
  await messageWith(bob.page, 'Good to have you back').waitFor();
  await messageWith(bob.page, 'Without Cleo').waitFor(); // from before
  expect(openRoom(bob.page)).toBe(garden);
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  for (const { watch } of everyone()) expect(watch.problems()).toEqual([]);
});

/** Goes to the end of the timeline, where what has just happened stands. */
async function noticeInRoom(page: Page, text: string): Promise<void> {
  const jump = page.getByRole('button', { name: /[Jj]ump to latest/ });
  if (await jump.isVisible()) await jump.click();
  await noticeWith(page, text).waitFor();
}

/** All that the person's proxy has of the room, as text. */
async function timelineOf(person: Person): Promise<string> {
  return JSON.stringify(await person.ask('getTimeline', { room: garden, from: { at: 'end' }, limit: 500 }));
}

async function isInView(message: Locator): Promise<boolean> {
  const box = (await message.count()) === 0 ? null : await message.boundingBox();
  return box !== null && box.y > 60 && box.y < 730;
}

function newId(index: number): string {
  return Buffer.from(`almanac ${index}`.padEnd(16, '.')).toString('base64url');
}
