import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isTag, makeTag, tagLength } from '../../../src/core/identity/tags.ts';
import { randomContext, tagOf } from './reference.ts';

const bytes = randomBytes(32);
const key = createSecretKey(bytes);
const context = randomContext();

describe('a tag', () => {
  it('[D3] is as the rule says', () => {
    const tag = makeTag(key, context);
    expect(tag).toHaveLength(tagLength);
    expect(tag).toEqual(tagOf(bytes, context));
    expect(isTag(key, context, tag)).toBe(true);
  });

  it('[D3] is of one key, and has no bit that may differ', () => {
    const tag = makeTag(key, context);
    expect(isTag(createSecretKey(randomBytes(32)), context, tag)).toBe(false);
    for (let bit = 0; bit < tagLength * 8; bit += 1) {
      const changed = Uint8Array.from(tag);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isTag(key, context, changed)).toBe(false);
    }
  });

  it('[D3] of another length is refused, also where it begins rightly', () => {
    const tag = makeTag(key, context);
    for (let length = 0; length < tagLength; length += 1) {
      expect(isTag(key, context, tag.slice(0, length))).toBe(false);
    }
    expect(isTag(key, context, Uint8Array.of(...tag, 0))).toBe(false);
  });
});
