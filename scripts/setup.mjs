// Makes a bare clone ready: `node scripts/setup.mjs start|dev|test|check|bench`. Plain JavaScript without
// dependencies, for any Node from 18 on. A step that is already done costs milliseconds.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { provideChromium } from './setup/chromium.mjs';
import { provideDependencies } from './setup/dependencies.mjs';
import { buildPage } from './setup/page.mjs';
import { provideServices } from './setup/services.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each purpose needs, in this order. */
const steps = {
  start: [provideDependencies, buildPage],
  dev: [provideDependencies],
  check: [provideDependencies],
  bench: [provideDependencies, provideServices],
  test: [provideDependencies, buildPage, provideChromium, provideServices],
};

const purpose = process.argv[2];
const wanted = steps[purpose];
if (wanted === undefined) {
  console.error(`setup: say what for: ${Object.keys(steps).join(', ')}`);
  process.exit(2);
}

const release = await lock(join(root, 'build', 'setup.lock'));
try {
  for (const step of wanted) {
    const problem = step(root, (line) => console.error(`setup: ${line}`));
    if (problem !== undefined) {
      console.error(`setup: ${problem}`);
      process.exitCode = 1;
      break;
    }
  }
} finally {
  release();
}

/** One set-up at a time: two commands started at once must not install into one folder. */
async function lock(file) {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderLives(file)) rmSync(file, { force: true });
    else await wait(100);
  }
}

function holderLives(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty for the moment between creating and writing it.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
