import type { Page } from 'playwright-core';
import encodeQR from 'qr';
import { strings } from '../src/strings.ts';
import { type Check, hashOf } from './check.ts';
import { codeOf } from './fakeTrust.ts';
import { keyOf } from './fixtures.ts';
import { ana, anaKey, isVerified, lastAsked, openVerify } from './verifying.ts';

const text = strings.verify;

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

/** Verifying by a code: shown, seen by the camera, in a picture, pasted. */
export const codeChecks: readonly Check[] = [
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
];
