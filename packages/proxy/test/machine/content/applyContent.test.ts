import type { Content, Row } from '@otr/protocol';
import { row as rowSchema } from '@otr/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { newerRow } from '../../../src/machine/applyContent.ts';
import { emojiAtMost, reactionsAtMost } from '../../../src/machine/content/reactions.ts';
import { deletion, edit, openTimeline, place, reaction, said, text, waiting } from './room.ts';

let timeline: ReturnType<typeof openTimeline>;
beforeEach(() => {
  timeline = openTimeline();
});

const cleo = { from: 'cleo', name: 'Cleo' };

describe('a text', () => {
  it('is a message at its place', () => {
    const [row] = timeline.apply(said(1), text('hello'));
    expect(row).toEqual({
      ...{ kind: 'message', room: place.room, id: 'm1', order: 1_024, seq: 1, at: 1_001 },
      ...{ from: 'bob', name: 'Bob', own: false, text: 'hello', delivery: 'relay' },
    });
  });

  it('is a row that the local wire takes', () => {
    const id = 'A'.repeat(22);
    const voice = { id, from: 'B'.repeat(43), own: true, recipients: ['C'.repeat(43)] };
    timeline.apply(said(1, voice), text('hello'), { ...place, disappearAfter: 5 });
    timeline.apply(said(2, { from: voice.from }), edit(id, 'hello!'));
    timeline.apply(said(3, { from: 'C'.repeat(43) }), reaction(id, '👍'));
    timeline.apply(said(4, { ...voice, id: 'D'.repeat(22) }), text('so', id));
    for (const row of timeline.rows.values()) expect(rowSchema.parse(row)).toEqual(row);
  });

  it('carries the beginning of what it answers, as it reads then', () => {
    timeline.apply(said(1), text(`${'x'.repeat(199)}😀 and more`));
    timeline.apply(said(2, cleo), text('yes', 'm1'));
    const { replyTo } = timeline.message('m2');
    expect(replyTo).toEqual({ id: 'm1', name: 'Bob', text: `${'x'.repeat(199)}😀` });
    timeline.apply(said(3), text('😀'.repeat(300)));
    timeline.apply(said(4, cleo), text('yes', 'm3'));
    expect(timeline.message('m4').replyTo?.text).toBe('😀'.repeat(200));
    timeline.apply(said(5), deletion('m1'));
    timeline.apply(said(6, cleo), text('what was it?', 'm1'));
    expect(timeline.message('m6').replyTo).toEqual({ id: 'm1', name: 'Bob', text: '' });
  });

  it('stands for itself when what it answers is not here, is itself, or is no message', () => {
    timeline.write({ ...newerRow(said(9), '{"kind":"poll"}', place), id: 'n' });
    for (const [seq, target] of [
      [1, 'unknown'],
      [2, 'm2'],
      [3, 'n'],
    ] as const) {
      timeline.apply(said(seq), text('yes', target));
      expect(timeline.message(`m${seq}`)).not.toHaveProperty('replyTo');
    }
  });

  it('does not take the place of another row', () => {
    timeline.apply(said(1), text('mine'));
    const before = structuredClone([...timeline.rows]);
    const thieves = [said(2, { ...cleo, id: 'm1' }), said(2, { id: 'm1' }), said(1, { ...cleo, id: 'm1' })];
    for (const thief of thieves) expect(timeline.apply(thief, text('stolen'))).toEqual([]);
    timeline.write({ ...newerRow(said(3), '{"kind":"poll"}', place), id: 'm4' });
    expect(timeline.apply(said(4), text('stolen'))).toEqual([]);
    expect([...timeline.rows].slice(0, 1)).toEqual(before);
  });
});

