import { expect, test } from 'vitest';
import {
  backoff,
  closedLink,
  type LinkEffect,
  type LinkInput,
  type LinkState,
  stepLink,
} from '../../src/machine/link.ts';

const connecting: LinkState = { phase: 'connecting', failures: 0 };
const online: LinkState = { phase: 'online', failures: 0 };
const offline: LinkState = { phase: 'offline', failures: 1, reason: 'gone.' };

const start: LinkInput = { kind: 'start' };
const challenge: LinkInput = { kind: 'challenge' };
const lost: LinkInput = { kind: 'lost', reason: 'gone.', luck: 1 };
const timeout: LinkInput = { kind: 'timeout', luck: 1 };
const stop: LinkInput = { kind: 'stop' };

const table: [string, LinkState, LinkInput, LinkState, LinkEffect['kind'][]][] = [
  ['closed × start', closedLink, start, connecting, ['open', 'wait']],
  ['closed × lost', closedLink, lost, closedLink, []],
  ['closed × timeout', closedLink, timeout, closedLink, []],
  ['connecting × challenge', connecting, challenge, online, ['wait']],
  ['connecting × lost', connecting, lost, offline, ['wait']],
  [
    'connecting × timeout',
    connecting,
    timeout,
    { phase: 'offline', failures: 1, reason: 'The relay does not answer.' },
    ['close', 'wait'],
  ],
  ['connecting × start', connecting, start, connecting, []],
  ['online × lost', online, lost, offline, ['wait']],
  ['online × challenge', online, challenge, online, []],
  ['online × timeout', online, timeout, online, []],
  ['offline × timeout', offline, timeout, { phase: 'connecting', failures: 1 }, ['open', 'wait']],
  ['offline × lost', offline, lost, offline, []],
  ['connecting × stop', connecting, stop, closedLink, ['stopWaiting', 'close']],
  ['online × stop', online, stop, closedLink, ['stopWaiting', 'close']],
  ['offline × stop', offline, stop, closedLink, ['stopWaiting', 'close']],
];

test.each(table)('%s', (_title, state, input, after, effects) => {
  const step = stepLink(state, input);
  expect(step.state).toEqual(after);
  expect(step.effects.map(({ kind }) => kind)).toEqual(effects);
});

test('the delay doubles, keeps half of itself to luck, and has an end', () => {
  expect([0, 1, 2, 3].map((failures) => backoff(failures, 1))).toEqual([250, 500, 1_000, 2_000]);
  expect(backoff(0, 0)).toBe(125);
  expect(backoff(1_000, 1)).toBe(10_000);
});

test('failures in a row are counted until a connection has held for a while', () => {
  let state: LinkState = connecting;
  for (let failure = 0; failure < 3; failure++) {
    state = stepLink(stepLink(state, lost).state, timeout).state;
  }
  expect(state).toEqual({ phase: 'connecting', failures: 3 });
  const connected = stepLink(state, challenge).state;
  expect(stepLink(connected, lost).state).toMatchObject({ failures: 4 }); // dropped at once: the delay goes on growing
  const held = stepLink(connected, timeout).state;
  expect(stepLink(held, lost).state).toMatchObject({ failures: 1 });
});
