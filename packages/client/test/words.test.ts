import { type NoticeRow, noticeRow, problemCodes } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { remarkWords, timeWords } from '../src/words.ts';
import { notice } from './rows.ts';

describe('words', () => {
  it.each([
    [1_000, '1 second'],
    [90_000, '90 seconds'],
    [3_600_000, '1 hour'],
    [86_400_000, '1 day'],
    [30 * 86_400_000, '30 days'],
    [14 * 86_400_000, '2 weeks'],
    [1, '1 millisecond'],
    [1_001, '1001 milliseconds'],
  ])('for %i ms: %s', (milliseconds, words) => expect(timeWords(milliseconds)).toBe(words));

  it('tell of every event who did what', () => {
    const data = { name: 'Bob', by: 'Ann', from: 'B', to: 'Bob', milliseconds: 3_600_000, count: 3 };
    const say = (event: NoticeRow['event']) => remarkWords({ ...notice(1), event, data });
    expect(say('removed')).toBe('Ann removed Bob');
    expect(say('timerChanged')).toBe('Ann set a timer: messages are deleted everywhere after 1 hour');
    expect(remarkWords({ ...notice(1), event: 'verified', data: { name: 'Bob', by: 'invite' } })).toBe(
      'Bob is verified: by the invite made for one person',
    );
    const off = { ...notice(1), event: 'timerChanged', data: { by: 'Ann', milliseconds: 0 } } as const;
    expect(remarkWords(off)).toBe('Ann turned the timer off: messages stay');
    const all = noticeRow.shape.event.options.map(say);
    expect(new Set(all).size).toBe(all.length);
  });

  it('have a sentence for every problem', () => {
    const { room, id, order, seq, at } = notice(1);
    const all = problemCodes.map((problem) =>
      remarkWords({ kind: 'alarm', room, id, order, seq, at, problem, name: 'Bob', data: { count: 2 } }),
    );
    expect(new Set(all).size).toBe(problemCodes.length);
    expect(all[0]).toMatch(/^ALARM: .* \(Bob\): 2 missing$/);
  });
});
