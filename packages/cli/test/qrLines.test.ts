import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { qrLines } from '../src/qrLines.ts';

const code = `otr-verify:1:${'A'.repeat(43)}:${'b_-'.repeat(14)}b`;

const pixels = 4;
/** Which halves of a line each character draws. */
const halves: Readonly<Record<string, readonly [boolean, boolean]>> = {
  ' ': [false, false],
  '▀': [true, false],
  '▄': [false, true],
  '█': [true, true],
};

/** What a camera sees of a dark terminal: light where something is drawn. */
function photograph(lines: readonly string[]) {
  const rows = lines.flatMap((line) => {
    const drawn = [...line].map((character) => halves[character] ?? [false, false]);
    return [drawn.map(([upper]) => upper), drawn.map(([, lower]) => lower)];
  });
  const width = (rows[0]?.length ?? 0) * pixels;
  const height = rows.length * pixels;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isLight = rows[Math.floor(y / pixels)]?.[Math.floor(x / pixels)] ?? false;
      data.fill(isLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}

describe('a QR code on a terminal', () => {
  it('is read by a scanner as what it holds', () => {
    expect(decodeQR(photograph(qrLines(code, false)))).toBe(code);
  });

  it('says its colours where there are any, and fits into 80 columns', () => {
    const plain = qrLines(code, false);
    expect(qrLines(code, true)).toEqual(plain.map((line) => `\u001b[97;40m${line}\u001b[0m`));
    expect(Math.max(...plain.map((line) => line.length))).toBeLessThan(80);
    expect(plain.join('')).toMatch(/^[ ▀▄█]+$/);
  });
});
