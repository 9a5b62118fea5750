import type { Page } from 'playwright-core';
import { strings } from '../src/strings.ts';
import { type Check, fromEnd, hashOf, idle } from './check.ts';
import { idOf } from './fixtures.ts';
import type { Harness } from './harness.ts';

const club = idOf('club', 16);

const lastAsked = ({ chat }: Harness, event: string): Record<string, unknown> | undefined =>
  chat.asked.findLast((request) => request.event === event)?.request as Record<string, unknown> | undefined;

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
}

/** Members, invites, knocks, settings, what becomes of a room, and the search. */
export const roomChecks: readonly Check[] = [
  [
    'lets in who knocks from the bar, and refuses the next',
    hashOf('club'),
    async (page, harness) => {
      const bar = page.getByTestId('knock-bar');
      await bar.getByText('Finn Berg asks to come in').waitFor();
      await bar.getByRole('button', { name: 'Let in' }).click();
      await bar.getByText(/lost their keys/).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      if (lastAsked(harness, 'admitKnock') === undefined) return 'nobody was let in';
      await bar.getByRole('button', { name: 'Refuse' }).click();
      await bar.waitFor({ state: 'detached' });
      return lastAsked(harness, 'refuseKnock') === undefined ? 'nobody was refused' : undefined;
    },
  ],
  [
    'a knock that comes moves nothing away from the end, and is marked in the list',
    hashOf('lively'),
    async (page, { chat }) => {
      await page.getByTestId('message').last().waitFor();
      await idle(page);
      const knock = { id: idOf('late', 16), name: 'Gil', at: Date.now(), approval: true };
      chat.changeDetails(idOf('lively', 16), { knocks: [knock] });
      await page.getByTestId('knock-bar').getByText('Gil asks to come in').waitFor();
      await idle(page);
      const distance = await fromEnd(page);
      if (distance > 1) return `${distance} px from the end`;
      await page
        .getByRole('button', { name: /^Kitchen table/ })
        .getByRole('img', { name: '1 person asks' })
        .waitFor();
      return undefined;
    },
  ],
  [
    'removes a member after asking once, and makes one an admin',
    hashOf('club'),
    async (page, harness) => {
      await page.getByRole('button', { name: strings.members.actions('Chloé Martin') }).click();
      await page.getByRole('menuitem', { name: strings.members.makeAdmin }).click();
      await page.getByTestId('member-list').getByText(', admin').nth(2).waitFor({ state: 'attached' });
      await page.getByRole('button', { name: strings.members.actions('Ben Okafor') }).click();
      await page.getByRole('menuitem', { name: strings.members.remove }).click();
      if (lastAsked(harness, 'removeMember') !== undefined) return 'it did not ask';
      await page.getByRole('button', { name: strings.members.removeDo, exact: true }).click();
      await page.getByTestId('member-list').getByText('Ben Okafor').waitFor({ state: 'detached' });
      return undefined;
    },
  ],
  [
    'offers nothing that one may not do',
    hashOf('club'),
    async (page, { chat }) => {
      await page.getByTestId('member-list').waitFor();
      chat.change(club, { rights: { invite: false, remove: false, change: false } });
      await page
        .getByRole('button', { name: strings.room.invite, exact: true })
        .waitFor({ state: 'detached' });
      await page.getByRole('button', { name: strings.members.actions('Ben Okafor') }).click();
      await page.getByRole('menuitem').first().waitFor();
      const offered = await page.getByRole('menuitem').allTextContents();
      if (offered.join() !== [strings.trust.verifyItem, strings.whispers.toItem].join())
        return `offered: ${offered}`;
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      await openTab(page, 'Room');
      const selects = page.getByTestId('details').locator('select');
      await selects.first().waitFor();
      const enabled = await selects.evaluateAll((all) =>
        all.filter((one) => !(one as HTMLSelectElement).disabled),
      );
      return enabled.length === 0 ? undefined : `${enabled.length} settings can be changed`;
    },
  ],
  [
    'makes an invite with limits, shows its code, and withdraws it after asking once',
    hashOf('club'),
    async (page, harness) => {
      await openTab(page, 'Invites');
      await page.getByRole('button', { name: strings.invites.create }).click();
      await page.getByLabel(strings.invites.usesChoices.some).check();
      await page.getByLabel(strings.invites.usesNumber).fill('7');
      await page.getByLabel(strings.invites.expires).selectOption('1 week');
      await page.getByLabel(strings.invites.approval).check();
      await page.getByRole('button', { name: strings.invites.createDo }).click();
      await page.getByRole('img', { name: strings.dialog.inviteQr }).waitFor();
      const asked = lastAsked(harness, 'createInvite');
      const wanted = { uses: 7, expiresIn: 7 * 86_400_000, approval: true };
      for (const [key, value] of Object.entries(wanted)) {
        if (asked?.[key] !== value) return `asked ${JSON.stringify(asked)}`;
      }
      await page.keyboard.press('Escape');
      const invite = page.getByTestId('invite').filter({ hasText: '7 uses left' });
      await invite.getByRole('button', { name: strings.invites.revoke }).click();
      await invite.getByRole('button', { name: strings.invites.revokeSure }).click();
      await invite.waitFor({ state: 'detached' });
      return undefined;
    },
  ],
  [
    'sets the timer and the roles',
    hashOf('club'),
    async (page, harness) => {
      await openTab(page, 'Room');
      await page.getByLabel(strings.details.timer).selectOption('1 day');
      await page.getByLabel(strings.details.role.invite).selectOption(strings.details.roleChoices.everyone);
      await idle(page);
      if (lastAsked(harness, 'setTimer')?.['disappearAfter'] !== 86_400_000) return 'the timer is another';
      const roles = JSON.stringify(lastAsked(harness, 'setRoles')?.['roles']);
      return roles === '{"invite":"everyone","remove":"admins","change":"admins"}' ? undefined : roles;
    },
  ],
  [
    'saves the history as JSON and as a page',
    hashOf('talk'),
    async (page) => {
      await openTab(page, 'Room');
      for (const format of ['json', 'html'] as const) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: strings.details.exportAs[format] }).click(),
        ]);
        const name = download.suggestedFilename();
        if (!name.startsWith('Book-night-') || !name.endsWith(`.${format}`)) return `saved as ${name}`;
        const chunks: Buffer[] = [];
        for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
        const content = Buffer.concat(chunks).toString('utf8');
        if (!content.includes('The one about the lighthouse')) return `the ${format} misses a message`;
        if (format === 'json') JSON.parse(content);
      }
      return undefined;
    },
  ],
  [
    'a room one was removed from can be read, not written in',
    hashOf('removed'),
    async (page) => {
      await page.getByTestId('state-note').getByText(strings.room.removed).waitFor();
      await page.getByText('See you on Thursday?').waitFor();
      if ((await page.getByTestId('composer').count()) > 0) return 'there is a box to write in';
      await page.getByTestId('message').last().focus();
      await page.keyboard.press('r');
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: strings.message.copyText }).waitFor();
      const reply = await page.getByRole('menuitem', { name: strings.message.reply }).count();
      return reply === 0 ? undefined : 'messages can be answered';
    },
  ],
  [
    'a room whose keys are lost asks to be let in again on the press of a button only',
    hashOf('lost'),
    async (page, harness) => {
      await page.getByTestId('state-note').getByText(strings.room.lost).waitFor();
      if (lastAsked(harness, 'returnToRoom') !== undefined) return 'it asked by itself';
      await page.getByRole('button', { name: strings.room.lostDo }).click();
      await page.getByTestId('state-note').getByText(strings.room.joining).waitFor();
      return undefined;
    },
  ],
  [
    'finds words in one room and in all, and goes to the message that is chosen',
    hashOf('lively'),
    async (page, harness) => {
      await page.getByTestId('message').last().waitFor();
      await page.keyboard.press('Control+Shift+f');
      await page.getByLabel(strings.search.label).fill('message 20000');
      await page.getByText(strings.search.none).waitFor();
      await page.getByLabel(strings.search.scope).selectOption(strings.search.everywhere);
      const hit = page.getByTestId('search-hit').first();
      await hit.waitFor();
      const marks = await hit.locator('mark').allTextContents();
      if (!marks.join().startsWith('Message,20000')) return 'the words are not marked';
      if (lastAsked(harness, 'search')?.['room'] !== undefined) return 'only one room was searched';
      await page.getByLabel(strings.search.label).focus();
      await page.keyboard.press('Enter');
      const target = idOf(`${idOf('big', 16)} 20000`, 16);
      await page.locator(`[data-message-id="${target}"][data-highlighted="true"]`).waitFor();
      await page.getByRole('heading', { name: 'Everything since 2021' }).waitFor();
      return undefined;
    },
  ],
];
