import { createSecretKey, type KeyObject } from 'node:crypto';
import { exportSecret, type GroupState, openGeneration, recordsOf } from '@otr/mls';
import { describe, expect, it } from 'vitest';
import { openBytes, sealBytes } from '../../../src/core/aead.ts';
import { openBody, sealBody } from '../../../src/core/whisper/body.ts';
import { headerKey } from '../../../src/core/whisper/epochSecrets.ts';
import { sealHeader } from '../../../src/core/whisper/header.ts';
import { hashOf, openSlice, sealSlice } from '../../../src/core/whisper/slice.ts';
import { composeWhisper, openWhisper, whisperExporter, whisperSender } from '../../../src/core/whisper.ts';
import {
  hear,
  heard,
  keyFrom,
  keyTo,
  newId,
  type Person,
  readersOf,
  renew,
  room,
  type Sent,
  sliceOf,
  stolen,
  string,
  take,
  text,
  whisper,
} from './room.ts';

function four() {
  const people = room(4);
  const [a, b, c, d] = people;
  if (!a || !b || !c || !d) throw new Error('not four');
  return { people, a, b, c, d };
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8)));

/** Everything stored of a state, to compare. */
const snapshot = (group: GroupState) =>
  [...recordsOf(group)].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]);

function sliceContext(group: GroupState, id: Uint8Array): Uint8Array {
  const epoch = Buffer.alloc(8);
  epoch.writeBigUInt64BE(group.context.epoch);
  return Buffer.concat([group.context.groupId, epoch, id]);
}

/** What a slice holds, without a look at which body it is for. */
function sliceContentOf(group: GroupState, key: KeyObject, sent: Sent, ciphertext: Uint8Array): Uint8Array {
  const content = openBytes(key, ciphertext, sliceContext(group, sent.id));
  if (!content) throw new Error('does not open');
  return content;
}

const contentKeyOf = (...args: Parameters<typeof sliceContentOf>) => sliceContentOf(...args).subarray(0, 32);

describe('a changed whisper', () => {
  it('[D4] is refused for a bit in any byte of the body or of the slice, and uses nothing up [D5]', () => {
    const { people, a, b, c } = four();
    const sent = whisper(people, a, [b, c], text('psst'));
    const slice = sliceOf(sent, people, a, b);
    const before = snapshot(b.group);
    const accepted: string[] = [];
    for (let at = 0; at < sent.body.length; at++) {
      if (hear(people, b, a, { ...sent, body: flipped(sent.body, at) }) !== null) accepted.push(`body ${at}`);
    }
    for (let at = 0; at < slice.length; at++) {
      if (hear(people, b, a, sent, flipped(slice, at)) !== null) accepted.push(`slice ${at}`);
    }
    expect(accepted).toEqual([]);
    expect(snapshot(b.group)).toEqual(before);
    expect(heard(people, b, a, sent)).toBe('psst');
  });

  it('[D4] is refused when it is cut short or goes on', () => {
    const { people, a, b } = four();
    const sent = whisper(people, a, [b], text('psst'));
    const slice = sliceOf(sent, people, a, b);
    for (const { length } of [new Uint8Array(0), new Uint8Array(1), new Uint8Array(36), new Uint8Array(52)]) {
      expect(heard(people, b, a, { ...sent, body: sent.body.subarray(0, length) })).toBeNull();
    }
    expect(heard(people, b, a, { ...sent, body: sent.body.subarray(0, -1) })).toBeNull();
    expect(heard(people, b, a, { ...sent, body: Buffer.concat([sent.body, Buffer.alloc(256)]) })).toBeNull();
    for (const wrong of [slice.subarray(0, 0), slice.subarray(0, -1), Buffer.concat([slice, slice])]) {
      expect(heard(people, b, a, sent, wrong)).toBeNull();
    }
  });

  it('[D4] is refused with the slice of another member or of another whisper', () => {
    const { people, a, b, c, d } = four();
    const sent = whisper(people, a, [b, c], text('psst'));
    const other = whisper(people, a, [b, c], text('other'));
    for (const wrong of [
      sliceOf(sent, people, a, c),
      sliceOf(sent, people, a, d),
      sliceOf(other, people, a, b),
    ]) {
      expect(heard(people, b, a, sent, wrong)).toBeNull();
    }
    // Also where the relay gives the other whisper the same id.
    expect(heard(people, b, a, { ...sent, body: other.body })).toBeNull();
    expect(heard(people, b, a, sent)).toBe('psst');
  });

  it('[D4] is refused under another id, in another room and in another epoch', () => {
    const { people, a, b, d } = four();
    const sent = whisper(people, a, [b], text('psst'));
    expect(heard(people, b, a, { ...sent, id: newId() })).toBeNull();
    const elsewhere = four();
    const { identity, ephemeral } = b;
    const inTheOtherRoom: Person = { group: elsewhere.b.group, identity, ephemeral };
    expect(heard(people, inTheOtherRoom, a, sent)).toBeNull();
    const before = { ...b };
    renew(people, d);
    expect(heard(people, b, a, sent)).toBeNull();
    // The same keys of A and B in the epoch it was made for.
    expect(heard(people, before, a, sent)).toBe('psst');
  });

  it('[D4] is refused under the key of another direction: what A said to B does not come back as said by B', () => {
    const { people, a, b } = four();
    const sent = whisper(people, a, [b], text('psst'));
    const { id, body } = sent;
    const ciphertext = sliceOf(sent, people, a, b);
    expect(openWhisper(b.group, { id, body, ciphertext, key: keyTo(b, a) })).toBeNull();
    // To ourselves as from ourselves: there is no generation of ours to take.
    expect(openWhisper(a.group, { id, body, ciphertext, key: keyTo(a, b) })).toBeNull();
  });
});

