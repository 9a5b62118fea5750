/** What pictures don't show: scrolling, focus, keys, drafts. `node packages/ui/test/behaviour.ts [filter]`. */
import { launchChromium, openPage, startHarness } from './harness.ts';
import { messageChecks } from './messageChecks.ts';
import { roomChecks } from './roomChecks.ts';
import { timelineChecks } from './timelineChecks.ts';
import { vaultChecks } from './vaultChecks.ts';

const checks = [...timelineChecks, ...messageChecks, ...roomChecks, ...vaultChecks];
const filter = process.argv[2] ?? '';
const browser = await launchChromium();
let failed = 0;
for (const [title, hash, run] of checks.filter(([title]) => title.includes(filter))) {
  const harness = await startHarness();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-write', 'clipboard-read'],
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
process.exitCode = failed === 0 ? 0 : 1;
