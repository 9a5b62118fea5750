import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startOtr, temporaryFolder } from '../processes.ts';
import { repositoryRoot } from '../repository.ts';
import { composer, createRoom, messageWith, say } from './acts.ts';
import { type Answers, collectAnswers } from './answers.ts';
import { attack, blindAttacks } from './attacks.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';
import { startTrustingServer, type WebServer } from './servers.ts';

const folder = temporaryFolder();
/** A file of the built page: what a hostile page would include. */
const script = `/assets/${readdirSync(join(repositoryRoot, 'packages/ui/dist/assets')).find((name) => name.endsWith('.js'))}`;
const image = '/favicon.svg';

let browser: Browser;
let relay: Running;
let ann: Person;
/** Serves hostile pages. */
let hostile: WebServer;
/** Guards nothing. */
let prey: WebServer;
let room = '';

beforeAll(async () => {
  // DNS rebinding: a name of the attacker's that leads to this computer.
  browser = await launchBrowser(['--host-resolver-rules=MAP evil.example 127.0.0.1']);
  [hostile, prey] = await Promise.all([startTrustingServer(), startTrustingServer()]);
  relay = await startOtr(['relay', '--port', '0', '--data', `${folder.path}/relay`]);
  const relayUrl = relay.ready['listening'] ?? '';
  ann = await Person.arrive({ browser, relayUrl, folder: folder.path, name: 'Ann' });
  room = await createRoom(ann, 'Garden');
});

afterAll(async () => {
  await ann?.leaveForGood();
  await relay?.stop();
  await browser?.close();
  for (const server of [hostile, prey]) server?.close();
  folder.remove();
});

/** A page of this origin in the very browser profile that holds Ann's token, and what servers answer to it. */
async function hostilePage(origin: string): Promise<{ page: Page; answers: Answers }> {
  const page = await ann.context.newPage();
  const answers = await collectAnswers(page);
  await page.goto(origin);
  return { page, answers };
}

const proxyPort = () => Number(new URL(ann.origin).port);
const proxyNames = () => [ann.origin, `http://127.0.0.1:${proxyPort()}`, `http://localhost:${proxyPort()}`];

describe.each(['127.0.0.1', 'localhost', 'otr-0123456789abcdef.localhost', 'evil.example'])(
  'a page from %s',
  (name) => {
    it('gets into a server that guards nothing (negative control)', async () => {
      const { page, answers } = await hostilePage(`http://${name}:${hostile.port}/`);
      const loot = await attack(page, `http://127.0.0.1:${prey.port}`, script, image);
      const failed = Object.entries(loot).filter(([way, isIn]) => !isIn && !blindAttacks.includes(way));
      expect(failed.map(([way]) => way)).toEqual(['service worker']);
      expect(answers.from(prey.port)).toContain(200);
      expect(answers.from(prey.port)).toContain(101);
      await page.close();
    });

    it('gets nothing from the proxy but refusals, by any of its names', async () => {
      for (const target of proxyNames()) {
        const { page, answers } = await hostilePage(`http://${name}:${hostile.port}/`);
        const loot = await attack(page, target, script, image);
        expect(Object.entries(loot).filter(([, isIn]) => isIn)).toEqual([]);
        const statuses = answers.from(proxyPort());
        expect(statuses.length).toBeGreaterThan(8);
        expect(statuses.filter((status) => status < 400)).toEqual([]);
        await page.close();
      }
    });
  },
);

it('a name of the attacker’s that leads to the proxy’s port is refused (DNS rebinding)', async () => {
  const { page, answers } = await hostilePage(`http://evil.example:${hostile.port}/`);
  expect(answers.from(hostile.port)).toContain(200); // the name does lead here
  const response = await page.goto(`http://evil.example:${proxyPort()}/`);
  expect(response?.status()).toBe(421);
  expect(await page.content()).not.toContain('<script');
  const own = `http://evil.example:${proxyPort()}`;
  const seen = await page.evaluate(async (origin) => {
    const answer = await fetch(`${origin}/session/challenge`, { method: 'POST' }).catch(() => null);
    return answer?.status ?? 'blocked';
  }, own);
  expect([421, 'blocked']).toContain(seen);
  expect(answers.from(proxyPort()).filter((status) => status < 400)).toEqual([]);
  await page.close();
});

it('the page’s own origin takes no service worker either', async () => {
  const page = await ann.context.newPage();
  await page.goto(`${ann.origin}/`);
  const outcome = await page.evaluate(
    (file) =>
      navigator.serviceWorker.register(file).then(
        () => 'registered',
        () => 'refused',
      ),
    script,
  );
  expect(outcome).toBe('refused');
  await page.close();
});

it('after all that the true page works, and nothing was changed', async () => {
  const { page } = ann;
  await composer(page).waitFor();
  await say(page, 'Still here');
  await messageWith(page, 'Still here').waitFor();
  expect(await ann.storedMessages(room)).toHaveLength(1);
  const { rooms } = await ann.ask('getStatus', {});
  expect(rooms.map((one) => one.name)).toEqual(['Garden']);
});