describe('a timer', () => {
  const timed = { ...place, disappearAfter: 100 };
  it.each([
    ['counts from when it was sent', 900_000, 900_100],
    ['does not keep longer what a clock that is ahead sent', place.now + 86_400_000, place.now + 100],
    ['is over already for who was away for longer', 5, 105],
  ])('%s', (_title, at, expiresAt) => {
    timeline.apply(said(1, { at }), text('gone soon'), timed);
    expect(timeline.message('m1').expiresAt).toBe(expiresAt);
    timeline.apply(said(2, { at }), edit('m1', 'edited'), { ...timed, now: place.now + 50 });
    expect(timeline.message('m1').expiresAt).toBe(expiresAt);
  });

  it('that is not set leaves the message for good', () => {
    timeline.apply(said(1), text('stays'));
    expect(timeline.message('m1')).not.toHaveProperty('expiresAt');
  });
});

describe('an edit', () => {
  it('changes text and nothing else, and the last in the log wins', () => {
    timeline.apply(said(1), text('helo'));
    const before = timeline.message('m1');
    timeline.apply(said(5, { at: 9_000 }), edit('m1', 'hello'));
    timeline.apply(said(6, { at: 2_000 }), edit('m1', 'hello!'));
    expect(timeline.message('m1')).toEqual({ ...before, text: 'hello!', editedAt: 2_000 });
    timeline.apply(said(7, { at: place.now + 9 }), edit('m1', 'from the future'));
    expect(timeline.message('m1').editedAt).toBe(place.now);
  });
});

describe('a deletion', () => {
  it('leaves that there was a message, and no more', () => {
    timeline.apply(said(1), text('first'));
    timeline.apply(said(2), text('secret', 'm1'));
    timeline.apply(said(3, cleo), reaction('m2', '👍'));
    timeline.apply(said(4), edit('m2', 'more secret'));
    timeline.apply(said(5), deletion('m2'));
    const left = timeline.message('m2');
    expect(left).toEqual({
      ...{ kind: 'message', room: place.room, id: 'm2', order: 2_048, seq: 2, at: 1_002 },
      ...{ from: 'bob', name: 'Bob', own: false, text: '', deleted: true, delivery: 'relay' },
    });
    for (const late of [edit('m2', 'again'), reaction('m2', '👍'), deletion('m2')]) {
      expect(timeline.apply(said(6), late)).toEqual([]);
    }
  });
});

describe('what does not apply writes nothing', () => {
  const changes: [title: string, content: (target: string) => Content][] = [
    ['edit', (target) => edit(target, 'changed')],
    ['deletion', deletion],
  ];
  it.each(changes)('%s of another’s message', (_title, content) => {
    timeline.apply(said(1), text('mine'));
    expect(timeline.apply(said(2, cleo), content('m1'))).toEqual([]);
    expect(timeline.apply(said(3), content('m1'))).toHaveLength(1);
  });

  it.each([...changes, ['reaction', (target: string) => reaction(target, '👍')] as const])(
    '%s of what is not here or is no message',
    (_title, content) => {
      timeline.write({ ...newerRow(said(9), '{"kind":"poll"}', place), id: 'n' });
      expect(timeline.apply(said(2), content('m1'))).toEqual([]);
      expect(timeline.apply(said(3), content('n'))).toEqual([]);
    },
  );

  it('leaving', () => expect(timeline.apply(said(1), { kind: 'leave', version: 1 })).toEqual([]));
});

