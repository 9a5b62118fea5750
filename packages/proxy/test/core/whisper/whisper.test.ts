import { createDecipheriv, hkdfSync, type KeyObject } from 'node:crypto';
import { exportSecret, receiveMessage, sealMessage, takeGeneration } from '@otr/mls';
import { describe, expect, it } from 'vitest';
import { compactSuite, defaultSuite } from '../../../src/core/group/config.ts';
import { paddedLength } from '../../../src/core/padding.ts';
import { isWhisper, sealWhisper, sliceAddress, whisperSender } from '../../../src/core/whisper.ts';
import {
  hear,
  heard,
  keyTo,
  newId,
  readersOf,
  renew,
  room,
  sliceOf,
  stolen,
  string,
  take,
  text,
  whisper,
} from './room.ts';

const trio = (suiteId = compactSuite) => {
  const people = room(3, suiteId);
  const [a, b, c] = people;
  if (!a || !b || !c) throw new Error('not three');
  return { people, a, b, c };
};

describe('a whisper', () => {
  it.each([
    [2, compactSuite],
    [3, compactSuite],
    [3, defaultSuite],
    [20, compactSuite],
  ])(
    '[D4] in a room of %i (suite %i) opens for whom it is addressed to, and for nobody else',
    (size, suiteId) => {
      const people = room(size, suiteId);
      for (const from of [people[0], people.at(-1)]) {
        if (!from) throw new Error('nobody');
        const others = people.filter((person) => person !== from);
        for (const to of [others.slice(0, 1), others.slice(-2), others]) {
          const sent = whisper(people, from, to, text('psst'));
          const results = others.map((reader) => take(people, reader, from, sent));
          expect(results).toEqual(others.map((reader) => (to.includes(reader) ? 'psst' : null)));
        }
      }
    },
  );

  it('[D4] names its sender and generation to members only', () => {
    const { people, a, b, c } = trio();
    const first = whisper(people, a, [b], text('one'));
    const second = whisper(people, a, [b], text('two'));
    for (const { group } of [b, c]) {
      expect(whisperSender(group, first.id, first.body)).toEqual({ leafIndex: 0, generation: 0 });
      expect(whisperSender(group, second.id, second.body)).toEqual({ leafIndex: 0, generation: 1 });
      expect(whisperSender(group, second.id, first.body)).toBeNull();
    }
    expect(whisperSender(trio().b.group, first.id, first.body)).toBeNull();
  });

  it('[D4] tells each recipient its own counter', () => {
    const { people, a, b, c } = trio();
    const sent = whisper(people, a, [b, c], text('psst'));
    const counters = [b, c].map((reader) => {
      const opened = hear(people, reader, a, sent);
      return opened !== 'replayed' && opened?.counter;
    });
    expect(counters).toEqual([1, 2]);
  });

  it('[D4] is told from an MLS message by its first byte', () => {
    const { people, a, b } = trio();
    const { id, body } = whisper(people, a, [b], text('psst'));
    expect(isWhisper(body)).toBe(true);
    expect(whisperSender(b.group, id, body.with(0, 0))).toBeNull();
    expect(isWhisper(sealMessage(a.group, text('aloud')).send)).toBe(false);
    expect(isWhisper(new Uint8Array())).toBe(false);
  });

  it('[D5] goes in turn with messages of the group: no generation serves two', () => {
    const { people, a, b, c } = trio();
    const said: string[] = [];
    const aloud = () => {
      const { state, send } = sealMessage(a.group, text('aloud'));
      a.group = state;
      return send;
    };
    const [first, psst, second] = [aloud(), whisper(people, a, [b], text('psst')), aloud()];
    for (const message of [second, first]) {
      for (const reader of [b, c]) {
        const got = receiveMessage(reader.group, message);
        if (got.kind !== 'application') throw new Error(got.kind);
        reader.group = got.state;
        said.push(string(got.data));
      }
    }
    expect(said).toEqual(['aloud', 'aloud', 'aloud', 'aloud']);
    expect(take(people, b, a, psst)).toBe('psst');
  });

  it('[D5] is refused when it comes again, also after a restart', () => {
    const { people, a, b } = trio();
    const sent = whisper(people, a, [b], text('psst'));
    expect(take(people, b, a, sent)).toBe('psst');
    expect(heard(people, b, a, sent)).toBe('replayed');
    b.group = stolen(b.group);
    expect(heard(people, b, a, sent)).toBe('replayed');
  });

  it('needs a slice for each other member: a list that leaves one out is a bug', () => {
    const { people, a, b, c } = trio();
    const readers = readersOf(people, a, [b]);
    const self = { leafIndex: 0, counter: 1, key: null };
    for (const wrong of [readers.slice(1), [...readers, self], [...readers.slice(1), self], []]) {
      expect(() => sealWhisper(a.group, text('psst'), { id: newId(), readers: wrong })).toThrow(
        'each other member',
      );
    }
    expect(readersOf(people, a, [b, c])).toHaveLength(2);
  });
});

