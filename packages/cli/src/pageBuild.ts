import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '@otr/proxy';

const setup = fileURLToPath(new URL('../../../scripts/setup.mjs', import.meta.url));

/** In a clone where nobody built the page yet, builds it. Answers with what went wrong, as a sentence. */
export async function providePage(pageFolder: string, log: Log): Promise<string | undefined> {
  if (existsSync(join(pageFolder, 'index.html')) || !existsSync(setup)) return undefined;
  log('page.build');
  const code = await new Promise((resolve) => {
    const build = spawn(process.execPath, [setup, 'start'], { stdio: ['ignore', 2, 2] });
    build.once('error', () => resolve(1));
    build.once('exit', resolve);
  });
  return code === 0 ? undefined : 'The page could not be built: see above.';
}