describe('reactions', () => {
  beforeEach(() => {
    timeline.apply(said(1), text('hello'));
  });
  const shown = () => timeline.message('m1').reactions;

  it('are one entry for each emoji, with members in the order they came', () => {
    timeline.apply(said(2, cleo), reaction('m1', '👍'));
    timeline.apply(said(3, cleo), reaction('m1', '🎉'));
    timeline.apply(said(4), reaction('m1', '👍'));
    expect(shown()).toEqual([
      { emoji: '👍', from: ['cleo', 'bob'] },
      { emoji: '🎉', from: ['cleo'] },
    ]);
    timeline.apply(said(5, cleo), reaction('m1', '👍', false));
    timeline.apply(said(6, cleo), reaction('m1', '🎉', false));
    expect(shown()).toEqual([{ emoji: '👍', from: ['bob'] }]);
    timeline.apply(said(7), reaction('m1', '👍', false));
    expect(timeline.message('m1')).not.toHaveProperty('reactions');
  });

  it('change nothing when they are said again', () => {
    expect(timeline.apply(said(2, cleo), reaction('m1', '👍', false))).toEqual([]);
    expect(timeline.apply(said(3, cleo), reaction('m1', '👍'))).toHaveLength(1);
    expect(timeline.apply(said(4, cleo), reaction('m1', '👍'))).toEqual([]);
  });

  it('have bounds', () => {
    const emoji = Array.from({ length: emojiAtMost + 1 }, (_, index) =>
      String.fromCodePoint(0x1f600 + index),
    );
    for (const [index, one] of emoji.entries()) timeline.apply(said(2 + index), reaction('m1', one));
    expect(shown()).toHaveLength(emojiAtMost);
    expect(shown()?.map((one) => one.emoji)).not.toContain(emoji.at(-1));
    for (let index = 0; index < reactionsAtMost; index += 1) {
      timeline.apply(said(100 + index, { from: `member ${index}` }), reaction('m1', '😀'));
    }
    expect(shown()?.flatMap((one) => one.from)).toHaveLength(reactionsAtMost);
    timeline.apply(said(9_000), reaction('m1', emoji[1] ?? '', false));
    timeline.apply(said(9_001), reaction('m1', emoji.at(-1) ?? ''));
    expect(shown()?.map((one) => one.emoji)).toContain(emoji.at(-1));
  });
});

describe('own content', () => {
  const own = { from: 'ada', name: 'Ada', own: true };

  it('keeps its own place when an edit of it comes to another', () => {
    timeline.apply(waiting(said(1, own), 1), text('hello'));
    timeline.apply(said(1, own), text('hello'));
    timeline.apply(waiting(said(8, own), 2), edit('m1', 'hello!'));
    timeline.apply(said(8, own), edit('m1', 'hello!'));
    expect(timeline.message('m1')).toMatchObject({ seq: 1, order: 1_024, text: 'hello!', delivery: 'relay' });
  });

  it('that was changed while it waited comes to its place as it reads by then', () => {
    const first = waiting(said(1, own), 1);
    timeline.apply(first, text('helo'));
    timeline.apply(waiting(said(2, own), 2), edit('m1', 'hello'));
    timeline.apply(waiting(said(3, own), 3), reaction('m1', '👍'));
    timeline.apply({ ...first, recipients: ['bob'] }, text('helo'));
    expect(timeline.message('m1')).toMatchObject({ text: 'hello', recipients: ['bob'], delivery: 'saved' });
    timeline.apply(said(1, { ...own, recipients: ['bob'] }), text('helo'));
    expect(timeline.message('m1')).toMatchObject({
      ...{ text: 'hello', editedAt: 1_002, order: 1_024, delivery: 'relay', recipients: ['bob'] },
      reactions: [{ emoji: '👍', from: ['ada'] }],
    });
    timeline.apply(waiting(said(4, own), 4), deletion('m1'));
    timeline.apply(said(1, own), text('helo'));
    expect(timeline.message('m1')).toMatchObject({ text: '', deleted: true });
  });
});

describe('what a newer version said', () => {
  it('is a notice that keeps it, cut to 4 KiB of whole characters', () => {
    const row = newerRow(said(3), '{"kind":"poll","question":"tea?"}', place);
    expect(row).toMatchObject({ kind: 'notice', id: 'newerVersion-3', order: 3_072, seq: 3, at: 1_003 });
    expect(row.event).toBe('newerVersion');
    expect(row.data).toEqual({ name: 'Bob', kind: 'poll', content: '{"kind":"poll","question":"tea?"}' });
    expect(rowSchema.parse({ ...row, room: 'A'.repeat(22) })).toMatchObject({
      data: row.data,
    } as Partial<Row>);
    const long = JSON.stringify({ kind: 'poll', question: '😀'.repeat(2_000) });
    const { content } = newerRow(said(3), long, place).data;
    expect(new TextEncoder().encode(String(content)).length).toBeLessThanOrEqual(4_096);
    expect(String(content).isWellFormed()).toBe(true);
    expect(long.startsWith(String(content))).toBe(true);
    expect(String(content).length).toBeGreaterThan(2_000);
  });
});
