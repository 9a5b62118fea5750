import { expect, it } from 'vitest';
import { fileName } from '../src/app/saveFile.ts';

const day = new Date('2026-11-23T12:00:00Z');

it('names a file after the room and the day', () => {
  expect(fileName('Kitchen table', 'json', day)).toBe('Kitchen-table-2026-11-23.json');
});

it('keeps letters of every script, and nothing that means something to a file system', () => {
  expect(fileName('../etc/passwd', 'html', day)).toBe('etc-passwd-2026-11-23.html');
  expect(fileName('Küche דנה 😀', 'html', day)).toBe('Küche-דנה-2026-11-23.html');
  expect(fileName('⛵', 'json', day)).toBe('room-2026-11-23.json');
});
