import { strings } from '../src/strings.ts';
import { type Check, hashOf } from './check.ts';
import { idOf, keyOf } from './fixtures.ts';
import { ana, anaKey, askedFor, lastAsked, pair, verifyDialog } from './verifying.ts';

const text = strings.verify;

/** Who is who: marks, words, and what a person is asked about others. */
export const trustChecks: readonly Check[] = [
  [
    '[D3] every member has a sign and a word; doubtful senders are marked where they speak',
    hashOf('circle'),
    async (page) => {
      const list = page.getByTestId('member-list');
      await list.waitFor();
      for (const kind of ['verified', 'unverified', 'waiting', 'unproven', 'refused'] as const) {
        const mark = list.locator(`[data-testid="member-trust"][data-trust="${kind}"]`);
        await mark.getByText(strings.trust.word(kind)).waitFor();
        if ((await mark.locator('svg').count()) !== 1) return `${kind} has no sign of its own`;
      }
      const marks = await page.getByTestId('sender-mark').allTextContents();
      if (marks.join() !== [strings.trust.marks.unproven, strings.trust.marks.refused].join())
        return `marked: ${marks}`;
      const label = await page.getByTestId('message').nth(1).getAttribute('aria-label');
      if (!label?.endsWith(strings.trust.marks.unproven)) return `said of it: ${label}`;
      await page.getByTestId('room-trust').getByText('1 person is not who they say').waitFor();
      return undefined;
    },
  ],
  [
    'details of a message say what was known of its sender when it came, and what is known now',
    hashOf('circle'),
    async (page, { chat }) => {
      const message = page.getByTestId('message').filter({ hasText: 'if somebody tells me' });
      await message.waitFor();
      chat.changeMember(idOf('circle', 16), keyOf('Dmitri Volkov'), { trust: 'unverified' });
      await message.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: strings.message.about }).click();
      await page.getByTestId('sender-then').getByText(strings.trust.word('unproven')).waitFor();
      await page.getByTestId('sender-now').getByText(strings.trust.word('unverified')).waitFor();
      await page.getByRole('button', { name: strings.trust.verifyDo }).click();
      await page.getByRole('dialog', { name: text.title('Dmitri Volkov') }).waitFor();
      return undefined;
    },
  ],
  [
    'the header leads to the list of members where it is about several, and the focus with it',
    hashOf('club'),
    async (page) => {
      await page.getByRole('tab', { name: 'Room' }).click();
      await page.getByTestId('room-trust').click();
      await page.getByTestId('member-list').waitFor();
      await page.waitForFunction(() => document.activeElement?.className.includes('memberRows'));
      return undefined;
    },
  ],
  [
    '[D7] asks whether the invite was given to this person: a yes verifies',
    hashOf('pair'),
    async (page, harness) => {
      await page.getByTestId('room-trust').waitFor();
      harness.chat.changeMember(pair, anaKey, { asks: 'invited' });
      const bar = page.getByTestId('invited-bar');
      await bar.getByText(strings.asks.invited(ana)).waitFor();
      await bar.getByRole('button', { name: strings.asks.invitedYesLabel(ana) }).click();
      await bar.waitFor({ state: 'detached' });
      await page.getByTestId('room-trust').getByText('Everyone here is verified').waitFor();
      return lastAsked(harness, 'confirmInvited')?.includes('"yes":true') ? undefined : 'it was no yes';
    },
  ],
  [
    '[D7] a no verifies nobody, and offers to remove who came instead',
    hashOf('pair'),
    async (page, harness) => {
      await page.getByTestId('room-trust').waitFor();
      harness.chat.changeMember(pair, anaKey, { asks: 'invited' });
      await page.getByRole('button', { name: strings.asks.invitedNoLabel(ana) }).click();
      await page.getByRole('dialog', { name: strings.members.removeTitle(ana) }).waitFor();
      return lastAsked(harness, 'confirmInvited')?.includes('"yes":false') ? undefined : 'it was no no';
    },
  ],
  [
    '[D6] somebody with other keys than the verified person: what is written waits and says so, until it is decided',
    hashOf('changed'),
    async (page, harness) => {
      const bar = page.getByTestId('changed-bar');
      await bar.getByText(strings.asks.changed(ana)).waitFor();
      await bar.getByText(strings.asks.changedWaits).waitFor();
      await page.getByTestId('room-trust').getByText('1 person is not who you verified').waitFor();
      await page
        .getByTestId('message')
        .filter({ hasText: 'Which of you is it?' })
        .getByRole('img', { name: strings.asks.held })
        .waitFor();
      const placeholder = await page.getByTestId('composer').getAttribute('placeholder');
      if (placeholder !== strings.asks.heldPlaceholder) return `the box says ${placeholder}`;
      await bar.getByRole('button', { name: strings.asks.verify }).click();
      await verifyDialog(page).getByText(strings.trust.word('changed'), { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await bar.getByRole('button', { name: strings.asks.accept }).click();
      await bar.waitFor({ state: 'detached' });
      return askedFor(harness, 'acceptMember').length === 1 ? undefined : 'nothing was decided';
    },
  ],
  [
    'who may not remove is not offered it, and verifying decides too',
    hashOf('changed'),
    async (page, { chat }) => {
      const bar = page.getByTestId('changed-bar');
      await bar.getByRole('button', { name: strings.asks.remove }).waitFor();
      chat.change(idOf('changed', 16), { rights: { invite: true, remove: false, change: false } });
      await bar.getByRole('button', { name: strings.asks.remove }).waitFor({ state: 'detached' });
      await bar.getByRole('button', { name: strings.asks.verify }).click();
      await page.getByRole('button', { name: text.same }).click();
      await page.getByRole('dialog', { name: text.verifiedTitle(ana) }).waitFor();
      await bar.waitFor({ state: 'detached' });
      return undefined;
    },
  ],
];
