import { createHash } from 'node:crypto';
import type { Entry } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { initialDigest, linkOf, nextDigest } from '../../src/core/logDigest.ts';
import { randomId } from '../../src/core/text.ts';

const room = randomId();
const key = (byte: number) => new Uint8Array(32).fill(byte);
const message: Entry = { kind: 'message', seq: 4, id: randomId(), epoch: 2, slices: [], body: key(9) };
const { id, body } = message;
const commit: Entry = { kind: 'commit', seq: 4, id, epoch: 2, accessKey: key(1), body };

describe('log digest', () => {
  it('[M7] changes with every part that all members are given', () => {
    const variants: Entry[] = [
      { ...message, seq: 5 },
      { ...message, epoch: 3 },
      { ...message, id: randomId() },
      { ...message, body: key(8) },
      commit,
      { ...commit, accessKey: key(0) },
      { ...commit, accessKey: key(2) },
      { ...commit, body: key(8) },
    ];
    const links = new Set([message, ...variants].map((entry) => Buffer.from(linkOf(entry)).toString('hex')));
    expect(links.size).toBe(variants.length + 1);
  });

  it('[M7] of a message and of a commit is as the rule says', () => {
    const hash = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    const number = (value: number) => Buffer.concat([Buffer.alloc(7), Buffer.of(value)]);
    const head = Buffer.concat([Buffer.from('otr-chatroom link v1'), number(4), number(2), id]);
    expect(linkOf(message)).toEqual(hash(head, Buffer.of(4), key(0), hash(key(9))));
    expect(linkOf(commit)).toEqual(hash(head, Buffer.of(5), key(1), hash(key(9))));
  });

  it('[M7] is the same for readers who were given different slices', () => {
    const mine: Entry = { ...message, slices: [{ to: key(3), ciphertext: key(4) }] };
    expect(linkOf(mine)).toEqual(linkOf(message));
  });

  it('[M7] depends on the order', () => {
    const [a, b] = [key(1), key(2)];
    const start = initialDigest(room);
    expect(nextDigest(nextDigest(start, a), b)).not.toEqual(nextDigest(nextDigest(start, b), a));
    expect(initialDigest(randomId())).not.toEqual(start);
  });
});