describe('a member who is addressed too', () => {
  /** C, who knows the content key, puts a body of its own beside the slice that A made for B. */
  function substitution() {
    const { people, a, b, c } = four();
    const sent = whisper(people, a, [b, c], text('yes'));
    const sender = whisperSender(c.group, sent.id, sent.body);
    const opened = sender && openGeneration(c.group, sender.leafIndex, sender.generation);
    if (!opened) throw new Error('not for c');
    const contentKey = contentKeyOf(c.group, keyFrom(c, a), sent, sliceOf(sent, people, a, c));
    const header = sent.body.subarray(1, 37);
    const secrets = { contentKey, generation: opened.secret };
    const body = sealBody(c.group, text('no!'), { id: sent.id, header, secrets });
    return { people, a, b, sent, changed: { ...sent, body } };
  }

  it('[D4] cannot put another body in the place: the slice of the other names the body by its hash', () => {
    const { people, a, b, sent, changed } = substitution();
    const before = snapshot(b.group);
    expect(heard(people, b, a, changed)).toBeNull();
    expect(snapshot(b.group)).toEqual(before);
    expect(heard(people, b, a, sent)).toBe('yes');
  });

  it('[D4] (control: without the comparison of the hash B would hear what C made, as from A)', () => {
    const { people, a, b, changed } = substitution();
    const contentKey = contentKeyOf(b.group, keyFrom(b, a), changed, sliceOf(changed, people, a, b));
    const { secret } = openGeneration(b.group, a.group.self.leafIndex, 0);
    const secrets = { contentKey, generation: secret };
    const plaintext = openBody(b.group, changed.body, { id: changed.id, secrets });
    expect(plaintext && string(plaintext)).toBe('no!');
  });
});

describe('a member who is not addressed', () => {
  /** Every secret that this member has, could compute or was given: as keys of 32 bytes. */
  function keysOf(people: readonly Person[], me: Person): KeyObject[] {
    const others = people.filter((person) => person !== me);
    const exported = ['whisper', 'whisper header', 'slice address', 'volatile', 'access key'].map((name) =>
      exportSecret(me.group, `otr-chatroom ${name} v1`, new Uint8Array(), 32),
    );
    const stored = [...recordsOf(me.group).values()].flatMap((record) =>
      Array.from({ length: Math.max(0, record.length - 31) }, (_, at) => record.subarray(at, at + 32)),
    );
    return [
      ...others.flatMap((other) => [keyTo(me, other), keyFrom(me, other)]),
      headerKey(me.group),
      ...[...exported, whisperExporter(me.group), ...stored].map((bytes) => createSecretKey(bytes)),
    ];
  }

  const opensSlice = (keys: readonly KeyObject[], me: Person, sent: Sent) => {
    const context = sliceContext(me.group, sent.id);
    return sent.slices.flatMap(({ ciphertext }) => keys.filter((key) => openBytes(key, ciphertext, context)));
  };

  const opensBody = (keys: readonly Uint8Array[], me: Person, sent: Sent) => {
    const { secret } = openGeneration(me.group, 0, 0);
    return keys.filter((contentKey) => {
      const secrets = { contentKey, generation: secret };
      return openBody(me.group, sent.body, { id: sent.id, secrets }) !== null;
    });
  };

  it('[D4] holds nothing that opens it: no key of its own, of the epoch or of its stored state, on any slice or the body', () => {
    const { people, a, b, c, d } = four();
    const sent = whisper(people, a, [b], text('psst'));
    for (const me of [c, d]) {
      const keys = keysOf(people, me);
      expect(keys.length).toBeGreaterThan(1_000);
      expect(opensSlice(keys, me, sent)).toEqual([]);
      const own = sliceOf(sent, people, a, me);
      const windows = Array.from({ length: own.length - 31 }, (_, at) => own.subarray(at, at + 32));
      const contentKeys = [...windows, ...keys.map((key) => new Uint8Array(key.export()))];
      expect(opensBody(contentKeys, me, sent)).toEqual([]);
    }
    // Negative control: the same search finds the key of the pair and the content key, where they are.
    const key = keyFrom(b, a);
    expect(opensSlice([...keysOf(people, d), key], d, sent)).toEqual([key]);
    const contentKey = contentKeyOf(b.group, key, sent, sliceOf(sent, people, a, b));
    expect(opensBody([new Uint8Array(32), contentKey], d, sent)).toEqual([contentKey]);
  });

  it('[D5] cannot use up the generation of a whisper for others, nor of one to come', () => {
    const { people, a, b, c } = four();
    const before = snapshot(b.group);
    for (const generation of [0, 1, 5]) {
      // C says that it is A, as any member can, with the only keys it has.
      const { secret } = openGeneration(c.group, 0, generation);
      const readers = readersOf(people, c, [b]).map((reader) => ({
        ...reader,
        leafIndex: reader.leafIndex === 0 ? c.group.self.leafIndex : reader.leafIndex,
      }));
      const sender = { leafIndex: 0, generation };
      const id = newId();
      const forged = composeWhisper(c.group, text('burn'), { id, readers, sender, secret });
      expect(whisperSender(b.group, id, forged.body)).toEqual(sender);
      for (const { ciphertext } of forged.slices) {
        expect(heard(people, b, a, { id, ...forged }, ciphertext)).toBeNull();
      }
    }
    expect(snapshot(b.group)).toEqual(before);
    expect(take(people, b, a, whisper(people, a, [b], text('psst')))).toBe('psst');
  });
});

