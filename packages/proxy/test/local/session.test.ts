import { once } from 'node:events';
import { connect } from 'node:net';
import { sessionPaths } from '@otr/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneTimeCodes } from '../../src/local/codes.ts';
import { challengeOf, codeOf, openSurface, post, respondTo, type Surface } from './surface.ts';

const minute = 60_000;

function withClock() {
  let at = 0;
  const codes = oneTimeCodes(() => at);
  return {
    codes,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

describe('one-time codes', () => {
  it('open once', () => {
    const { codes } = withClock();
    const code = codes.issue();
    const first = codes.challenge();
    expect(codes.redeem(first, respondTo(code, first))).toBe('redeemed');
    const second = codes.challenge();
    expect(codes.redeem(second, respondTo(code, second))).toBe('refused');
  });

  it('do not open for an answer to a challenge that was answered before', () => {
    const { codes } = withClock();
    const code = codes.issue();
    const challenge = codes.challenge();
    expect(codes.redeem(challenge, respondTo(codes.issue(), challenge))).toBe('redeemed');
    expect(codes.redeem(challenge, respondTo(code, challenge))).toBe('refused');
  });

  it('do not open for a challenge of one’s own making', () => {
    const { codes } = withClock();
    const challenge = Buffer.alloc(32, 1).toString('base64url');
    expect(codes.redeem(challenge, respondTo(codes.issue(), challenge))).toBe('refused');
  });

  it('expire after ten minutes, challenges after one', () => {
    const { codes, pass } = withClock();
    const code = codes.issue();
    const stale = codes.challenge();
    pass(minute);
    expect(codes.redeem(stale, respondTo(code, stale))).toBe('refused');
    pass(9 * minute - 1);
    const last = codes.challenge();
    const another = codes.issue();
    expect(codes.redeem(last, respondTo(code, last))).toBe('redeemed');
    pass(10 * minute);
    const late = codes.challenge();
    expect(codes.redeem(late, respondTo(another, late))).toBe('refused');
  });

  it('are few: the oldest goes first', () => {
    const { codes } = withClock();
    const oldest = codes.issue();
    const newer = Array.from({ length: 16 }, () => codes.issue());
    const first = codes.challenge();
    expect(codes.redeem(first, respondTo(oldest, first))).toBe('refused');
    const second = codes.challenge();
    expect(codes.redeem(second, respondTo(newer[0] ?? '', second))).toBe('redeemed');
  });

  it('are not looked at for a while after ten wrong answers', () => {
    const { codes, pass } = withClock();
    const code = codes.issue();
    const wrong = Buffer.alloc(32).toString('base64url');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(codes.redeem(codes.challenge(), wrong)).toBe('refused');
    }
    const during = codes.challenge();
    expect(codes.redeem(during, respondTo(code, during))).toBe('tooMany');
    pass(minute);
    const after = codes.challenge();
    expect(codes.redeem(after, respondTo(code, after))).toBe('redeemed');
  });
});

describe('a one-time code, over the wire', () => {
  let surface: Surface;
  beforeAll(async () => {
    surface = await openSurface();
  });
  afterAll(() => surface.server.close());

  it('never travels, and opens once', async () => {
    const code = codeOf(surface.server.address('label'));
    const challenge = await challengeOf(surface);
    const proof = { challenge, response: respondTo(code, challenge) };
    expect((await post(surface, sessionPaths.token, proof)).status).toBe(200);
    expect((await post(surface, sessionPaths.token, proof)).status).toBe(403);
    const again = await challengeOf(surface);
    const second = { challenge: again, response: respondTo(code, again) };
    expect((await post(surface, sessionPaths.token, second)).status).toBe(403);
  });

  it('is not harmed by a request that breaks off', async () => {
    const host = surface.labelHost;
    const head = `POST ${sessionPaths.token} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\n`;
    const broken = connect(surface.port, '127.0.0.1');
    await once(broken, 'connect');
    broken.write(`${head}Content-Length: 100\r\n\r\n{`);
    // What comes after on the same server is answered once the first has been heard.
    await challengeOf(surface);
    broken.destroy();
    await once(broken, 'close');
    // An exception that nobody catches would end the process, and fails this run.
    expect(await challengeOf(surface)).toMatch(/^[\w-]{43}$/);
  });

  it('is refused with a sentence when the request is malformed or too long', async () => {
    for (const body of [
      {},
      { challenge: 'x', response: 'y' },
      { challenge: 'A'.repeat(5_000), response: '' },
    ]) {
      const reply = await post(surface, sessionPaths.token, body);
      expect([reply.status, JSON.parse(reply.body).code]).toEqual([400, 'badRequest']);
    }
  });
});
