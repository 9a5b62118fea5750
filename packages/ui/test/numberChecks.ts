import { strings } from '../src/strings.ts';
import { type Check, hashOf } from './check.ts';
import { numberOf } from './fakeTrust.ts';
import { idOf, keyOf, membersOf } from './fixtures.ts';
import { ana, askedFor, isVerified, lastAsked, openVerify, verifyDialog } from './verifying.ts';

const text = strings.verify;

/** Verifying by the safety number. */
export const numberChecks: readonly Check[] = [
  [
    '[D6] verifies by comparing, with the number that was on the screen; takes it back after asking once',
    hashOf('pair'),
    async (page, harness) => {
      await openVerify(page);
      const shown = await page.getByTestId('safety-number').getAttribute('data-number');
      const member = membersOf(2, 0)[1];
      if (member === undefined || shown !== numberOf(member).number) return `shown: ${shown}`;
      const label = await page.getByTestId('safety-number').getAttribute('aria-label');
      if (!label?.includes([...(shown.split(' ')[0] ?? '')].join(' '))) return `read out: ${label}`;
      const names = await page.getByTestId('safety-emoji').getByRole('listitem').allInnerTexts();
      if (names.length !== 18 || names.some((name) => !/[a-z]/.test(name))) return `pictures: ${names}`;
      await page.getByRole('button', { name: text.same }).click();
      await isVerified(page);
      if (!lastAsked(harness, 'verifyMember')?.includes(shown)) return lastAsked(harness, 'verifyMember');
      await verifyDialog(page).getByRole('button', { name: text.takeBack }).click();
      if (lastAsked(harness, 'unverifyMember') !== undefined) return 'it did not ask';
      await verifyDialog(page).getByRole('button', { name: text.takeBackSure }).click();
      await page.getByRole('dialog', { name: text.title(ana) }).waitFor();
      return undefined;
    },
  ],
  [
    'a number that is different verifies nobody, and says what to do',
    hashOf('pair'),
    async (page, harness) => {
      await openVerify(page);
      await page.getByRole('button', { name: text.different }).click();
      await page.getByTestId('verify-different').getByText(text.differentText(ana)).waitFor();
      if (askedFor(harness, 'verifyMember').length > 0) return 'somebody was verified';
      const focused = await page.evaluate(() => document.activeElement?.textContent);
      if (focused !== text.lookAgain) return `focus at ${focused}`;
      await page.getByRole('button', { name: text.remove(ana) }).click();
      await page.getByRole('dialog', { name: strings.members.removeTitle(ana) }).waitFor();
      return undefined;
    },
  ],
  [
    'who has not shown who it is cannot be verified, until it has',
    hashOf('circle'),
    async (page, { chat }) => {
      const chloe = keyOf('Chloé Martin');
      await page.locator('[data-testid="member-trust"][data-trust="waiting"]').click();
      await verifyDialog(page).getByRole('alert').getByText('has not shown yet').waitFor();
      if ((await page.getByTestId('safety-number').count()) > 0) return 'there is a number';
      chat.changeMember(idOf('circle', 16), chloe, { trust: 'unverified' });
      await page.getByTestId('safety-number').waitFor();
      return undefined;
    },
  ],
];
