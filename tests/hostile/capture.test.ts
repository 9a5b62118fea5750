import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Captured, captureConversation, formsFound, words } from './conversation.ts';

describe('all that reaches the relay (frames, database files, log)', () => {
  let captured: Captured;
  beforeAll(async () => {
    captured = await captureConversation();
  });

  it.each(Object.entries(words))('holds none of the %s, in no encoding', (_, needles) => {
    expect(captured.haystack.length).toBeGreaterThan(10_000);
    for (const needle of needles) {
      for (const part of [needle, needle.slice(0, 20)]) {
        expect(formsFound(captured.haystack, Buffer.from(part)), part.slice(0, 20)).toEqual([]);
      }
    }
  });

  it('holds no private key, no secret of an epoch and none of an invite, in no encoding', () => {
    expect(captured.secrets.length).toBeGreaterThan(20);
    for (const secret of captured.secrets) expect(formsFound(captured.haystack, secret)).toEqual([]);
  });

  it('would show a key that is there (negative control)', () => {
    const key = randomBytes(32);
    const around = (form: string) => Buffer.from(`x${form}x`);
    expect(formsFound(Buffer.concat([captured.haystack, key]), key)).toEqual(['as bytes']);
    expect(formsFound(around(key.toString('hex')), key)).toEqual(['as hexadecimal']);
    for (const shift of [0, 1, 2]) {
      const base64 = Buffer.concat([randomBytes(shift), key, randomBytes(5)]).toString('base64');
      expect(formsFound(around(base64), key)).toContain('as base64');
    }
  });
});
