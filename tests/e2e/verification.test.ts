import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { strings } from '../../packages/ui/src/strings.ts';
import { otr, type Running, startOtr, temporaryFolder } from '../processes.ts';
import {
  allAreThere,
  askToJoin,
  choose,
  closeDialog,
  createRoom,
  inviteOne,
  lookAt,
  messageWith,
  noticeWith,
  openInvite,
  openRoom,
  say,
  stateNote,
} from './acts.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { narrow, takePictures, wide } from './pictures.ts';
import {
  enterWords,
  isVerifiedInDialog,
  knows,
  openVerify,
  openWay,
  safetyNumberOn,
  takeBack,
  wordsToRead,
} from './trust.ts';

const folder = temporaryFolder();
const both = [narrow, wide];

let browser: Browser;
let relay: Running;
let all: { browser: Browser; relayUrl: string; folder: string };
let ann: Person;
let bob: Person;
let cleo: Person;
/** Somebody else who is called Bob, too. */
let otherBob: Person | undefined;
let garden = '';
/** For as many as like. */
let gardenLink = '';

const everyone = () => [ann, bob, cleo];

beforeAll(async () => {
  browser = await launchBrowser();
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  all = { browser, relayUrl: relay.ready['listening'] ?? '', folder: folder.path };
  const arrive = (name: string) => Person.arrive({ ...all, name });
  [ann, bob, cleo] = await Promise.all([arrive('Ann'), arrive('Bob'), arrive('Cleo')]);
  garden = await createRoom(ann, 'Garden');
  gardenLink = await openInvite(ann.page);
  await closeDialog(ann.page);
  for (const { page } of [bob, cleo]) {
    await askToJoin(page, gardenLink);
    await page.getByRole('heading', { name: 'Garden', level: 1, exact: true }).waitFor();
  }
});

afterAll(async () => {
  await Promise.all([...everyone(), otherBob].map((person) => person?.leaveForGood()));
  await relay?.stop();
  await browser?.close();
  folder.remove();
});

const header = (person: Person) => person.page.getByTestId('room-trust');

/** One `otr` command of this person's, to its end. */
const otrOf = (person: Person, args: string[]) => otr([...args, '--profile', person.profile]);

it('[D3] all show each other who they are; nobody is verified by that, and the page says so', async () => {
  for (const person of everyone()) {
    await header(person)
      .filter({ hasText: strings.trust.headline({ verified: 0, unverified: 2, unknown: 0, changed: 0 }) })
      .waitFor();
    for (const other of everyone()) {
      if (other !== person) await knows(person.page, other.name, 'unverified');
    }
  }
  await say(bob.page, 'It is me, Bob');
  await messageWith(ann.page, 'It is me, Bob').waitFor();
  expect(await ann.page.getByTestId('sender-mark').count()).toBe(0); // he has shown who he is
  await takePictures(ann.page, 'notVerified', both);
});

it('[D6] two who compare see the same digits and pictures, and each says that they are the same', async () => {
  const [hers, his] = [await openVerify(ann.page, 'Bob'), await openVerify(bob.page, 'Ann')];
  const number = await safetyNumberOn(hers);
  expect(number.digits).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(number.pictures).toHaveLength(18);
  expect(await safetyNumberOn(his)).toEqual(number);
  await takePictures(ann.page, 'verifyCompare', both);
  await ann.page.getByRole('button', { name: strings.verify.same, exact: true }).click();
  await ann.page.locator('[data-testid="verify"][data-trust="verified"]').waitFor();
  await takePictures(ann.page, 'verified', both);
  await closeDialog(ann.page);
  await noticeWith(ann.page, 'Bob is verified: you compared the safety number').waitFor();
  await header(ann).filter({ hasText: '1 of 2 verified' }).waitFor();
  await knows(bob.page, 'Ann', 'unverified'); // what she knows is hers
  await bob.page.getByRole('button', { name: strings.verify.same, exact: true }).click();
  await isVerifiedInDialog(bob.page);
  await knows(bob.page, 'Ann', 'verified');
  await knows(cleo.page, 'Bob', 'unverified');
});

it('[D6] who is verified in one room is verified in another one from the start', async () => {
  await createRoom(ann, 'Attic');
  const link = await openInvite(ann.page);
  await closeDialog(ann.page);
  await askToJoin(bob.page, link);
  for (const person of [ann, bob]) {
    await person.page.getByRole('heading', { name: 'Attic', level: 1, exact: true }).waitFor();
    await header(person)
      .and(person.page.locator('[data-trust="verified"]'))
      .filter({ hasText: 'Everyone here is verified' })
      .waitFor();
  }
  await header(ann).click(); // it is about one person: leads to him
  await isVerifiedInDialog(ann.page);
});