describe('what the relay sees of a whisper', () => {
  it('[D4] is a slice of the same size for each other member, and a body of a size of the list [M3], whoever it is for', () => {
    const people = room(4);
    const [a, b, c, d] = people;
    if (!a || !b || !c || !d) throw new Error('not four');
    const readers = [[], [b], [b, c], [b, c, d]].map((to) => readersOf(people, a, to));
    const bodySizes = new Set<number>();
    for (let length = 1; length <= 5_000; length += 7) {
      const entries = readers.map((list) =>
        sealWhisper(a.group, new Uint8Array(length), { id: newId(), readers: list }),
      );
      const shapes = entries.map(({ body, slices }) => [
        body.length,
        ...slices.map((s) => s.ciphertext.length),
      ]);
      const size = paddedLength(89 + length);
      expect(shapes, `${length} bytes`).toEqual(readers.map(() => [size, 96, 96, 96]));
      expect(paddedLength(size)).toBe(size);
      bodySizes.add(size);
    }
    // 256 to 4,096 in steps of 256, then Padmé: 4,352 to 5,120.
    expect([...bodySizes]).toEqual(Array.from({ length: 20 }, (_, n) => 256 * (n + 1)));
  });

  it('[D4] is the order of leaves, in whichever order people were chosen', () => {
    const { people, a, b, c } = trio();
    const readers = readersOf(people, a, [c]);
    const [one, other] = [readers, readers.toReversed()].map((list) =>
      sealWhisper(a.group, text('psst'), { id: newId(), readers: list }).slices.map(({ to }) => to),
    );
    expect(one).toEqual(other);
    expect(one).toEqual([b, c].map(({ group }) => sliceAddress(group, group.self.leafIndex)));
  });

  it('[D4] is an address of 32 bytes for each leaf that all members agree on and that the next epoch changes', () => {
    const { people, a, b, c } = trio();
    const addresses = () =>
      [a, b, c].map(({ group }) =>
        [0, 1, 2].map((leaf) => Buffer.from(sliceAddress(group, leaf)).toString('hex')),
      );
    const before = addresses();
    expect(new Set(before.flat()).size).toBe(3);
    expect(before[1]).toEqual(before[0]);
    expect(before[2]).toEqual(before[0]);
    expect(sliceAddress(a.group, 1)).toHaveLength(32);
    renew(people, c);
    expect(new Set([...before.flat(), ...addresses().flat()]).size).toBe(6);
  });

  it('[D4] says nothing by repetition: the same words to the same person share no run of bytes', () => {
    const { people, a, b } = trio();
    const [one, two] = [0, 1].map(() => whisper(people, a, [b], text('psst')));
    if (!one || !two) throw new Error('nothing sent');
    const bytes = (sent: typeof one) =>
      Buffer.concat([sent.body.subarray(1), ...sent.slices.map((s) => s.ciphertext)]);
    const windows = (all: Buffer) =>
      new Set(Array.from({ length: all.length - 7 }, (_, n) => all.toString('hex', n, n + 8)));
    const seen = windows(bytes(one));
    expect([...windows(bytes(two))].filter((window) => seen.has(window))).toEqual([]);
  });
});

describe('the formulas', () => {
  it('[D4] [D5] written out once more with node:crypto open what the product sealed', () => {
    const { people, a, b } = trio();
    const { groupId } = a.group.context;
    const generation = takeGeneration(a.group).secret;
    const key = keyTo(a, b);
    const sent = whisper(people, a, [b], text('by hand'));
    const epoch = Buffer.from('0000000000000001', 'hex');
    const exporter = (name: string) => exportSecret(b.group, `otr-chatroom ${name} v1`, new Uint8Array(), 32);
    const hkdf = (ikm: Uint8Array, info: Uint8Array) => Buffer.from(hkdfSync('sha256', ikm, '', info, 32));
    const open = (
      under: KeyObject | Uint8Array,
      nonce: Uint8Array,
      sealed: Uint8Array,
      ...aad: Uint8Array[]
    ) => {
      const decipher = createDecipheriv('aes-256-gcm', under, nonce);
      decipher.setAAD(Buffer.concat(aad));
      decipher.setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    };

    const leaf = Buffer.from('00000001', 'hex');
    expect(Buffer.from(sent.slices[0]?.to ?? [])).toEqual(hkdf(exporter('slice address'), leaf));

    const header = sent.body.subarray(1, 37);
    const named = open(
      exporter('whisper header'),
      header.subarray(0, 12),
      header.subarray(12),
      groupId,
      sent.id,
    );
    expect(named.toString('hex')).toBe('0000000000000000');

    const slice = sliceOf(sent, people, a, b);
    const content = open(key, slice.subarray(0, 12), slice.subarray(12), groupId, epoch, sent.id);
    expect(content).toHaveLength(32 + 32 + 4);
    expect(content.readUInt32BE(64)).toBe(1);

    const secrets = Buffer.concat([content.subarray(0, 32), generation]);
    const bodyKey = hkdf(secrets, text('otr-chatroom whisper body v1'));
    const commitment = hkdf(secrets, text('otr-chatroom whisper commitment v1'));
    expect(Buffer.from(sent.body.subarray(37, 69))).toEqual(commitment);
    const aad = [groupId, epoch, sent.id, header];
    const padded = open(bodyKey, Buffer.alloc(12), sent.body.subarray(69), ...aad);
    expect(padded.readUInt32BE()).toBe(7);
    expect(padded.subarray(4).toString()).toBe(`by hand${'\0'.repeat(256 - 89 - 7)}`);
  });
});
