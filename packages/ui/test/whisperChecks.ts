import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import { type Check, hashOf, idle } from './check.ts';
import { idOf, keyOf, self } from './fixtures.ts';
import type { Harness } from './harness.ts';

const text = strings.whispers;
const circle = idOf('circle', 16);
const [ana, ben] = ['Ana Lima', 'Ben Okafor'] as const;

const composer = (page: Page) => page.getByTestId('composer');
const bar = (page: Page) => page.getByTestId('whisper-bar');
const withText = (page: Page, said: string) => page.getByTestId('message').filter({ hasText: said }).last();

const askedFor = ({ chat }: Harness, event: string) =>
  chat.asked.filter((request) => request.event === event).map(({ request }) => request);

/** The keys that the last message was whispered to, sorted; `all` for everybody. */
function whisperedTo(harness: Harness): string {
  const request = askedFor(harness, 'sendMessage').at(-1) as { whisperTo?: string[] } | undefined;
  return request?.whisperTo?.toSorted().join() ?? 'all';
}

const keys = (...names: string[]) => names.map(keyOf).toSorted().join();

async function choose(page: Page, ...names: string[]): Promise<void> {
  await page.getByRole('button', { name: text.choose, exact: true }).click();
  for (const name of names) await page.getByTestId('whisper-picker').getByLabel(name).check();
  await page.keyboard.press('Escape');
  await page.getByTestId('whisper-picker').waitFor({ state: 'hidden' });
}

