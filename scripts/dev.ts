/**
 * `npm run dev`: a relay and the proxies of two people, Ann and Ben, with temporary profiles. A change of a source
 * builds what it must, starts the processes again on their old ports and profiles, and shows each window a fresh
 * address of its page. Windows need Chromium and a display; otherwise (or with `--no-open`) the addresses are
 * printed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPort } from './dev/drawPort.ts';
import { createService } from './dev/service.ts';
import { watchFolders } from './dev/watchFolders.ts';
import { openWindows } from './dev/windows.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'otr-dev-'));
const otr = join(root, 'packages/cli/src/main.ts');
const windows = process.argv.includes('--no-open') ? undefined : await openWindows();

const port = await drawPort();
const relay = createService(
  'relay',
  [otr, 'relay', '--port', `${port}`, '--data', join(folder, 'relay')],
  root,
);
const people = await Promise.all(['Ann', 'Ben'].map(createPerson));

const vite = join(root, 'node_modules/vite/bin/vite.js');
const page = createService(
  'page',
  [vite, 'build', '--watch', '--logLevel', 'error'],
  join(root, 'packages/ui'),
);
// What `--watch` builds from now on is not what the set-up's stamp says.
rmSync(join(root, 'build/page.sha256'), { force: true });
page.start();
relay.start();
let restarting = Promise.resolve();

const sources = ['relay', 'proxy', 'protocol', 'client', 'cli'].map((name) =>
  join(root, 'packages', name, 'src'),
);
const stopWatching = [
  watchFolders(sources, () => restart([relay, ...people])),
  // The first build of the page comes this way too, and starts the proxies.
  watchFolders([join(root, 'packages/ui/dist')], () => restart(people)),
];
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

/** A proxy with its own profile; each start shows its new page. */
async function createPerson(name: string) {
  const words = [
    ...['up', '--json', '--no-open', '--relay', `http://127.0.0.1:${port}`, '--name', name],
    ...['--port', `${await drawPort()}`, '--profile', join(folder, name)],
  ];
  return createService(name, [otr, ...words], root, (line) => {
    const { page: address } = JSON.parse(line) as { page: string };
    process.stdout.write(`${name}: ${address}\n`);
    void windows?.show(name, address);
  });
}

/** One after the other: a change of the protocol restarts everything, and so does the page that it rebuilds. */
function restart(services: readonly ReturnType<typeof createService>[]): void {
  restarting = restarting.then(async () => {
    await Promise.all(services.map((service) => service.stop()));
    for (const service of services) service.start();
  });
}

async function stop(): Promise<void> {
  for (const stopOne of stopWatching) stopOne();
  await restarting;
  await Promise.all([page, relay, ...people].map((service) => service.stop()));
  await windows?.close();
  rmSync(folder, { recursive: true, force: true });
}