it('[D6] a verification is taken back in every room; what the other knows stays', async () => {
  await header(ann).click();
  await ann.page.getByRole('button', { name: strings.verify.takeBack, exact: true }).click();
  await ann.page.getByRole('button', { name: strings.verify.takeBackSure, exact: true }).click();
  await ann.page.locator('[data-testid="verify"][data-trust="unverified"]').waitFor();
  await closeDialog(ann.page);
  for (const person of [ann, bob]) await lookAt(person.page, 'Garden');
  await knows(ann.page, 'Bob', 'unverified');
  await knows(bob.page, 'Ann', 'verified');
});

it('[D6] numbers that differ verify nobody, and the page says what to do', async () => {
  const dialog = await openVerify(ann.page, 'Bob');
  await ann.page.getByRole('button', { name: strings.verify.different, exact: true }).click();
  await dialog.getByTestId('verify-different').getByText(strings.verify.differentTitle).waitFor();
  for (const todo of strings.verify.differentTodo('Bob')) await dialog.getByText(todo).waitFor();
  await takePictures(ann.page, 'verifyDifferent', both);
  await ann.page.getByRole('button', { name: strings.verify.lookAgain, exact: true }).click();
  await dialog.getByTestId('safety-number').waitFor();
  await closeDialog(ann.page);
  await knows(ann.page, 'Bob', 'unverified');
});

it('[D6] by the code on the other’s screen: a picture of it verifies, that of somebody else does not', async () => {
  await takeBack(bob, garden, 'Ann');
  const { page } = bob;
  const dialog = await openWay(page, 'Ann', 'scan');
  const choosePicture = (buffer: Buffer) =>
    dialog.getByTestId('code-image').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer });
  const codeOnScreenFor = async (name: string) => {
    const shown = await openWay(ann.page, name, 'scan');
    const picture = await shown.getByTestId('verify-code').screenshot();
    const code = (await shown.getByTestId('verify-code').getAttribute('data-code')) ?? '';
    await closeDialog(ann.page);
    return { picture, code };
  };
  const forCleo = await codeOnScreenFor('Cleo');
  const forBob = await codeOnScreenFor('Bob');
  expect(forCleo.code).not.toBe(forBob.code);
  await takePictures(page, 'verifyScan', both);

  await choosePicture(await ann.page.screenshot());
  await dialog.getByText(strings.verify.imageNone).waitFor();
  await choosePicture(forCleo.picture);
  await dialog.getByTestId('verify-different').getByText(strings.verify.notTheSame('Ann')).waitFor();
  await takePictures(page, 'verifyWrongCode', both);
  const paste = async (code: string) => {
    await dialog.getByLabel(strings.verify.paste).fill(code);
    await dialog.getByRole('button', { name: strings.verify.pasteDo, exact: true }).click();
  };
  await paste('https://example.org/');
  await dialog.getByText(strings.verify.notCode).waitFor();
  await paste(forCleo.code);
  await dialog.getByTestId('verify-different').getByText(strings.verify.notTheSame('Ann')).waitFor();
  expect(await dialog.getAttribute('data-trust')).toBe('unverified');

  await choosePicture(forBob.picture);
  await isVerifiedInDialog(page);
  await knows(page, 'Ann', 'verified');
});

it('[D6] by the command line: a wrong number is refused, the right one verifies on the page, too', async () => {
  const shown = await otrOf(bob, ['verify', garden, 'Ann', '--json']);
  const number = String(shown.lines[0]?.['number']);
  const wrong = number.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  const refused = await otrOf(ann, ['verify', garden, 'Bob', '--number', wrong]);
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('this is not the number of Bob and you: nobody is verified'),
  });
  await knows(ann.page, 'Bob', 'unverified');
  const taken = await otrOf(ann, ['verify', garden, 'Bob', '--number', number]);
  expect(taken).toMatchObject({ status: 0, stdout: 'Bob is verified, in every room that you share.\n' });
  await knows(ann.page, 'Bob', 'verified');
});

