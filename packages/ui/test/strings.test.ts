import { noticeRow, problemCodes, trust, verifiedBy } from '@otr/protocol';
import { expect, it } from 'vitest';
import { about, duration } from '../src/strings/words.ts';
import { strings } from '../src/strings.ts';

it.each(problemCodes)('problem %s has a sentence, and one that says what to do', (code) => {
  expect(strings.problems.reasons[code]).toMatch(/^[A-Z].*\.$/);
  expect(strings.problems.refusedAdvice(code)).toMatch(/^[A-Z].*\.$/);
  expect(strings.problems.advice(code)).toMatch(/^[A-Z].*\.$/);
});

it.each(noticeRow.shape.event.options)('notice %s has words, with and without its data', (event) => {
  const full = strings.notices[event]({
    ...{ name: 'Ana', by: 'Ben', from: 'Ana', to: 'Anna', count: 2, milliseconds: 3_600_000 },
    ...{ invite: 'everyone', remove: 'admins', change: 'admins' },
  });
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
    strings.notices.removed({ name: 'Ana', by: name }),
    strings.knocks.asks(name),
    strings.composer.replyTo(name),
    strings.members.removeTitle(name),
    strings.message.reactedBy(['Ana', name], 2),
    strings.trust.sentence('waiting', name),
    strings.verify.title(name),
    strings.asks.invited(name),
    strings.asks.changed(name),
    strings.whispers.to([name]),
    strings.notices.verified({ name, by: 'words' }),
    strings.notices.wordsWrong({ name }),
  ];
  for (const sentence of sentences) expect(sentence).toContain(`\u2068${name}\u2069`);
});

it('counts in words', () => {
  expect(strings.rooms.unread(1)).toBe('1 unread message');
  expect(strings.rooms.unread(2_000)).toBe('2,000 unread messages');
  expect(strings.typing(['Ana'])).toBe('Ana is typing…');
  expect(strings.typing(['Ana', 'Ben', 'Emi'])).toBe('Ana, Ben and 1 other are typing…');
});

it('every notice of a change says who made it, where that is told', () => {
  const changes = [
    ...([
      'joined',
      'returned',
      'removed',
      'youWereRemoved',
      'roomRenamed',
      'timerChanged',
      'rolesChanged',
    ] as const),
    ...(['adminsChanged', 'inviteMade', 'inviteRevoked'] as const),
  ];
  for (const event of changes) expect(strings.notices[event]({ name: 'Ana', by: 'Ben' })).toContain('Ben');
});

it('times are told in the largest unit that says them', () => {
  expect(strings.notices.timerChanged({ by: 'Ben', milliseconds: 7 * 86_400_000 })).toBe(
    'Ben set messages to disappear after 1 week',
  );
  expect(strings.notices.timerChanged({ by: 'Ben', milliseconds: 0 })).toBe(
    'Ben turned disappearing messages off',
  );
  expect(duration(5_400_000)).toBe('90 minutes');
  expect(duration(1_500)).toBe('2 seconds');
  expect(about(200_000)).toBe('3 minutes');
  expect(about(59_000)).toBe('a moment');
});

it('says in words what an invite allows', () => {
  expect(strings.invites.policy(3, 'Nov 28', true)).toBe('3 uses left · until Nov 28 · a person decides');
  expect(strings.invites.policy(1, null, false)).toBe('For one more person');
  expect(strings.invites.policy(null, null, false)).toBe('For as many as like');
});

it('who comes back is called as the room knows it', () => {
  expect(strings.knocks.returns('Ana', 'Ana')).toBe('Ana lost their keys and asks to come back');
  expect(strings.knocks.returns('Annie', 'Ana')).toContain('Annie, who was Ana here,');
});

it.each(trust.options)('what is known of a member has a word and a sentence: %s', (kind) => {
  expect(strings.trust.word(kind)).toMatch(/^[A-Z].*[a-z]$/);
  expect(strings.trust.sentence(kind, 'Ana')).toMatch(/^[A-Z].*\.$/);
  const words = trust.options.map((one) => strings.trust.word(one));
  expect(new Set(words).size).toBe(words.length);
});

it.each(verifiedBy.options)('tells how somebody was verified: by %s', (by) => {
  expect(strings.verify.verifiedHow(by, '3 March 2026')).toMatch(/^[A-Z].* on 3 March 2026\.$/);
  expect(strings.notices.verified({ name: 'Ana', by })).toMatch(/^Ana is verified: /);
});

it.each([
  [{ verified: 0, unverified: 0, unknown: 0, changed: 0 }, ''],
  [{ verified: 4, unverified: 0, unknown: 0, changed: 0 }, 'Everyone here is verified'],
  [{ verified: 3, unverified: 2, unknown: 0, changed: 0 }, '3 of 5 verified'],
  [{ verified: 3, unverified: 1, unknown: 1, changed: 0 }, '3 of 5 verified, 1 has not shown who they are'],
  [{ verified: 0, unverified: 2, unknown: 0, changed: 0 }, 'Nobody here is verified yet'],
  [{ verified: 4, unverified: 0, unknown: 0, changed: 1 }, '1 person is not who you verified'],
  [{ verified: 0, unverified: 0, unknown: 3, changed: 2 }, '2 people are not who you verified'],
])('[D6] a room in words: %j', (count, words) => expect(strings.trust.headline(count)).toBe(words));

it('somebody who passes for another comes before all who are only not verified', () => {
  const count = { verified: 2, unverified: 1, unknown: 1, changed: 0 };
  expect(strings.trust.headline(count, 1)).toBe('1 person is not who they say');
  expect(strings.trust.shortHeadline(count, 1)).toBe('1 is not genuine');
  expect(strings.trust.shortHeadline({ ...count, changed: 2 }, 1)).toBe('2 have changed');
  expect(strings.trust.shortHeadline(count)).toBe('2 of 4 verified');
});
