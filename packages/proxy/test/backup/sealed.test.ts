import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChunkSealer, chunkLength, openChunk, sealedLength } from '../../src/backup/chunks.ts';
import { headerLength } from '../../src/backup/header.ts';
import { addRoom, message } from '../store/places.ts';
import { bytes } from '../vault/vaults.ts';
import { backup, codeOf, mustDo, passphrase, restore, Shelf, storeIn } from './profiles.ts';

let shelf: Shelf;
beforeEach(() => {
  shelf = new Shelf();
});
afterEach(() => shelf.clean());

/** A profile whose backup has four chunks, the last one shorter. */
async function someProfile(): Promise<string> {
  const folder = shelf.place('profile');
  const store = await storeIn(folder);
  store.step(() => {
    store.setName('Ann');
    const { number } = addRoom(store);
    for (let order = 1; order <= 22; order++) {
      store.timeline.write(number, message(order, { text: `${order} ${'x'.repeat(10_000)}` }));
    }
  });
  store.close();
  return folder;
}

async function someBackup(name = 'backup'): Promise<Buffer> {
  await mustDo(backup(await someProfile(), shelf.place(name)));
  return readFileSync(shelf.place(name));
}

/** How restoring a file of these bytes ends; whatever is refused leaves nothing behind. */
async function restoring(content: Uint8Array): Promise<string> {
  writeFileSync(shelf.place('changed'), content);
  const before = shelf.names();
  const code = await codeOf(restore(shelf.place('changed'), shelf.place('restored')));
  if (code !== 'done') expect(shelf.names()).toEqual(before);
  return code;
}

const flipped = (content: Buffer, at: number) => {
  const copy = Buffer.from(content);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

const bordersOf = (content: Buffer) => {
  const borders = [];
  for (let at = headerLength; at < content.length; at += sealedLength) borders.push(at);
  return borders;
};

test('a chunk opens at its own place only, as the last or not, and under its own header and key', async () => {
  const keys = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))] as const;
  const headers = [Buffer.alloc(headerLength, 1), Buffer.alloc(headerLength, 2)] as const;
  const sealed: Uint8Array[] = [];
  const sealer = new ChunkSealer(keys[0], headers[0], async (chunk) => void sealed.push(chunk));
  // Full to the last byte: the border is also the end.
  const plaintext = randomBytes(2 * chunkLength);
  await sealer.add(plaintext.subarray(0, 100));
  await sealer.add(plaintext.subarray(100));
  await sealer.end();
  expect(sealed.map(({ length }) => length)).toEqual([sealedLength, sealedLength]);
  for (const [index, chunk] of sealed.entries()) {
    const opens = [];
    for (const key of keys) {
      for (const header of headers) {
        for (const number of [0, 1, 2]) {
          for (const isLast of [false, true]) {
            const opened = openChunk(key, header, { sealed: chunk, number, isLast });
            if (opened) opens.push({ key, header, number, isLast, opened: Buffer.from(opened) });
          }
        }
      }
    }
    const opened = plaintext.subarray(index * chunkLength, (index + 1) * chunkLength);
    expect(opens).toEqual([{ key: keys[0], header: headers[0], number: index, isLast: index === 1, opened }]);
  }
});

test('a flipped bit anywhere is refused, and nothing is restored', async () => {
  const content = await someBackup();
  const borders = bordersOf(content);
  expect(borders).toHaveLength(4);
  for (let at = 0; at < headerLength; at++) {
    expect([at, await restoring(flipped(content, at))]).toEqual([
      at,
      expect.stringMatching(/^(notABackup|newerVersion|damaged)$/),
    ]);
  }
  // Of each chunk: the nonce, the text's beginning, middle and end, the tag.
  for (const [index, border] of borders.entries()) {
    const next = borders[index + 1] ?? content.length;
    const middle = Math.floor((border + next) / 2);
    for (const at of [border, border + 11, border + 12, middle, next - 17, next - 16, next - 1]) {
      expect([at, await restoring(flipped(content, at))]).toEqual([at, 'damaged']);
    }
  }
  expect(await restoring(content), 'negative control: as it was written it is restored').toBe('done');
});

test('a file that is cut off is refused: in the header, at each border of chunks, and within', async () => {
  const content = await someBackup();
  for (let length = 0; length < headerLength; length++) {
    const code = length < 16 ? 'notABackup' : 'damaged';
    expect([length, await restoring(content.subarray(0, length))]).toEqual([length, code]);
  }
  for (const border of [...bordersOf(content), content.length]) {
    for (const length of [border - 1, border, border + 1].filter((length) => length >= headerLength)) {
      if (length >= content.length) continue;
      expect([length, await restoring(content.subarray(0, length))]).toEqual([length, 'damaged']);
    }
  }
});

