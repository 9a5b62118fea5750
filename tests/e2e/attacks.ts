import type { Page } from 'playwright-core';

/** What a hostile page gets from a server that it attacks: `true` where the page can tell that it got in. */
export type Loot = Record<string, boolean>;

/**
 * Everything that a page may try on a server of another origin. Runs inside the hostile page. `script` and `image`
 * are paths of files that the server is known to have.
 */
export async function attack(page: Page, target: string, script: string, image: string): Promise<Loot> {
  return await page.evaluate(runAttacks, { target, script, image });
}

/** Requests whose answer the page cannot see: only the server knows whether they got in. */
export const blindAttacks = ['opaque post', 'form post', 'iframe', 'window'];

async function runAttacks(aim: { target: string; script: string; image: string }): Promise<Loot> {
  const { target, script, image } = aim;
  const socketUrl = `${target.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const polling = `${target}/socket.io/?EIO=4&transport=polling`;
  const patience = 4_000;

  const readable = async (url: string, init: RequestInit = {}) => {
    try {
      await (await fetch(url, { mode: 'cors', ...init })).text();
      return true;
    } catch {
      return false;
    }
  };
  /** True when the first of the events is a good one. */
  const opens = (source: EventTarget, good: string, bad: string) =>
    new Promise<boolean>((resolve) => {
      source.addEventListener(good, () => resolve(true));
      source.addEventListener(bad, () => resolve(false));
      setTimeout(() => resolve(false), patience);
    });
  const element = async (tag: 'script' | 'img' | 'link', attributes: Record<string, string>) => {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    const loaded = opens(one, 'load', 'error');
    document.body.append(one);
    return await loaded;
  };
  /** An answer of any kind loads a frame: whether it may be read is what counts. */
  const frame = async (fill: (frame: HTMLIFrameElement) => void) => {
    const one = document.createElement('iframe');
    one.name = `frame${Math.random()}`;
    const loaded = opens(one, 'load', 'error');
    document.body.append(one);
    fill(one);
    await loaded;
    try {
      return (one.contentDocument?.URL ?? '').startsWith(target);
    } catch {
      return false;
    }
  };
  const form = (action: string) => (one: HTMLIFrameElement) => {
    const sheet = document.createElement('form');
    Object.assign(sheet, { method: 'post', action, target: one.name, enctype: 'text/plain' });
    document.body.append(sheet);
    sheet.submit();
  };
  const opened = async () => {
    const other = window.open(`${target}/`);
    await new Promise((done) => setTimeout(done, 800));
    try {
      return (other?.document.URL ?? '').startsWith(target);
    } catch {
      return false;
    } finally {
      other?.close();
    }
  };
  /** Where the attacker's origin is not a secure one, there are no service workers at all. */
  const registers = async () => {
    try {
      await navigator.serviceWorker.register(`${target}${script}`);
      return true;
    } catch {
      return false;
    }
  };
  const socket = (url: string) => opens(new WebSocket(url), 'open', 'error');
  const events = async () => {
    const source = new EventSource(polling);
    const isOpen = await opens(source, 'open', 'error');
    source.close();
    return isOpen;
  };

  return {
    'read the page': await readable(`${target}/`),
    'ask for a challenge': await readable(`${target}/session/challenge`, { method: 'POST' }),
    'ask with JSON (preflight)': await readable(`${target}/session/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }),
    'read with credentials': await readable(`${target}/`, { credentials: 'include' }),
    polling: await readable(polling),
    'polling a guessed session': await readable(`${polling}&sid=AAAAAAAAAAAAAAAAAAAA`),
    'posting to a guessed session': await readable(`${polling}&sid=AAAAAAAAAAAAAAAAAAAA`, {
      method: 'POST',
      body: '40',
    }),
    websocket: await socket(socketUrl),
    'websocket of a guessed session': await socket(`${socketUrl}&sid=AAAAAAAAAAAAAAAAAAAA`),
    'event source': await events(),
    script: await element('script', { src: target + script }),
    'module script': await element('script', { src: target + script, type: 'module' }),
    image: await element('img', { src: target + image }),
    stylesheet: await element('link', { rel: 'stylesheet', href: target + image }),
    'opaque post': await fetch(`${target}/session/challenge`, { method: 'POST', mode: 'no-cors' }).then(
      () => false,
      () => false,
    ),
    iframe: await frame((one) => {
      one.src = `${target}/`;
    }),
    'form post': await frame(form(`${target}/session/challenge`)),
    window: await opened(),
    'service worker': await registers(),
  };
}
