import type { Page } from 'playwright-core';
import { quantile } from '../../bench/figures.ts';
import { startPlainChat } from '../../bench/plainChat.ts';
import { startOtr, temporaryFolder } from '../processes.ts';
import { launchBrowser } from './browser.ts';
import { Person } from './people.ts';

const warmUp = 20;
const messages = 100;
/** Milliseconds between two of them: nothing queues. */
const pace = 60;
/** Between typing and Enter: that others are told of typing, and that the draft is kept, is over by then. Milliseconds. */
const thought = 300;

/** `npm run bench -- enterToScreen`: from the Enter key in one person's page to the text in another's, both in Chromium. */
async function benchEnterToScreen(): Promise<void> {
  console.log('\n## From Enter to the other screen\n');
  console.log('way | p50 ms | p99 ms');
  const browser = await launchBrowser();
  try {
    const plain = await startPlainChat();
    const context = await browser.newContext();
    const [a, b] = [await context.newPage(), await context.newPage()];
    for (const page of [a, b]) await page.goto(plain.url);
    await report('plain Socket.IO, nothing encrypted or kept', a, b);
    await context.close();
    await plain.close();
    await benchOurs(browser);
  } finally {
    await browser.close();
  }
}

async function benchOurs(browser: Awaited<ReturnType<typeof launchBrowser>>): Promise<void> {
  const folder = temporaryFolder();
  const relay = await startOtr(['relay', '--data', folder.path, '--port', '0']);
  const relayUrl = relay.ready['listening'] ?? '';
  const people: Person[] = [];
  for (const name of ['Ann', 'Bob']) {
    people.push(await Person.arrive({ browser, relayUrl, folder: folder.path, name }));
  }
  const [ann, bob] = people;
  if (!ann || !bob) throw new Error('two people are needed');
  const { room } = await ann.ask('createRoom', { name: 'Bench' });
  const { link } = await ann.ask('invite', { room });
  await bob.ask('joinRoom', { link });
  for (const { page } of people) {
    await page.evaluate(`location.hash = ${JSON.stringify(`#/room/${room}`)}`);
    await page.getByTestId('composer').waitFor();
  }
  while ((await bob.ask('getMembers', { room })).members.length < 2) await pause(100);
  // Both have renewed their keys by then.
  await pause(3_000);
  await report('through two proxies and the relay, durable', ann.page, bob.page);
  for (const person of people) await person.leaveForGood();
  await relay.stop();
  folder.remove();
}

async function report(way: string, from: Page, to: Page): Promise<void> {
  const delays: number[] = [];
  for (let n = 0; n < warmUp + messages; n += 1) {
    const delay = await once(from, to, `message ${n} ${way.length}`);
    if (n >= warmUp) delays.push(delay);
    await pause(pace);
  }
  console.log([way, quantile(delays, 0.5).toFixed(1), quantile(delays, 0.99).toFixed(1)].join(' | '));
}

async function once(from: Page, to: Page, text: string): Promise<number> {
  const shown = to.evaluate<number>(`(${whenShown})(${JSON.stringify(text)})`);
  const composer = from.getByTestId('composer');
  await composer.fill(text);
  await pause(thought);
  const pressed = from.evaluate<number>(`(${whenPressed})()`);
  await composer.press('Enter');
  return (await shown) - (await pressed);
}

// As text, since they run in the page. Both clocks are the browser's.
const whenShown = `(text) => new Promise((resolve) => {
  const look = () => {
    if (!document.body.textContent.includes(text)) return;
    observer.disconnect();
    resolve(performance.timeOrigin + performance.now());
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})`;
const whenPressed = `() => new Promise((resolve) => addEventListener(
  'keydown', () => resolve(performance.timeOrigin + performance.now()), { once: true, capture: true },
))`;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

await benchEnterToScreen();
