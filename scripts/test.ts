/**
 * `npm test`: every vitest project in turn, so that the browsers and the fault runs have the machine for themselves.
 * Arguments filter by file name (`npm test -- guard`). The last line is `N passed, N failed`.
 */
import { startVitest } from 'vitest/node';
import { findChromium } from './setup/chromium.mjs';
import { createCounter } from './testCounter.ts';

const projects = ['unit', 'scenario', 'e2e'];

const chromium = findChromium();
if (chromium !== undefined) process.env['CHROMIUM'] = chromium;

const counter = createCounter();
for (const project of projects) {
  process.stdout.write(`\n${project}\n`);
  const vitest = await startVitest('test', process.argv.slice(2), {
    project: [project],
    run: true,
    watch: false,
    passWithNoTests: true,
    reporters: ['default', counter.reporter],
  });
  await vitest.close();
}

process.exitCode = counter.succeeded() ? 0 : 1;
// Whatever a test left open must not keep the run, nor print after the last line.
process.stdout.write(`${counter.summary()}\n`, () => process.exit());
