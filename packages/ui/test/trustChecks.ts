import type { Page } from 'playwright-core';
import encodeQR from 'qr';
import { strings } from '../src/strings.ts';
import { type Check, hashOf, idle } from './check.ts';
import { codeOf, fakeWords, numberOf } from './fakeTrust.ts';
import { idOf, keyOf, membersOf } from './fixtures.ts';
import type { Harness } from './harness.ts';

const text = strings.verify;
const pair = idOf('pair', 16);
const ana = 'Ana Lima';
const anaKey = keyOf(ana);

const askedFor = ({ chat }: Harness, event: string) =>
  chat.asked.filter((request) => request.event === event).map(({ request }) => request);
const lastAsked = (harness: Harness, event: string) => JSON.stringify(askedFor(harness, event).at(-1));

const verifyDialog = (page: Page) => page.getByTestId('verify');

async function openVerify(page: Page, way?: keyof typeof text.tabs): Promise<void> {
  await page.getByTestId('room-trust').click();
  if (way !== undefined) await page.getByRole('tab', { name: text.tabs[way] }).click();
}

async function isVerified(page: Page): Promise<void> {
  await page.getByRole('dialog', { name: text.verifiedTitle(ana) }).waitFor();
  await page.locator('[data-testid="room-trust"][data-trust="verified"]').waitFor();
}

/** A PNG of a QR code, as somebody would have photographed it from a screen. */
async function pictureOf(page: Page, code: string): Promise<Buffer> {
  const rows = encodeQR(code, 'raw', { border: 4 });
  const picture = await page.context().newPage();
  await picture.setContent(
    `<body style="margin:20px;background:#999"><svg width="420" viewBox="0 0 ${rows.length} ${rows.length}">
      <rect width="100%" height="100%" fill="#fff"/>
      <path d="${rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')}"/></svg>`,
  );
  const png = await picture.screenshot();
  await picture.close();
  return png;
}

/** Who is who: marks and words, and the ways to verify somebody. */
export const trustChecks: readonly Check[] = [
  [
    '[D3] every member has a sign and a word; doubtful senders are marked where they speak',
    hashOf('circle'),
    async (page) => {
      const list = page.getByTestId('member-list');
      await list.waitFor();
      for (const kind of ['verified', 'unverified', 'waiting', 'unproven', 'refused'] as const) {
        const mark = list.locator(`[data-testid="member-trust"][data-trust="${kind}"]`);
        await mark.getByText(strings.trust.word(kind, '')).waitFor();
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
      await page.getByTestId('sender-then').getByText(strings.trust.word('unproven', '')).waitFor();
      await page.getByTestId('sender-now').getByText(strings.trust.word('unverified', '')).waitFor();
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
      if (names.length !== 12 || names.some((name) => !/[a-z]/.test(name))) return `pictures: ${names}`;
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
  [
    'shows its code as a picture that scanners read, and scans one with the camera, which stops then',
    hashOf('pair'),
    async (page, harness) => {
      await page.evaluate(() => {
        const tracks: MediaStreamTrack[] = [];
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          const stream = await ask(wanted);
          tracks.push(...stream.getTracks());
          return stream;
        };
        Object.assign(window, { tracks });
      });
      await openVerify(page, 'scan');
      const code = await page.getByTestId('verify-code').getAttribute('data-code');
      if (code !== codeOf(anaKey)) return `the code holds ${code}`;
      await page.getByRole('button', { name: text.camera }).click();
      await isVerified(page);
      if (!lastAsked(harness, 'verifyMember')?.includes(codeOf(anaKey))) return 'another code was sent';
      const states = await page.evaluate('window.tracks.map(({ readyState }) => readyState)');
      return String(states) === 'ended' ? undefined : `the camera is ${states}`;
    },
  ],
  [
    'the camera stops when the dialog is closed',
    hashOf('circle'),
    async (page) => {
      await page.evaluate(() => {
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          const stream = await ask(wanted);
          Object.assign(window, { tracks: stream.getTracks() });
          return stream;
        };
        // Nothing is found: the camera goes on looking.
        CanvasRenderingContext2D.prototype.drawImage = () => {};
      });
      await page.locator('[data-testid="member-trust"][data-trust="unverified"]').click();
      await page.getByRole('tab', { name: text.tabs.scan }).click();
      await page.getByRole('button', { name: text.camera }).click();
      await page.getByText(text.cameraSearching).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      const states = await page.evaluate('window.tracks.map(({ readyState }) => readyState)');
      return String(states) === 'ended' ? undefined : `the camera is ${states}`;
    },
  ],
  [
    'without a camera it says what to do instead',
    hashOf('pair'),
    async (page) => {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      });
      await openVerify(page, 'scan');
      await page.getByRole('button', { name: text.camera }).click();
      await page.getByText(text.cameraDenied).waitFor();
      await page.getByTestId('verify-code').waitFor();
      return undefined;
    },
  ],
  [
    'reads a code of a picture: another one is refused with alarm, the right one verifies',
    hashOf('pair'),
    async (page) => {
      await openVerify(page, 'scan');
      const choose = async (code: string) =>
        page.getByTestId('code-image').setInputFiles({
          ...{ name: 'code.png', mimeType: 'image/png' },
          buffer: await pictureOf(page, code),
        });
      await page.getByTestId('code-image').setInputFiles({
        ...{ name: 'not.png', mimeType: 'image/png' },
        buffer: await page.screenshot({ clip: { x: 0, y: 0, width: 200, height: 100 } }),
      });
      await page.getByText(text.imageNone).waitFor();
      await choose('https://example.org');
      await page.getByText(text.notCode).waitFor();
      await choose(codeOf(keyOf('Somebody else')));
      await page.getByTestId('verify-different').getByText(text.notTheSame(ana)).waitFor();
      await choose(codeOf(anaKey));
      await isVerified(page);
      return undefined;
    },
  ],
  [
    'takes the text of a code that is pasted',
    hashOf('pair'),
    async (page) => {
      await openVerify(page, 'scan');
      await page.getByLabel(text.paste).fill(`  ${codeOf(anaKey)} `);
      await page.keyboard.press('Enter');
      await isVerified(page);
      return undefined;
    },
  ],
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
      await verifyDialog(page).getByText(strings.trust.word('changed', ana), { exact: true }).waitFor();
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