describe('a stolen state', () => {
  it('[D5] of the sender or of a recipient opens no earlier whisper of the same epoch, with all their keys', () => {
    const { people, a, b } = four();
    const sent = whisper(people, a, [b], text('psst'));
    const early = { ...b, group: stolen(b.group) };
    expect(take(people, b, a, sent)).toBe('psst');

    // The identity key, the leaf's key and the whole database: the slice opens, the body does not.
    const late = { ...b, group: stolen(b.group) };
    expect(
      openSlice(late.group, keyFrom(late, a), { ...sent, ciphertext: sliceOf(sent, people, a, b) }),
    ).not.toBeNull();
    expect(heard(people, late, a, sent)).toBe('replayed');
    expect(() => openGeneration(late.group, 0, 0)).toThrow(
      expect.objectContaining({ code: 'generationUsed' }),
    );
    // The sender's own ratchet has moved on as well.
    const { identity, ephemeral } = b;
    const fromSender = { identity, ephemeral, group: relocated(stolen(a.group), 1) };
    expect(heard(people, fromSender, a, sent)).toBe('replayed');

    // Negative control: the state before B had taken the generation out opens it.
    expect(heard(people, early, a, sent)).toBe('psst');
  });

  it('[D5] of the next epoch opens nothing of the former, whoever it is taken from', () => {
    const { people, a, b, c } = four();
    const sent = whisper(people, a, [b], text('psst'));
    const asThen = { ...a };
    const early = { ...b, group: stolen(b.group) };
    renew(people, c);
    for (const thief of people) {
      const group = relocated(stolen(thief.group), 1);
      expect(whisperSender(group, sent.id, sent.body)).toBeNull();
      // Even with the pair's key of then, which nobody has any more, and the place of the sender told.
      const options = { id: sent.id, body: sent.body, ciphertext: sliceOf(sent, people, a, b) };
      expect(openWhisper(group, { ...options, key: keyFrom(early, asThen) })).toBeNull();
      expect(openGeneration(group, 0, 0).secret).not.toEqual(openGeneration(early.group, 0, 0).secret);
    }
    expect(heard(people, early, asThen, sent)).toBe('psst');
  });

  it('[D5] of a member who was not addressed still has the generation: with the recipient’s X25519 keys it opens what was whispered in this epoch', () => {
    const { people, a, b, c } = four();
    const sent = whisper(people, a, [b], text('psst'));
    expect(take(people, b, a, sent)).toBe('psst');
    const { identity, ephemeral } = b;
    const together = { identity, ephemeral, group: stolen(c.group) };
    expect(heard(people, together, a, sent)).toBe('psst');
    renew(people, b);
    const later = { identity, ephemeral, group: stolen(c.group) };
    expect(heard(people, later, a, sent)).toBeNull();
  });

  /** The state as if it were of the member at this leaf: who has it need not keep to whose it was. */
  function relocated(group: GroupState, leafIndex: number): GroupState {
    return { ...group, self: { ...group.self, leafIndex } };
  }
});