it('[D8] by three words: a wrong one is told to both and verifies nobody', async () => {
  await openWay(ann.page, 'Cleo', 'words');
  await ann.page.getByRole('button', { name: strings.verify.wordsStart }).click();
  const [first = '', second = '', third = ''] = await wordsToRead(ann.page);
  await takePictures(ann.page, 'wordsRead', both);
  await cleo.page.getByTestId('words-bar').waitFor();
  await takePictures(cleo.page, 'wordsBar', both);
  await enterWords(cleo.page, [first, second, third === 'zoo' ? 'abandon' : 'zoo']);
  for (const { page } of [ann, cleo]) {
    await page.getByTestId('words-ended').getByText(strings.verify.wordsWrongTitle).waitFor();
  }
  await takePictures(cleo.page, 'wordsWrong', both);
  for (const [person, other] of [
    [ann, 'Cleo'],
    [cleo, 'Ann'],
  ] as const) {
    await closeDialog(person.page);
    await noticeWith(person.page, `The three words with ${other} were not the same`).waitFor();
    await knows(person.page, other, 'unverified');
  }
});

it('[D8] the right words verify both', async () => {
  await openWay(cleo.page, 'Ann', 'words');
  await cleo.page.getByRole('button', { name: strings.verify.wordsStart }).click();
  const words = await wordsToRead(cleo.page);
  await enterWords(ann.page, words);
  for (const { page } of [ann, cleo]) await isVerifiedInDialog(page);
  await knows(ann.page, 'Cleo', 'verified');
  await knows(cleo.page, 'Ann', 'verified');
  await noticeWith(ann.page, 'Cleo is verified: the three words were the same').waitFor();
});

it('[D8] words are read out by the command line and entered on a page, and the other way round', async () => {
  const reading = await startOtr(['words', garden, 'Cleo', '--profile', bob.profile]);
  const ended = once(reading.process, 'exit');
  await enterWords(cleo.page, [reading.ready['words'] ?? []].flat());
  expect(await ended).toEqual([0, null]);
  await isVerifiedInDialog(cleo.page);
  await knows(bob.page, 'Cleo', 'verified');
  await knows(cleo.page, 'Bob', 'verified');

  await takeBack(bob, garden, 'Cleo');
  await takeBack(cleo, garden, 'Bob');
  await openWay(cleo.page, 'Bob', 'words');
  await cleo.page.getByRole('button', { name: strings.verify.wordsStart }).click();
  const words = await wordsToRead(cleo.page);
  await bob.page.getByTestId('words-bar').waitFor();
  const entered = await otrOf(bob, ['words', garden, 'Cleo', '--enter', words.join(' ')]);
  expect(entered).toMatchObject({ status: 0, stdout: 'Cleo is verified, in every room that you share.\n' });
  await isVerifiedInDialog(cleo.page);
  await knows(bob.page, 'Cleo', 'verified');
});

