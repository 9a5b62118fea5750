import { createHash, hkdfSync } from 'node:crypto';
import { safetyNumber } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { emojis } from '../../../src/core/identity/emoji.ts';
import { isSameNumber, safetyNumberOf } from '../../../src/core/identity/safetyNumber.ts';
import { newLeaf, publicOf } from './reference.ts';

const [one, other] = [publicOf(newLeaf().identity), publicOf(newLeaf().identity)];
const expected = safetyNumberOf(one, other);

function hashOf(key: Uint8Array): Buffer {
  let last = createHash('sha512').update(Buffer.of(0, 1)).update(key).digest();
  for (let round = 1; round <= 5_200; round += 1)
    last = createHash('sha512').update(last).update(key).digest();
  return last;
}

function digitsOf(keyHash: Buffer): string {
  const groups = Array.from({ length: 6 }, (_, n) => keyHash.subarray(5 * n, 5 * n + 5).toString('hex'));
  return groups.map((hex) => (BigInt(`0x${hex}`) % 100_000n).toString().padStart(5, '0')).join('');
}

describe('a safety number', () => {
  it('[D6] is as the rule says', () => {
    const keys = Buffer.compare(one, other) < 0 ? [one, other] : [other, one];
    const hashes = keys.map(hashOf);
    expect(expected.number.replaceAll(' ', '')).toBe(hashes.map(digitsOf).join(''));
    expect(expected.code).toBe(
      `otr-verify:1:${keys.map((key) => Buffer.from(key).toString('base64url')).join(':')}`,
    );
    const row = Buffer.from(hkdfSync('sha256', Buffer.concat(hashes), '', 'otr-chatroom emoji v1', 32));
    const bits = BigInt(`0x${row.toString('hex')}`)
      .toString(2)
      .padStart(256, '0');
    const indexes =
      bits
        .match(/.{6}/g)
        ?.slice(0, 18)
        .map((six) => Number.parseInt(six, 2)) ?? [];
    expect(expected.emoji).toEqual(indexes.map((index) => emojis[index]));
  });

  it('[D6] of known keys never changes', () => {
    const known = safetyNumberOf(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    expect(known.number).toMatchInlineSnapshot(
      `"59383 20233 29023 17737 18509 48295 38909 60098 11699 23417 41223 07020"`,
    );
    expect(known.emoji.map(({ name }) => name).join(', ')).toMatchInlineSnapshot(
      `"magnet, basketball, pizza, butterfly, cake, bread, lion, moon, star, key, lion, hammer, butterfly, globe, snail, hammer, frog, fire"`,
    );
  });

  it('[D6] has the form that the window expects', () => {
    const name = { member: Buffer.from(one).toString('base64url'), name: 'Ann', trust: 'unverified' };
    expect(safetyNumber.parse({ ...name, ...expected })).toEqual({ ...name, ...expected });
    expect(expected.emoji).toHaveLength(18);
  });

  it('[D6] is the same for both, and when it is asked for again', () => {
    expect(safetyNumberOf(other, one)).toEqual(expected);
    expect(safetyNumberOf(one, other)).toEqual(expected);
  });

  it('[D6] is another for every other pair', () => {
    const third = publicOf(newLeaf().identity);
    const all = [
      expected,
      safetyNumberOf(one, third),
      safetyNumberOf(third, other),
      safetyNumberOf(one, one),
    ];
    expect(new Set(all.map(({ number }) => number)).size).toBe(4);
    expect(new Set(all.map(({ code }) => code)).size).toBe(4);
    expect(new Set(all.map(({ emoji }) => JSON.stringify(emoji))).size).toBe(4);
  });
});

describe('what a person gives as safety number', () => {
  const digits = expected.number.replaceAll(' ', '');

  it.each([
    ['as it is shown', expected.number],
    ['in one piece', digits],
    ['on lines', `\n ${expected.number.replaceAll(' ', '\r\n\t')} `],
    ['with wide blanks', expected.number.replaceAll(' ', '\u00a0\u2003')],
    ['as the QR code', expected.code],
  ])('[D6] is the same %s', (_, given) => {
    expect(isSameNumber(expected, given)).toBe(true);
  });

  const lastDigit = digits.endsWith('0') ? '1' : '0';
  const [halfOne, halfOther] = [digits.slice(0, 30), digits.slice(30)];
  it.each([
    ['nothing', ''],
    ['blanks', ' '.repeat(71)],
    ['one digit is wrong', digits.slice(0, 59) + lastDigit],
    ['a digit is missing', digits.slice(0, 59)],
    ['a digit is too many', `${digits}0`],
    ['it is one half', halfOne],
    ['the halves are exchanged', halfOther + halfOne],
    ['there are dashes', expected.number.replaceAll(' ', '-')],
    [
      'the digits are those of another script',
      digits.replaceAll(/\d/g, (digit) => '٠١٢٣٤٥٦٧٨٩'[Number(digit)] ?? ''),
    ],
    ['there is a word before it', `number ${digits}`],
    ['it is a code with a blank', ` ${expected.code}`],
    ['it is a code in capitals', expected.code.toUpperCase()],
    ['it is a code of another version', expected.code.replace(':1:', ':2:')],
    ['it is the code of others', safetyNumberOf(one, one).code],
    ['it is the emoji', expected.emoji.map(({ emoji }) => emoji).join('')],
  ])('[D6] is refused: %s', (_, given) => {
    expect(isSameNumber(expected, given)).toBe(false);
  });
});

describe('the emoji', () => {
  it('[D6] are 64, each one with a name of its own', () => {
    expect(emojis).toHaveLength(64);
    expect(new Set(emojis.map(({ emoji }) => emoji)).size).toBe(64);
    expect(new Set(emojis.map(({ name }) => name)).size).toBe(64);
  });

  it.each(emojis.map(({ emoji, name }) => [emoji, name]))(
    '[D6] %s is one plain code point, called %s',
    (emoji, name) => {
      expect(emoji).toMatch(/^\p{Emoji_Presentation}$/u);
      // Neither people, hands nor flags.
      expect(emoji).not.toMatch(/\p{Emoji_Modifier_Base}|\p{Regional_Indicator}/u);
      expect(name).toMatch(/^[a-z]+( [a-z]+)?$/);
    },
  );
});
