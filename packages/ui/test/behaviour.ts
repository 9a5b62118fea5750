/** What pictures don't show: scrolling, focus, keys, drafts. `node packages/ui/test/behaviour.ts [filter]`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCameraFile } from './cameraFile.ts';
import { codeChecks } from './codeChecks.ts';
import { codeOf } from './fakeTrust.ts';
import { keyOf } from './fixtures.ts';
import { launchChromium, openPage, startHarness } from './harness.ts';
import { messageChecks } from './messageChecks.ts';
import { numberChecks } from './numberChecks.ts';
import { roomChecks } from './roomChecks.ts';
import { timelineChecks } from './timelineChecks.ts';
import { trustChecks } from './trustChecks.ts';
import { vaultChecks } from './vaultChecks.ts';
import { whisperChecks } from './whisperChecks.ts';
import { wordsChecks } from './wordsChecks.ts';

const checks = [
  ...timelineChecks,
  ...messageChecks,
  ...roomChecks,
  ...vaultChecks,
  ...trustChecks,
  ...numberChecks,
  ...codeChecks,
  ...wordsChecks,
  ...whisperChecks,
];
const filter = process.argv[2] ?? '';
const folder = await mkdtemp(join(tmpdir(), 'otr-behaviour-'));
const camera = join(folder, 'camera.y4m');
await writeCameraFile(camera, codeOf(keyOf('Ana Lima')));
const browser = await launchChromium(camera);
let failed = 0;
for (const [title, hash, run] of checks.filter(([title]) => title.includes(filter))) {
  const harness = await startHarness();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-write', 'clipboard-read', 'camera'],
  });
  const problems: string[] = [];
  const page = await openPage(context, harness, hash, problems);
  page.setDefaultTimeout(10_000);
  const outcome = await run(page, harness).catch((error: Error) => error.message.slice(0, 400));
  if (outcome !== undefined) problems.unshift(outcome);
  console.log(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${title}${problems.map((problem) => `\n     ${problem}`).join('')}`,
  );
  failed += problems.length === 0 ? 0 : 1;
  await context.close();
  await harness.close();
}
await browser.close();
await rm(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