it('[D7] a one-time invite verifies both: who comes by it at once, who made it with a yes', async () => {
  await takeBack(ann, garden, 'Cleo');
  await takeBack(cleo, garden, 'Ann');
  await createRoom(ann, 'Cellar');
  const link = await inviteOne(ann.page, { approval: false });
  expect(link).toMatch(/#[\w-]{43}\.[\w-]{22}$/);
  await askToJoin(cleo.page, link);
  await cleo.page.getByRole('heading', { name: 'Cellar', level: 1, exact: true }).waitFor();
  await header(cleo).and(cleo.page.locator('[data-trust="verified"]')).waitFor();
  await noticeWith(cleo.page, 'Ann is verified: by the invite made for one person').waitFor();

  const bar = ann.page.getByTestId('invited-bar');
  await bar.getByText(strings.asks.invited('Cleo')).waitFor();
  expect(await header(ann).getAttribute('data-trust')).toBe('unverified');
  await takePictures(ann.page, 'invitedBar', both);
  await bar.getByRole('button', { name: strings.asks.invitedYesLabel('Cleo') }).click();
  await bar.waitFor({ state: 'hidden' });
  await header(ann).and(ann.page.locator('[data-trust="verified"]')).waitFor();

  await askToJoin(bob.page, link); // a second time
  await stateNote(bob.page).filter({ hasText: 'it was used up, withdrawn, or its time is over' }).waitFor();
  await stateNote(bob.page).filter({ hasText: strings.room.notLetIn }).waitFor();
});

it('[D7] a one-time invite whose time is over lets nobody in, and verifies nobody', async () => {
  const cellar = openRoom(ann.page);
  const expiresIn = 500;
  const made = Date.now();
  const { link } = await ann.ask('createInvite', { room: cellar, uses: 1, expiresIn, approval: false });
  await noticeWith(ann.page, 'Ann made an invite').waitFor();
  await expect.poll(() => Date.now() - made).toBeGreaterThan(2 * expiresIn);
  await askToJoin(bob.page, link);
  // The relay does not know when an invite ends: the next change of the room takes it away.
  await stateNote(bob.page).filter({ hasText: strings.room.joining }).waitFor();
  await ann.ask('renameRoom', { room: cellar, name: 'Wine cellar' });
  await stateNote(bob.page).filter({ hasText: 'was just used up or withdrawn' }).waitFor();
  await askToJoin(bob.page, link);
  await stateNote(bob.page).filter({ hasText: 'its time is over' }).waitFor();
  await allAreThere(ann.page, 2);
  expect(await ann.page.getByTestId('invited-bar').count()).toBe(0);
});

it('[D6] another one of a verified name: what is said waits, on every page that knows the real one', async () => {
  for (const { page } of everyone()) await lookAt(page, 'Garden');
  otherBob = await Person.arrive({ ...all, folder: `${folder.path}/elsewhere`, name: 'Bob' });
  await askToJoin(otherBob.page, gardenLink);
  await otherBob.page.getByRole('heading', { name: 'Garden', level: 1, exact: true }).waitFor();
  for (const person of [ann, cleo]) {
    const bar = person.page.getByTestId('changed-bar');
    await bar.getByText(/^Bob.* is not who you verified\.$/).waitFor();
    await bar.getByText(strings.asks.changedWaits).waitFor();
    await header(person).filter({ hasText: '1 person is not who you verified' }).waitFor();
    await noticeWith(person.page, 'has the name of somebody you met before').waitFor();
    await say(person.page, `${person.name} says it to the real Bob`);
    await messageWith(person.page, `${person.name} says it`)
      .filter({ has: person.page.locator('[data-delivery="saved"]') })
      .waitFor();
  }
  await takePictures(ann.page, 'changed', both);
  await say(otherBob.page, 'New computer, still me');
  for (const { page } of [ann, cleo]) {
    await messageWith(page, 'New computer, still me')
      .locator('[data-testid="sender-mark"][data-trust="changed"]')
      .waitFor();
  }
  await choose(messageWith(ann.page, 'New computer, still me'), strings.message.about);
  await ann.page.getByTestId('sender-then').getByText(strings.trust.word('changed')).waitFor();
  await takePictures(ann.page, 'aboutMessage', both);
  await closeDialog(ann.page);
  // What was said since is past both of them at the relay: neither message has left.
  for (const { page } of [bob, otherBob]) {
    await messageWith(page, 'New computer, still me').waitFor();
    expect(await messageWith(page, 'says it to the real Bob').count()).toBe(0);
  }
});

it('[D6] it goes on with a decision, by the command line or on the page, of each for themselves', async () => {
  const other = await changedMember(ann);
  const accepted = await otrOf(ann, ['accept', garden, other]);
  expect(accepted).toMatchObject({ status: 0, stdout: expect.stringContaining('sending goes on') });
  for (const { page } of [ann, bob, cleo]) {
    await messageWith(page, 'Ann says it to the real Bob')
      .filter({ hasNot: page.locator('[data-delivery="saved"]') })
      .waitFor();
  }
  await ann.page.getByTestId('changed-bar').waitFor({ state: 'hidden' });
  expect(await messageWith(bob.page, 'Cleo says it to the real Bob').count()).toBe(0); // she has not decided
  const bar = cleo.page.getByTestId('changed-bar');
  await bar.getByRole('button', { name: strings.asks.accept, exact: true }).click();
  await bar.waitFor({ state: 'hidden' });
  await messageWith(bob.page, 'Cleo says it to the real Bob').waitFor();
  for (const person of [ann, cleo]) {
    await header(person).filter({ hasText: '2 of 3 verified' }).waitFor();
    expect(await person.page.getByTestId('changed-bar').count()).toBe(0);
  }
});

it('no page asked anybody but its proxy, broke its policy, or had an error', () => {
  for (const { watch } of everyone()) expect(watch.problems()).toEqual([]);
});

/** The key of the one who is not who was verified. */
async function changedMember(person: Person): Promise<string> {
  const { members } = await person.ask('getMembers', { room: garden });
  const found = members.find(({ trust }) => trust === 'changed');
  if (found === undefined) throw new Error('nobody is changed');
  const { members: hisList } = await bob.ask('getMembers', { room: garden });
  expect(found.key).not.toBe(hisList.find(({ self }) => self)?.key);
  return found.key;
}
