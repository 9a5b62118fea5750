import type { MessageRow } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { messageJson, messageLine, remarkLine } from '../src/rowText.ts';
import type { Terminal } from '../src/terminal.ts';
import { ann, ben, message } from './rows.ts';

const terminal: Terminal = {
  ...{ result() {}, note() {}, colour: false },
  async piece() {},
  readInput: async () => '',
  readLine: async () => undefined,
};
const reactions = [
  { emoji: '👍', from: [ann, ben] },
  { emoji: '🎉', from: [ann] },
];
const cleo = 'c'.repeat(43);
const replyTo = { id: 'm0', name: 'Cleo', text: `is\nanybody ${'here '.repeat(20)}` };

/** Without day and time. */
const lines = (...args: Parameters<typeof message>) =>
  messageLine(terminal, message(...args), ann)
    .replace(/^\S+ \S+ /, '')
    .split('\n');

describe('a message', () => {
  it('says what became of it', () => {
    expect(lines(1)).toEqual(['Ben: text 1']);
    expect(lines(1, { editedAt: 5 })).toEqual(['Ben (edited): text 1']);
    expect(lines(1, { deleted: true, text: '' })).toEqual(['Ben (deleted)']);
    expect(lines(1, { seq: null, editedAt: 5 })).toEqual(['Ben (edited) (not at the relay yet): text 1']);
  });

  it('says whose it may not be, and for whom it is', () => {
    expect(lines(1, { trust: 'unproven' })).toEqual(['Ben (not shown who they are): text 1']);
    expect(lines(1, { trust: 'refused' })).toEqual(['Ben (failed to show who they are): text 1']);
    expect(lines(1, { trust: 'changed' })).toEqual(['Ben (CHANGED: not the keys that you verified): text 1']);
    for (const trust of ['self', 'verified', 'unverified', 'waiting'] as const) {
      expect(lines(1, { trust })).toEqual(['Ben: text 1']);
    }
    const whisper = { to: [ann, cleo], names: ['Ann', 'Cleo\u001b'] };
    expect(lines(1, { whisper, trust: 'unproven', editedAt: 5 })).toEqual([
      'Ben (not shown who they are) (whisper to you, Cleo\u{FFFD}) (edited): text 1',
    ]);
    expect(lines(1, { whisper: { to: [ann], names: ['Ann'] } })).toEqual(['Ben (whisper to you): text 1']);
    const own = { from: ann, name: 'Ann', own: true, whisper: { to: [cleo], names: ['Cleo'] } };
    expect(lines(1, own)).toEqual(['Ann (whisper to Cleo): text 1']);
  });

  it('is followed by what belongs to it, which no text can look like', () => {
    const [head, second, ...more] = lines(1, {
      replyTo,
      reactions,
      text: 'yes\n  👍 900\n↳ answers Ann: no',
    });
    expect([head, second, more[0]]).toEqual(['Ben: yes', '      👍 900', '    ↳ answers Ann: no']);
    expect(more.slice(1)).toEqual([
      `  ↳ answers Cleo: ${`is\u{FFFD}anybody ${'here '.repeat(20)}`.slice(0, 60)}…`,
      '  👍 2  🎉 1',
    ]);
  });

  it('has for programs the keys that say something, and no others', () => {
    const plain = { ...{ id: 'm1', room: message(1).room, seq: 1, from: ben, name: 'Ben' }, text: 'text 1' };
    const at = '2026-01-15T12:00:00.000Z';
    expect(messageJson(message(1))).toEqual({ ...plain, at });
    const known: Partial<MessageRow> = { trust: 'verified', whisper: { to: [ann], names: ['Ann'] } };
    const full = message(1, { replyTo, reactions, editedAt: 0, expiresAt: 1_000, deleted: true, ...known });
    expect(messageJson(full)).toEqual({
      ...{ ...plain, at, replyTo, reactions, deleted: true, trust: 'verified', whisper: { to: ['Ann'] } },
      ...{ editedAt: '1970-01-01T00:00:00.000Z', expiresAt: '1970-01-01T00:00:01.000Z' },
    });
  });
});

it('a notice is harmless on a terminal', () => {
  const { room, id, order, seq, at } = message(1);
  const data = { by: '\u001b[2JAnn', name: 'Ben' };
  const line = remarkLine({ kind: 'notice', room, id, order, seq, at, event: 'removed', data });
  expect(line).toMatch(/^2026-01-15 \d\d:\d\d \u{FFFD}\[2JAnn removed Ben$/u);
});
