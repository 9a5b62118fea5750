import { strings } from '../src/strings.ts';
import { type Check, hashOf, idle } from './check.ts';
import { fakeWords } from './fakeTrust.ts';
import { idOf } from './fixtures.ts';
import { ana, anaKey, askedFor, isVerified, lastAsked, openVerify, pair, verifyDialog } from './verifying.ts';

const text = strings.verify;

/** Verifying by three words, said and heard. */
export const wordsChecks: readonly Check[] = [
  [
    '[D8] shows three words to read out, keeps them over a look at another way, and tells when they were the same',
    hashOf('pair'),
    async (page, { chat }) => {
      await openVerify(page, 'words');
      await page.getByRole('button', { name: text.wordsStart }).click();
      await page.getByTestId('words-said').waitFor();
      await page.getByRole('tab', { name: text.tabs.compare }).click();
      await page.getByRole('tab', { name: text.tabs.words }).click();
      const said = await page.getByTestId('words-said').getByRole('listitem').allTextContents();
      if (said.join() !== fakeWords.join()) return `shown: ${said}`;
      await page.getByText(text.wordsWaiting(ana)).waitFor();
      chat.changeMember(pair, anaKey, { trust: 'verified', verified: { by: 'words', at: Date.now() } });
      chat.words(pair, anaKey, 'verified');
      await isVerified(page);
      await verifyDialog(page).getByText('Three words were read aloud').waitFor();
      await verifyDialog(page).getByRole('button', { name: text.takeBack }).click();
      await verifyDialog(page).getByRole('button', { name: text.takeBackSure }).click();
      await page.getByRole('tab', { name: text.tabs.words }).click();
      await page.getByRole('button', { name: text.wordsStart }).waitFor();
      return undefined;
    },
  ],
  [
    '[D8] words that were not the same are told as what they may mean; nobody is verified',
    hashOf('pair'),
    async (page, { chat }) => {
      await openVerify(page, 'words');
      await page.getByRole('button', { name: text.wordsStart }).click();
      await page.getByTestId('words-said').waitFor();
      chat.words(pair, anaKey, 'wrong');
      await page.getByTestId('words-ended').getByText(text.wordsWrong).waitFor();
      if ((await page.getByTestId('words-said').count()) > 0) return 'the words are still shown';
      await page.getByRole('button', { name: text.wordsAgain }).click();
      await page.getByRole('button', { name: text.wordsStart }).waitFor();
      return (await verifyDialog(page).getAttribute('data-trust')) === 'unverified' ? undefined : 'verified';
    },
  ],
  [
    'closing the dialog stops the exchange: words that nobody sees are no use',
    hashOf('pair'),
    async (page, harness) => {
      await openVerify(page, 'words');
      await page.getByRole('button', { name: text.wordsStart }).click();
      await page.getByTestId('words-said').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await idle(page);
      return askedFor(harness, 'stopWords').length === 1 ? undefined : 'it goes on';
    },
  ],
  [
    'a member that reads words to us is announced by a bar; the words that we hear are compared',
    hashOf('pair'),
    async (page, harness) => {
      await page.getByTestId('room-trust').waitFor();
      harness.chat.changeMember(pair, anaKey, { asks: 'words' });
      const bar = page.getByTestId('words-bar');
      await bar.getByText(strings.asks.words(ana)).waitFor();
      await bar.getByRole('button', { name: strings.asks.wordsDo }).click();
      const field = page.getByLabel(text.wordsLabel);
      await field.fill('harbour velvet');
      await page.keyboard.press('Enter');
      await page.getByText(text.wordsThree).waitFor();
      if (askedFor(harness, 'enterWords').length > 0) return 'two words were sent';
      await field.fill(' Harbour, velvet  SEVENTEEN ');
      await page.keyboard.press('Enter');
      await isVerified(page);
      return lastAsked(harness, 'enterWords')?.includes('"harbour velvet seventeen"')
        ? undefined
        : lastAsked(harness, 'enterWords');
    },
  ],
  [
    'who begins to read while we look at the number leads us to the words; in another room it is said',
    hashOf('pair'),
    async (page, { chat }) => {
      await openVerify(page, 'compare');
      await page.getByTestId('safety-number').waitFor();
      chat.changeMember(pair, anaKey, { asks: 'words' });
      chat.words(pair, anaKey, 'asked');
      await page.getByLabel(text.wordsLabel).waitFor();
      chat.words(idOf('circle', 16), anaKey, 'asked');
      await page.getByText(strings.asks.wordsElsewhere(ana, 'Reading circle')).waitFor();
      return undefined;
    },
  ],
  [
    'words that we entered wrongly are told as such, and can be said again',
    hashOf('pair'),
    async (page, { chat }) => {
      await page.getByTestId('room-trust').waitFor();
      chat.changeMember(pair, anaKey, { asks: 'words' });
      await page.getByTestId('words-bar').getByRole('button', { name: strings.asks.wordsDo }).click();
      await page.getByLabel(text.wordsLabel).fill('one two three');
      await page.keyboard.press('Enter');
      await page.getByTestId('words-ended').getByText(text.wordsWrong).waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('words-bar').waitFor({ state: 'detached' });
      await openVerify(page, 'words');
      await page.getByRole('button', { name: text.wordsStart }).waitFor();
      return undefined;
    },
  ],
];
