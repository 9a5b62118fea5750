import { strings } from '../src/strings.ts';
import { type Check, hashOf, idle } from './check.ts';
import { passphrase } from './fakeChat.ts';

const text = strings.vault;

/** The lock screen, the passphrase, and what others are told. */
export const vaultChecks: readonly Check[] = [
  [
    'a locked profile shows nothing, refuses a wrong passphrase, and opens where one was',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByText('And I the tea.').waitFor();
      chat.setVault({ state: 'locked', by: 'passphrase' });
      await page.getByRole('heading', { name: text.lockedTitle }).waitFor();
      const shown = await page.locator('body').textContent();
      if (shown?.includes('tea') || shown?.includes('Book night')) return 'something of the profile is shown';
      if ((await page.title()) !== strings.appName) return `the title tells ${await page.title()}`;
      await page.keyboard.type('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(text.wrong).waitFor();
      const field = page.getByLabel(text.passphrase);
      if ((await field.inputValue()) !== '') return 'the wrong passphrase is still there';
      await page.keyboard.type(passphrase);
      await page.keyboard.press('Enter');
      await page.getByText('And I the tea.').waitFor();
      return undefined;
    },
  ],
  [
    'a page that opens on a locked profile asks first',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByTestId('composer').waitFor();
      chat.setVault({ state: 'locked', by: 'passphrase' });
      await page.reload();
      await page.getByLabel(text.passphrase).fill(passphrase);
      await page.getByRole('button', { name: text.unlock }).click();
      await page.getByTestId('room-list').waitFor();
      return undefined;
    },
  ],
  [
    'sets a passphrase from the hint, asks twice for it, and the hint goes',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByTestId('protect-hint').getByRole('button', { name: text.hintDo }).click();
      await page.getByLabel(text.next).fill(passphrase);
      await page.getByLabel(text.again).fill('something else');
      await page.getByRole('button', { name: text.dialogDo.set }).click();
      await page.getByText(text.differ).waitFor();
      if (chat.asked.some(({ event }) => event === 'protect')) return 'it was set all the same';
      await page.getByLabel(text.again).fill(passphrase);
      await page.getByLabel(text.idleLabel).selectOption(text.idleChoice(15));
      await page.getByRole('button', { name: text.dialogDo.set }).click();
      await page.getByTestId('protect-hint').waitFor({ state: 'detached' });
      const asked = JSON.stringify(chat.asked.find(({ event }) => event === 'protect')?.request);
      return asked === JSON.stringify({ by: 'passphrase', passphrase, lockAfterMinutes: 15 })
        ? undefined
        : asked;
    },
  ],
  [
    'removes the passphrase only with it, and locks at once on demand',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByTestId('composer').waitFor();
      chat.setVault({ by: 'passphrase' });
      const openSettings = () => page.getByRole('button', { name: /Settings$/ }).click();
      await openSettings();
      await page.getByRole('button', { name: text.remove }).click();
      await page.getByLabel(text.current).fill('wrong');
      await page.getByRole('button', { name: text.dialogDo.remove }).click();
      await page.getByText(text.wrong).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await openSettings();
      await page.getByRole('button', { name: text.lockNow }).click();
      await page.getByRole('heading', { name: text.lockedTitle }).waitFor();
      return undefined;
    },
  ],
  [
    'tells others what was read only when it is switched on',
    hashOf('talk'),
    async (page, { chat }) => {
      await page.getByRole('button', { name: /Settings$/ }).click();
      const box = page.getByLabel(strings.settings.tellRead);
      await box.waitFor();
      if (await box.isChecked()) return 'it is on by default';
      await box.click();
      await idle(page);
      if (!(await box.isChecked())) return 'it stays off';
      const asked = JSON.stringify(chat.asked.find(({ event }) => event === 'setPreferences')?.request);
      return asked === '{"tellRead":true,"tellTyping":true}' ? undefined : asked;
    },
  ],
];
