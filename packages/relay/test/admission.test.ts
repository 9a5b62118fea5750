import { once } from 'node:events';
import { admissionToken } from '@otr/protocol';
import { describe, expect, test } from 'vitest';
import { checkAdmission } from '../src/admission.ts';
import { outcomeOf, testSocket, testSocketServer } from './testSocketServer.ts';

const token = 'correct-horse-battery';
const next = 'staple-and-more-of-it';

async function privateServer(tokens: readonly string[]) {
  let refused = 0;
  const server = await testSocketServer((io) => io.use(checkAdmission(tokens, () => (refused += 1))));
  return { ...server, refused: () => refused };
}

const notAdmitted = { code: 'notAdmitted', message: expect.stringMatching(/admission token.*\.$/) };

describe('[A5] a relay with an admission token', () => {
  test('admits connections that show it, and no others', async () => {
    const { url, refused } = await privateServer([token]);
    expect(await outcomeOf(testSocket(url, { admission: token }))).toBe('connected');
    expect(refused()).toBe(0);
    for (const shown of [undefined, {}, { admission: next }, { admission: '' }, { admission: [token] }]) {
      expect(await outcomeOf(testSocket(url, shown))).toEqual(notAdmitted);
    }
    for (const shown of [`${token}x`, token.slice(1), token.toUpperCase(), 'x'.repeat(100_000)]) {
      expect(await outcomeOf(testSocket(url, { admission: shown }))).toEqual(notAdmitted);
    }
    expect(refused()).toBe(9);
  });

  test('says whether a token is missing or wrong', async () => {
    const { url } = await privateServer([token]);
    expect(await outcomeOf(testSocket(url))).toMatchObject({
      message: expect.stringContaining('--admission'),
    });
    expect(await outcomeOf(testSocket(url, { admission: next }))).toMatchObject({
      message: expect.stringContaining('does not know this'),
    });
  });

  test('knows two while one is replaced', async () => {
    const { url } = await privateServer([next, token]);
    expect(await outcomeOf(testSocket(url, { admission: token }))).toBe('connected');
    expect(await outcomeOf(testSocket(url, { admission: next }))).toBe('connected');
  });

  test('closes the connection that it refused, and runs no handler for it', async () => {
    const { url, io } = await privateServer([token]);
    let accepted = 0;
    io.on('connection', () => (accepted += 1));
    const socket = testSocket(url);
    await once(socket.io as unknown as NodeJS.EventEmitter, 'close');
    expect(accepted).toBe(0);
    expect(io.engine.clientsCount).toBe(0);
  });

  test('under a flood of wrong tokens stops answering them, and admits the right one at once', async () => {
    const { url, refused } = await privateServer([token]);
    const flood = await Promise.all(
      Array.from({ length: 300 }, () => outcomeOf(testSocket(url, { admission: next }))),
    );
    const answered = flood.filter((outcome) => typeof outcome === 'object').length;
    expect(answered).toBeGreaterThanOrEqual(200);
    expect(answered).toBeLessThan(300);
    expect(flood).not.toContain('connected');
    expect(refused()).toBe(300);
    expect(await outcomeOf(testSocket(url, { admission: token }))).toBe('connected');
  });
});

const isToken = (text: string) => admissionToken.safeParse(text).success;

test('a token is 16 to 200 printable characters without space or comma', () => {
  expect(isToken('0123456789abcdef')).toBe(true);
  expect(isToken('~!@#$%^&*()_+-=[]{}')).toBe(true);
  for (const bad of [
    '0123456789abcde',
    'with a space in it',
    'two-tokens,at-once',
    'x'.repeat(201),
    'ümlaut-in-a-token',
  ])
    expect(isToken(bad)).toBe(false);
});
