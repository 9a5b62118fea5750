import { type Content, limits, type Payload } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../src/core/json.ts';
import { pad } from '../../src/core/padding.ts';
import { decodePayload, encodePayload } from '../../src/core/payloadCodec.ts';

const proof = { id: 'A'.repeat(22), counter: 1, epoch: 3, roster: 'B'.repeat(43), at: 1_700_000_000_000 };
const of = (content: Content): Payload => ({ version: 1, proof, content });

describe('payload', () => {
  it('comes back as it went', () => {
    const text = of({ kind: 'text', text: 'ünïcode 👋\n`code`' });
    expect(decodePayload(encodePayload(text))).toEqual({ kind: 'known', payload: text });
  });

  it('a kind or version that we do not know is told as newer, with its proof', () => {
    const newerKind = { ...of({ kind: 'leave' }), content: { kind: 'poll', question: '?' } };
    const newerVersion = { ...of({ kind: 'leave' }), version: 2 };
    for (const value of [newerKind, newerVersion]) {
      expect(decodePayload(encodeJson(value))).toEqual({ kind: 'newer', proof });
    }
  });

  it.each([
    ['a blank text', of({ kind: 'text', text: ' \n' })],
    ['a text above its limit', of({ kind: 'text', text: 'x'.repeat(limits.text + 1) })],
    ['a lone surrogate', of({ kind: 'text', text: '\ud800' })],
    ['a name with a line end', of({ kind: 'profile', name: 'Ann\nroot' })],
    ['a name that turns the direction of writing', of({ kind: 'profile', name: 'nn\u202eA' })],
    ['no proof', { version: 1, content: { kind: 'leave' } }],
    ['a counter of 0', { version: 1, proof: { ...proof, counter: 0 }, content: { kind: 'leave' } }],
  ])('%s is refused', (_, value) => {
    expect(decodePayload(encodeJson(value))).toBeNull();
  });

  it('bytes that are no JSON are refused', () => {
    expect(decodePayload(pad(Buffer.from('{')))).toBeNull();
    expect(decodePayload(pad(Buffer.from([0xff, 0xfe])))).toBeNull();
    expect(decodePayload(new Uint8Array(3))).toBeNull();
  });

  it('the longest text fits a body', () => {
    const longest = encodePayload(of({ kind: 'text', text: `${'\n'.repeat(limits.text - 1)}x` }));
    expect(longest.length + 28).toBeLessThanOrEqual(limits.body);
  });
});
