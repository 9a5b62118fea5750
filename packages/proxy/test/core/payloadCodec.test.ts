import { type Content, limits, type Payload } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { encodePlainJson } from '../../src/core/json.ts';
import { paddedLength } from '../../src/core/padding.ts';
import { decodePayload, encodePayload } from '../../src/core/payloadCodec.ts';

const proof = {
  id: 'A'.repeat(22),
  counter: 1,
  authenticator: `${'B'.repeat(42)}A`,
  at: 1_700_000_000_000,
};
const of = (content: Content): Payload => ({ version: 1, proof, content });
const text = (value: string) => of({ kind: 'text', version: 1, text: value });
const leave = of({ kind: 'leave', version: 1 });

describe('payload', () => {
  it('comes back as it went', () => {
    const sent = text('ünïcode 👋\n`code`');
    expect(decodePayload(encodePayload(sent))).toEqual({ kind: 'known', payload: sent });
  });

  it('a kind or version that we do not know is told as newer, with its proof and content', () => {
    const content = { kind: 'poll', question: '?' };
    expect(decodePayload(encodePlainJson({ ...leave, content }))).toEqual({ kind: 'newer', proof, content });
    expect(decodePayload(encodePlainJson({ ...leave, version: 2 }))).toMatchObject({ kind: 'newer', proof });
    const newerText = { ...leave, content: { kind: 'text', version: 2, blocks: [] } };
    expect(decodePayload(encodePlainJson(newerText))).toMatchObject({ kind: 'newer', proof });
  });

  it.each([
    ['a blank text', text(' \n')],
    ['a text above its limit', text('x'.repeat(limits.text + 1))],
    ['a lone surrogate', text('\ud800')],
    ['an edit of nothing', { ...leave, content: { kind: 'edit', version: 1, text: 'x' } }],
    ['a reaction of two emoji', { ...leave, content: { ...reaction(), emoji: '🍰🍰' } }],
    ['no proof', { version: 1, content: leave.content }],
    ['a counter of 0', { ...leave, proof: { ...proof, counter: 0 } }],
    ['no authenticator', { ...leave, proof: { ...proof, authenticator: undefined } }],
  ])('%s is refused', (_, value) => {
    expect(decodePayload(encodePlainJson(value))).toBeNull();
  });

  it('bytes that are no JSON are refused', () => {
    expect(decodePayload(Buffer.from('{'))).toBeNull();
    expect(decodePayload(Buffer.from([0xff, 0xfe]))).toBeNull();
    expect(decodePayload(new Uint8Array(3))).toBeNull();
  });

  it('the longest text fits a body', () => {
    const longest = encodePayload(text(`${'\n'.repeat(limits.text - 1)}x`));
    // MLS adds its framing, a signature and a tag.
    expect(paddedLength(longest.length) + 512).toBeLessThanOrEqual(limits.body);
  });
});

function reaction() {
  return { kind: 'reaction', version: 1, target: 'A'.repeat(22), on: true } as const;
}
