import { noticeRow, problemCodes } from '@otr/protocol';
import { expect, it } from 'vitest';
import { strings } from '../src/strings.ts';

it.each(problemCodes)('problem %s has a sentence, and one that says what to do', (code) => {
  expect(strings.problems.reasons[code]).toMatch(/^[A-Z].*\.$/);
  expect(strings.problems.refusedAdvice(code)).toMatch(/^[A-Z].*\.$/);
});

it.each(noticeRow.shape.event.options)('notice %s has words, with and without its data', (event) => {
  const full = strings.notices[event]({ name: 'Ana', from: 'Ana', to: 'Anna', count: 2 });
  const bare = strings.notices[event]({});
  for (const text of [full, bare]) {
    expect(text.length).toBeGreaterThan(3);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
  }
});

it('a name does not turn the sentence around it, whatever way it is written', () => {
  const name = 'דנה';
  const sentences = [
    strings.notices.joined({ name }),
    strings.typing([name]),
    strings.problems.refusedTitle(name),
    strings.dialog.inviteTitle(name),
    strings.notification.title(name, 'Garden'),
  ];
  for (const sentence of sentences) expect(sentence).toContain(`\u2068${name}\u2069`);
});

it('counts in words', () => {
  expect(strings.rooms.unread(1)).toBe('1 unread message');
  expect(strings.rooms.unread(2_000)).toBe('2,000 unread messages');
  expect(strings.typing(['Ana'])).toBe('Ana is typing…');
  expect(strings.typing(['Ana', 'Ben', 'Emi'])).toBe('Ana, Ben and 1 other are typing…');
});