describe('deniability', () => {
  /** B makes a whisper from A to itself with nothing but its own keys and what every member of the room has. */
  function forge(people: readonly Person[], b: Person, a: Person, said: string): Sent {
    const leafIndex = a.group.self.leafIndex;
    const { secret, generation } = openGeneration(b.group, leafIndex, 0);
    const readers = people
      .filter((person) => person !== a)
      .map((person) => ({
        leafIndex: person.group.self.leafIndex,
        counter: 1,
        key: person === b ? keyFrom(b, a) : null,
      }));
    const id = newId();
    const sender = { leafIndex, generation };
    return { id, ...composeWhisper(b.group, text(said), { id, readers, sender, secret }) };
  }

  it('[D5] a recipient can make a whisper from A to itself, which every check accepts: it proves nothing', () => {
    const { people, a, b, c } = four();
    const forged = forge(people, b, a, 'I owe B a thousand');
    const real = whisper(people, a, [b], text('I owe B a thousand'));
    for (const sent of [forged, real]) {
      expect(whisperSender(c.group, sent.id, sent.body)).toEqual({ leafIndex: 0, generation: 0 });
      expect(sent.body).toHaveLength(256);
      expect(sent.slices.map(({ ciphertext }) => ciphertext.length)).toEqual([96, 96, 96]);
      expect(sent.slices.map(({ to }) => to)).toEqual(real.slices.map(({ to }) => to));
      const opened = hear(people, b, a, sent);
      if (opened === null || opened === 'replayed') throw new Error('refused');
      expect([string(opened.plaintext), opened.counter]).toEqual(['I owe B a thousand', 1]);
      // C can check that a member made it, and no more: it is not for C either way.
      expect(heard(people, c, a, sent)).toBeNull();
    }
  });

  it('[D5] (control: it is the pair’s key that convinces B: a bit of either is refused, and C cannot make one)', () => {
    const { people, a, b, c } = four();
    const forged = forge(people, b, a, 'I owe B a thousand');
    expect(heard(people, b, a, { ...forged, body: flipped(forged.body, 200) })).toBeNull();
    const byStranger = forge(people, c, a, 'I owe B a thousand');
    for (const { ciphertext } of byStranger.slices)
      expect(heard(people, b, a, byStranger, ciphertext)).toBeNull();
    expect(heard(people, c, a, byStranger)).toBe('I owe B a thousand');
  });
});

describe('a sender that breaks the rules', () => {
  it('[D5] with a generation that no recipient can take is refused: too far, of a leaf that is nobody’s, of our own', () => {
    const { a, b } = four();
    const key = keyFrom(b, a);
    for (const [leafIndex, generation] of [
      [0, 1_001],
      [0, 0xffffffff],
      [7, 0],
      [0xffffffff, 0],
      [1, 0],
    ] as const) {
      const id = newId();
      const header = sealHeader(a.group, id, { leafIndex, generation });
      const secrets = { contentKey: new Uint8Array(32), generation: new Uint8Array(28) };
      const body = sealBody(a.group, text('psst'), { id, header, secrets });
      const ciphertext = sealedFor(a, b, id, body);
      expect(openSlice(b.group, key, { id, body, ciphertext })).not.toBeNull();
      expect(openWhisper(b.group, { id, body, ciphertext, key })).toBeNull();
    }
  });

  it('[D4] with a slice of another length is refused, though it was sealed for us', () => {
    const { people, a, b } = four();
    const sent = whisper(people, a, [b], text('psst'));
    const key = keyTo(a, b);
    const content = sliceContentOf(b.group, key, sent, sliceOf(sent, people, a, b));
    for (const wrong of [content.subarray(0, -1), Buffer.concat([content, Buffer.alloc(1)])]) {
      expect(heard(people, b, a, sent, sealBytes(key, wrong, sliceContext(b.group, sent.id)))).toBeNull();
    }
    expect(heard(people, b, a, sent, sealBytes(key, content, sliceContext(b.group, sent.id)))).toBe('psst');
  });

  it('[D5] with a body that was sealed under another generation is refused, and uses nothing up', () => {
    const { a, b } = four();
    const before = snapshot(b.group);
    const id = newId();
    const header = sealHeader(a.group, id, { leafIndex: 0, generation: 0 });
    const secrets = { contentKey: new Uint8Array(32), generation: openGeneration(b.group, 0, 1).secret };
    const body = sealBody(a.group, text('psst'), { id, header, secrets });
    const ciphertext = sealedFor(a, b, id, body);
    expect(openWhisper(b.group, { id, body, ciphertext, key: keyFrom(b, a) })).toBeNull();
    expect(snapshot(b.group)).toEqual(before);
  });
});

/** A good slice from A to B whose content key is zeros. */
function sealedFor(a: Person, b: Person, id: Uint8Array, body: Uint8Array): Uint8Array {
  const content = { contentKey: new Uint8Array(32), counter: 1 };
  return sealSlice(a.group, keyTo(a, b), { id, bodyHash: hashOf(body), content });
}
