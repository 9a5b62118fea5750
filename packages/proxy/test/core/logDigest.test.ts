import { createHash } from 'node:crypto';
import type { Entry } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { initialDigest, linkOf, nextDigest } from '../../src/core/logDigest.ts';
import { rosterHash } from '../../src/core/roster.ts';
import { randomId } from '../../src/core/text.ts';

const room = randomId();
const key = (byte: number) => new Uint8Array(32).fill(byte);
const envelope: Entry = {
  kind: 'envelope',
  seq: 4,
  id: randomId(),
  epoch: 2,
  from: key(1),
  slices: [],
  body: key(9),
};

describe('log digest', () => {
  it('[M7] changes with every part that all members are given', () => {
    const variants: Entry[] = [
      { ...envelope, seq: 5 },
      { ...envelope, epoch: 3 },
      { ...envelope, id: randomId() },
      { ...envelope, from: key(2) },
      { ...envelope, body: key(8) },
      { kind: 'removeKey', seq: 4, id: envelope.id, epoch: 2, publicKey: key(1), reason: 'left' },
    ];
    const links = new Set([envelope, ...variants].map((entry) => Buffer.from(linkOf(entry)).toString('hex')));
    expect(links.size).toBe(variants.length + 1);
  });

  it('[M7] tells every kind of entry apart, and each by all that it holds', () => {
    const place = { seq: 4, id: envelope.id, epoch: 2 };
    const zeros = key(0);
    const kinds: Entry[] = [
      { ...envelope, from: zeros },
      { kind: 'message', ...place, slices: [], body: key(9) },
      { kind: 'message', ...place, slices: [], body: key(8) },
      { kind: 'commit', ...place, accessKey: zeros, body: key(9) },
      { kind: 'commit', ...place, accessKey: key(1), body: key(9) },
      { kind: 'commit', ...place, accessKey: key(1), body: key(8) },
    ];
    expect(new Set(kinds.map((entry) => Buffer.from(linkOf(entry)).toString('hex'))).size).toBe(kinds.length);
  });

  it('[M7] of a message and of a commit is as the rule says', () => {
    const hash = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    const number = (value: number) => Buffer.concat([Buffer.alloc(7), Buffer.of(value)]);
    const head = Buffer.concat([Buffer.from('otr-chatroom link v1'), number(4), number(2), envelope.id]);
    const place = { seq: 4, id: envelope.id, epoch: 2, body: key(9) };
    const message = linkOf({ kind: 'message', ...place, slices: [{ to: key(3), ciphertext: key(4) }] });
    expect(message).toEqual(hash(head, Buffer.of(4), key(0), hash(key(9))));
    const commit = linkOf({ kind: 'commit', ...place, accessKey: key(1) });
    expect(commit).toEqual(hash(head, Buffer.of(5), key(1), hash(key(9))));
  });

  it('[M7] is the same for readers who were given different slices', () => {
    const mine: Entry = { ...envelope, slices: [{ to: key(3), ciphertext: key(4) }] };
    expect(linkOf(mine)).toEqual(linkOf(envelope));
  });

  it('[M7] depends on the order', () => {
    const [a, b] = [key(1), key(2)];
    const start = initialDigest(room);
    expect(nextDigest(nextDigest(start, a), b)).not.toEqual(nextDigest(nextDigest(start, b), a));
    expect(initialDigest(randomId())).not.toEqual(start);
  });
});

describe('roster hash', () => {
  it('[K8] depends on the set and the room, not on the order', () => {
    expect(rosterHash(room, [key(1), key(2)])).toEqual(rosterHash(room, [key(2), key(1)]));
    expect(rosterHash(room, [key(1)])).not.toEqual(rosterHash(room, [key(1), key(2)]));
    expect(rosterHash(randomId(), [key(1)])).not.toEqual(rosterHash(room, [key(1)]));
  });
});
