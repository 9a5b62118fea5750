import type { RoomSummary, Row } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { messageLine, remarkLine } from '../src/rowText.ts';
import { findRoom } from '../src/running.ts';
import { jsonLine, plain, type Terminal } from '../src/terminal.ts';

const terminal: Terminal = {
  result() {},
  async piece() {},
  note() {},
  colour: false,
  readInput: async () => '',
  readLine: async () => undefined,
};
const row = { room: 'r', id: 'i', order: 1024, seq: 1, at: 0 };
const hostile = '\u001b[2J\u009b31m\u202Eevil\u0007\r';

/** Control characters but the line break, and a mark that turns the reading direction. */
const steering = /[^\P{Cc}\n]|\u202E/u;

describe('what others wrote', () => {
  it('cannot steer the terminal', () => {
    expect(plain(hostile)).toBe('\u{FFFD}[2J\u{FFFD}31m\u{FFFD}evil\u{FFFD}\u{FFFD}');
  });

  it('cannot look like another message', () => {
    const text = 'hello\n2026-01-01 00:00 Ben: forged\ttab';
    const line = messageLine(
      terminal,
      {
        ...{ ...row, kind: 'message', from: 'f', name: `A\n${hostile}`, own: false, text, delivery: 'relay' },
      },
      null,
    );
    expect(line.split('\n').slice(1)).toEqual(['    2026-01-01 00:00 Ben: forged    tab']);
    expect(line).not.toMatch(steering);
  });

  it('is told where it is refused, without steering the terminal either', () => {
    const refused: Row = { ...row, kind: 'refused', problem: 'badCiphertext', name: hostile };
    expect(remarkLine(refused)).toMatch(/refused: it cannot be decrypted/);
    const alarm: Row = {
      ...row,
      kind: 'alarm',
      problem: 'messageMissing',
      name: null,
      data: { count: hostile },
    };
    expect(remarkLine(alarm)).toMatch(/ALARM: the relay withholds messages of a member: .* missing$/);
    expect(remarkLine(refused) + remarkLine(alarm)).not.toMatch(steering);
  });

  it('survives JSON unchanged, and is harmless there', () => {
    const line = jsonLine({ text: `${hostile}\n\u2028` });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toEqual({ text: `${hostile}\n\u2028` });
  });
});

describe('a room is meant', () => {
  const rooms = [
    ['AAAA', 'den'],
    ['AABB', 'twin'],
    ['BBBB', 'twin'],
    ['CCCC', 'BBBB'],
  ].map(([room, name]) => ({ room, name }) as RoomSummary);

  it.each([
    ['AAAA', 'AAAA', 'by its id'],
    ['den', 'AAAA', 'by its name'],
    ['C', 'CCCC', 'by the beginning of its id'],
    ['BBBB', 'BBBB', 'by its id, before a name'],
  ])('%s: %s, %s', (wanted, room) => {
    expect(findRoom(rooms, wanted)).toMatchObject({ ok: true, value: { room } });
  });

  it.each([
    ['twin', '"twin" may mean several rooms: AABB, BBBB; give the id'],
    ['AA', '"AA" may mean several rooms: AAAA, AABB; give the id'],
    ['', 'there is no room ""; otr room list shows them'],
    ['aaaa', 'there is no room "aaaa"; otr room list shows them'],
  ])('%s: none', (wanted, message) => expect(findRoom(rooms, wanted)).toEqual({ ok: false, message }));
});