/** Waits until the proxy has been asked; the check's own time limit is the page's. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 200; tries += 1) await new Promise((done) => setTimeout(done, 25));
}

/** Whispers, rooms off the record, and what makes everything deniable. */
export const whisperChecks: readonly Check[] = [
  [
    '[D4] whispers to those who were chosen, and looks like it; the choice stays until it is left',
    hashOf('circle'),
    async (page, harness) => {
      await composer(page).waitFor();
      await choose(page, ana, ben);
      await bar(page).getByText(ana).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      const label = await composer(page).getAttribute('aria-label');
      if (label !== text.label([ana, ben], 'Reading circle')) return `the box is called ${label}`;
      await page.keyboard.type('Psst');
      if (askedFor(harness, 'setTyping').length > 0) return 'all are told that one types';
      await page.keyboard.press('Enter');
      const sent = withText(page, 'Psst');
      await sent
        .getByTestId('whisper-mark')
        .getByText(text.to([ana, ben]))
        .waitFor();
      if (whisperedTo(harness) !== keys(ana, ben)) return `whispered to ${whisperedTo(harness)}`;
      await bar(page)
        .getByRole('button', { name: text.drop(ben) })
        .click();
      await composer(page).fill('And only you');
      await page.keyboard.press('Enter');
      await withText(page, 'And only you').waitFor();
      if (whisperedTo(harness) !== keys(ana)) return `then whispered to ${whisperedTo(harness)}`;
      await bar(page).getByRole('button', { name: text.leave }).click();
      await composer(page).fill('Hello all');
      await page.keyboard.press('Enter');
      await withText(page, 'Hello all').waitFor();
      return whisperedTo(harness) === 'all' ? undefined : 'it whispers on';
    },
  ],
  [
    'finds a person by typing, with Enter, and gives the focus back to the box',
    hashOf('circle'),
    async (page) => {
      await page.getByRole('button', { name: text.choose, exact: true }).click();
      await page.getByLabel(text.find).fill('okaf');
      await page.keyboard.press('Enter');
      await bar(page).getByText(ben).waitFor();
      await page.getByLabel(text.find).fill('nobody');
      await page.getByText(text.none).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      return undefined;
    },
  ],
  [
    'an answer to a whisper is a whisper to its sender and all it was for',
    hashOf('circle'),
    async (page, harness) => {
      await withText(page, 'I will not tell anybody.').focus();
      await page.keyboard.press('r');
      await bar(page).getByText(ana).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('Thank you');
      await page.keyboard.press('Enter');
      await withText(page, 'Thank you').getByTestId('whisper-mark').waitFor();
      if (whisperedTo(harness) !== keys(ana)) return `whispered to ${whisperedTo(harness)}`;
      const whisper = { to: [keyOf(self), keyOf(ben)], names: [self, ben] };
      harness.chat.receive(circle, ana, 'For two', { whisper });
      await withText(page, 'For two')
        .getByText(text.to([ben, text.you]))
        .waitFor();
      await withText(page, 'For two').focus();
      await page.keyboard.press('r');
      await bar(page).getByText(ben).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('To both');
      await page.keyboard.press('Enter');
      await withText(page, 'To both').waitFor();
      if (whisperedTo(harness) !== keys(ana, ben)) return `then whispered to ${whisperedTo(harness)}`;
      await withText(page, 'For two').focus();
      await page.keyboard.press('r');
      await bar(page).getByRole('button', { name: text.leave }).click();
      return (await page.getByTestId('task-bar').count()) === 0
        ? undefined
        : 'it answers a whisper before all';
    },
  ],
  [
    'a whisper that was not sent stays one: in another room and back, and no draft has it',
    hashOf('circle'),
    async (page, harness) => {
      await composer(page).fill('already typed');
      await until(() => askedFor(harness, 'setDraft').length > 0);
      await choose(page, ana);
      await composer(page).fill('secret half');
      await page.getByRole('button', { name: /^Book club/ }).click();
      await page.getByRole('heading', { name: 'Book club' }).waitFor();
      if ((await bar(page).count()) > 0) return 'it whispers in the other room';
      await page.getByRole('button', { name: /^Reading circle/ }).click();
      await page.getByRole('heading', { name: 'Reading circle' }).waitFor();
      await bar(page).getByText(ana).waitFor();
      if ((await composer(page).inputValue()) !== 'secret half') return await composer(page).inputValue();
      await composer(page).focus();
      await page.keyboard.press('Escape');
      await idle(page);
      if ((await bar(page).count()) === 0) return 'one key made it something for everybody';
      const drafts = JSON.stringify(askedFor(harness, 'setDraft'));
      if (drafts.includes('secret')) return `the proxy has it: ${drafts}`;
      return drafts.endsWith('"text":""}]') ? undefined : `the draft stayed: ${drafts}`;
    },
  ],
  [
    '/w name text whispers to that person; a name that nobody has sends nothing',
    hashOf('circle'),
    async (page, harness) => {
      await composer(page).fill('/w Nobody the secret');
      await page.keyboard.press('Enter');
      await page.getByText(text.unknown('Nobody')).waitFor();
      if (askedFor(harness, 'sendMessage').length > 0) return 'it was sent';
      if ((await composer(page).inputValue()) !== '/w Nobody the secret') return 'the text is gone';
      await composer(page).fill('/w ben okafor the secret');
      await page.keyboard.press('Enter');
      await withText(page, 'the secret')
        .getByTestId('whisper-mark')
        .getByText(text.to([ben]))
        .waitFor();
      if ((await composer(page).inputValue()) !== '') return 'the box is not empty';
      return whisperedTo(harness) === keys(ben) ? undefined : whisperedTo(harness);
    },
  ],
  [
    'to nobody who is here any more nothing is sent',
    hashOf('circle'),
    async (page, harness) => {
      await composer(page).waitFor();
      await choose(page, ana);
      harness.chat.request('removeMember', { room: circle, member: keyOf(ana) });
      await bar(page).getByText(text.someone).waitFor();
      await composer(page).fill('Are you there?');
      await page.keyboard.press('Enter');
      await page.getByText(text.nobody).waitFor();
      return askedFor(harness, 'sendMessage').length === 0 ? undefined : 'it was sent';
    },
  ],
  [
    'whispers to a member from the list; details say that it is not signed',
    hashOf('circle'),
    async (page) => {
      await page.getByRole('button', { name: strings.members.actions(ana) }).click();
      await page.getByRole('menuitem', { name: text.toItem }).click();
      await bar(page).getByText(ana).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await withText(page, 'I will not tell anybody.').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: strings.message.about }).click();
      await page.getByTestId('whisper-details').getByText('It is not signed').waitFor();
      return undefined;
    },
  ],
  [
    '[D9] makes a room off the record, which says so in the header, the box and the list',
    hashOf('lively'),
    async (page, harness) => {
      await page.getByRole('button', { name: 'New room' }).click();
      await page.getByLabel('Name of the room').fill('Garden');
      await page.getByRole('checkbox', { name: strings.offTheRecord.word }).check();
      await page.getByRole('button', { name: strings.dialog.create }).click();
      await page.getByRole('dialog', { name: strings.dialog.inviteTitle('Garden') }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('off-the-record').waitFor();
      await page.locator('.composer').getByText(strings.offTheRecord.composer).waitFor();
      await page
        .getByRole('button', { name: /^Garden/ })
        .getByRole('img', { name: strings.offTheRecord.word })
        .waitFor();
      const asked = JSON.stringify(askedFor(harness, 'createRoom').at(-1));
      return asked === '{"name":"Garden","offTheRecord":true}' ? undefined : asked;
    },
  ],
  [
    'an invite for one person says what it does; one whose link is hidden says who can show it',
    hashOf('club'),
    async (page) => {
      await page.getByRole('tab', { name: 'Invites' }).click();
      await page.getByTestId('invite').getByText(strings.invites.personal).waitFor();
      const hidden = page.getByTestId('invite').filter({ hasText: strings.invites.linkHidden });
      await hidden.waitFor();
      if ((await hidden.getByRole('button', { name: strings.invites.copy }).count()) > 0)
        return 'a link that is not there can be copied';
      const personal = page.getByTestId('invite').filter({ hasText: strings.invites.personal });
      await personal.getByRole('button', { name: strings.invites.show }).click();
      await page.getByText(strings.dialog.invitePersonal).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: strings.invites.create }).click();
      await page.getByRole('dialog').getByText(strings.invites.personal).waitFor();
      await page.getByLabel(strings.invites.usesChoices.any).check();
      return (await page.getByRole('dialog').getByText(strings.invites.personal).count()) === 0
        ? undefined
        : 'an invite for all promises it';
    },
  ],
  [
    '[D10] publishes the signature key on leaving when it is chosen, and only then',
    hashOf('circle'),
    async (page, harness) => {
      const leave = async (publish: boolean) => {
        await page.getByRole('button', { name: 'Room actions' }).click();
        await page.getByRole('menuitem', { name: 'Leave room…' }).click();
        if (publish) await page.getByLabel(strings.dialog.publishKey).check();
        await page.getByRole('button', { name: strings.dialog.leave, exact: true }).click();
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
        return JSON.stringify(askedFor(harness, 'leaveRoom').at(-1));
      };
      if (!(await leave(true))?.includes('"publishKey":true')) return 'it was not published';
      await page.getByTestId('composer').waitFor();
      return (await leave(false))?.includes('publishKey') ? 'it is published by itself' : undefined;
    },
  ],
  [
    "changes anybody's message in one's own history, and deletes it after asking once",
    hashOf('circle'),
    async (page, harness) => {
      const open = async (said: string) => {
        await withText(page, said).focus();
        await page.keyboard.press('Enter');
        await page.getByRole('menuitem', { name: strings.rewrite.item }).click();
        await page.getByRole('dialog', { name: strings.rewrite.title }).waitFor();
      };
      await open('Seven, then?');
      await page.getByLabel(strings.rewrite.label).fill('Eight, then?');
      await page.getByRole('button', { name: strings.rewrite.change }).click();
      await withText(page, 'Eight, then?').waitFor();
      await open('Eight, then?');
      await page.getByRole('button', { name: strings.rewrite.remove, exact: true }).click();
      if (JSON.stringify(askedFor(harness, 'rewriteHistory').at(-1))?.includes('null'))
        return 'it did not ask';
      await page.getByRole('button', { name: strings.rewrite.removeSure }).click();
      await page.getByText('Eight, then?').waitFor({ state: 'detached' });
      return undefined;
    },
  ],
];