test('chunks that are swapped, left out, repeated, added or taken from another backup are refused', async () => {
  const content = await someBackup();
  await mustDo(backup(shelf.place('profile'), shelf.place('other')));
  const other = readFileSync(shelf.place('other'));
  const partsOf = (file: Buffer): [Buffer, Buffer, Buffer, Buffer, Buffer] => {
    const [first = 0, second = 0, third = 0, last = 0] = bordersOf(file);
    return [
      file.subarray(0, first),
      file.subarray(first, second),
      file.subarray(second, third),
      file.subarray(third, last),
      file.subarray(last),
    ];
  };
  const [header, one, two, three, last] = partsOf(content);
  const [otherHeader, otherOne, ...otherRest] = partsOf(other);
  const wrong: Record<string, Buffer[]> = {
    swapped: [header, two, one, three, last],
    leftOut: [header, one, three, last],
    repeated: [header, one, one, two, three, last],
    lastTwice: [header, one, two, three, last, last],
    lastMoved: [header, last, one, two, three],
    added: [header, one, two, three, last, Buffer.from('x')],
    ofAnother: [header, otherOne, two, three, last],
    underAnotherHeader: [otherHeader, one, two, three, last],
    nothing: [header],
  };
  for (const [name, parts] of Object.entries(wrong)) {
    expect([name, await restoring(Buffer.concat(parts))]).toEqual([name, 'damaged']);
  }
  const whole = Buffer.concat([otherHeader, otherOne, ...otherRest]);
  expect(await restoring(whole), 'negative control: put together as it was, it is whole').toBe('done');
});

test('a wrong passphrase is told from damage, and another file from a backup of a newer version', async () => {
  const content = await someBackup();
  const file = shelf.place('backup');
  const into = shelf.place('restored');
  const asked = (given: string | null) => ({
    askPassphrase: async () => (given === null ? null : bytes(given)),
  });
  const before = shelf.names();
  expect(await codeOf(restore(file, into, asked('correct horsf')))).toBe('wrongPassphrase');
  expect(await codeOf(restore(file, into, asked('')))).toBe('noPassphrase');
  expect(await codeOf(restore(file, into, asked(null)))).toBe('noPassphrase');
  expect(await codeOf(restore(shelf.place('missing'), into))).toBe('fileUnusable');
  expect(await codeOf(restore(shelf.place('profile'), into))).toBe('fileUnusable');
  expect(shelf.names()).toEqual(before);
  const newer = Buffer.from(content);
  newer.writeUInt32BE(3, 16);
  expect(await restoring(newer)).toBe('newerVersion');
  expect(await restoring(Buffer.from('SQLite format 3\0 and so on'))).toBe('notABackup');
  expect(await codeOf(restore(file, into, asked(passphrase)))).toBe('done');
});

/** As somebody changes it who knows how the checksum is made. */
function forged(content: Buffer, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(content);
  change(copy);
  copy.set(createHash('sha256').update(copy.subarray(0, 108)).digest().subarray(0, 16), 108);
  return copy;
}

test('costs of the passphrase out of bounds are refused before they are paid', async () => {
  const content = await someBackup();
  const withNumber = (at: number, value: number) =>
    forged(content, (header) => header.writeUInt32BE(value, at));
  const outOfBounds: [number, number][] = [
    [20, 1],
    [20, 0xffff_ffff],
    [24, 0],
    [24, 1_000_000],
    [28, 0],
    [28, 1_000],
  ];
  for (const [at, value] of outOfBounds) {
    expect([at, value, await restoring(withNumber(at, value))]).toEqual([at, value, 'damaged']);
  }
  expect(await restoring(withNumber(24, 2)), 'negative control: within them it is tried').toBe(
    'wrongPassphrase',
  );
  expect(await restoring(forged(content, () => {})), 'negative control: the checksum is that').toBe('done');
});

test('the checksum protects nothing: whoever makes it anew is refused by the seals', async () => {
  const content = await someBackup();
  const changed = (at: number) =>
    forged(content, (header) => header.set(flipped(header, at).subarray(at, at + 1), at));
  for (const at of [32, 47, 48, 60, 107]) {
    expect([at, await restoring(changed(at))]).toEqual([at, 'wrongPassphrase']);
  }
  const withVersion = (version: number) => forged(content, (header) => header.writeUInt32BE(version, 16));
  expect(await restoring(withVersion(0))).toBe('damaged');
  expect(await restoring(withVersion(1)), 'it is not made an older one').toBe('wrongPassphrase');
});
