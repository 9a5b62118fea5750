import { type LocalRequest, type Member, ok, refuse, type SafetyNumber } from '@otr/protocol';
import type { FakeProxy } from './fakeProxy.ts';
import { ann, member, message, room, summary } from './rows.ts';

const noon = Date.UTC(2026, 0, 15, 12);
const keyOf = (letter: string) => `${letter}${letter.toUpperCase().repeat(41)}A`;

/** How each exchange of words ends that Ann begins. */
const ends = { Ben: 'verified', Cleo: 'wrong', Dan: 'stopped' } as const;

export const theWords = 'apple banana cherry';

/**
 * Ann's room: Ben has shown who he is; Cleo bears a verified person's name, with other keys; Dan speaks without having
 * shown who he is; Eve came by Ann's one-time invite.
 */
export function meetPeople(proxy: FakeProxy) {
  const members = new Map<string, Member>();
  const add = (name: string, more: Partial<Member>) => {
    const key = keyOf(name.charAt(0).toLowerCase());
    members.set(key, member({ key, name, ...more }));
  };
  members.set(ann, member({ key: ann, name: 'Ann', self: true, admin: true, trust: 'self' }));
  add('Ben', {});
  add('Cleo', { trust: 'changed' });
  add('Dan', { trust: 'unproven' });
  add('Eve', { asks: 'invited' });

  const know = (key: string, known: Partial<Member>) => members.set(key, { ...of(key), ...known });
  const of = (key: string): Member => members.get(key) ?? member({ key, name: 'nobody' });
  const verify = (key: string, by: 'number' | 'words' | 'invite') =>
    know(key, { trust: 'verified', verified: { by, at: noon } });
  const isChanged = () => [...members.values()].filter(({ trust }) => trust === 'changed').length;
  const outcome = (key: string, state: 'verified' | 'wrong' | 'stopped') => {
    if (state === 'verified') verify(key, 'words');
    proxy.tell({ event: 'words', data: { room, member: key, name: of(key).name, state } });
  };
  let reading: string | undefined;

  proxy.answer('getStatus', () => {
    const trust = { verified: 0, unverified: 2, unknown: 1, changed: isChanged() };
    const profile = { name: 'Ann', ephemeral: false, tellRead: false, tellTyping: true };
    const relay = { url: 'http://127.0.0.1:1', state: 'online', queued: 0 } as const;
    return ok({ version: '0', profile, relay, rooms: [summary({ memberCount: 5, trust })] });
  });
  proxy.answer('getMembers', () => ok({ members: [...members.values()] }));
  proxy.answer('getSafetyNumber', ({ member: key }) => {
    if (of(key).trust === 'unproven') return refuse('notShown', 'Dan has not shown yet who this is.');
    return ok(safetyOf(of(key)));
  });
  proxy.answer('verifyMember', ({ member: key, number }) => {
    const { number: digits, code } = safetyOf(of(key));
    if (number !== digits && number !== code) return refuse('notTheSame', 'These are not the same.');
    verify(key, 'number');
    return ok({});
  });
  proxy.answer('unverifyMember', ({ member: key }) => {
    know(key, { trust: 'unverified', verified: null });
    return ok({});
  });
  proxy.answer('acceptMember', ({ member: key }) => {
    if (of(key).trust !== 'changed') return refuse('notAllowed', 'There is nothing to decide.');
    know(key, { trust: 'unverified' });
    return ok({});
  });
  proxy.answer('confirmInvited', ({ member: key, yes }) => {
    if (yes) verify(key, 'invite');
    return ok({});
  });
  proxy.answer('startWords', ({ member: key }) => {
    reading = key;
    return ok({ words: theWords.split(' ') });
  });
  proxy.answer('enterWords', ({ member: key, words }: LocalRequest<'enterWords'>) => {
    outcome(key, words === theWords ? 'verified' : 'wrong');
    return ok({});
  });
  proxy.answer('stopWords', () => ok({}));
  proxy.answer('rewriteHistory', ({ id }) =>
    id === target ? ok({}) : refuse('messageNotFound', 'There is no such message.'),
  );
  proxy.answer('sendMessage', ({ id }) => ok({ id }));
  proxy.answer('createRoom', () => ok({ room }));
  proxy.answer('createInvite', () =>
    ok({ link: `otr:127.0.0.1:7000/${room}#${'v'.repeat(43)}.${'f'.repeat(22)}` }),
  );
  proxy.answer('leaveRoom', () => ok({}));
  proxy.answer('getTimeline', () => {
    const whisper = { to: [ann, keyOf('b')], names: ['Ann', 'Ben'] };
    const from = { from: keyOf('d'), name: 'Dan', trust: 'unproven' } as const;
    const rows = [
      message(1, { id: target, text: 'Hello', trust: 'unverified' }),
      message(2, { ...from, text: 'Psst', whisper }),
    ];
    return ok({ rows, olderLeft: false, newerLeft: false });
  });

  return {
    /** Ann has read the words out; the other person does what they do. */
    heard(line: string): void {
      if (reading === undefined || !line.includes(theWords.split(' ')[1] ?? '')) return;
      const name = of(reading).name as keyof typeof ends;
      outcome(reading, ends[name]);
    },
  };
}

/** The id of Ben's message. */
export const target = `${'T'.repeat(21)}A`;

/** One digit for each person; nobody else has these numbers. */
function safetyOf({ key, name, trust }: Member): SafetyNumber {
  const digit = String(key.charCodeAt(0) - 'a'.charCodeAt(0));
  const number = Array.from({ length: 12 }, () => digit.repeat(5)).join(' ');
  const faces = ['dog', 'cat', 'lion', 'horse', 'unicorn', 'pig', 'elephant', 'rabbit'];
  const emoji = [...faces, 'panda', 'rooster', 'penguin', 'turtle'].map((face) => ({
    emoji: '🐾',
    name: face,
  }));
  return { member: key, name, trust, number, emoji, code: `otr-verify:1:${ann}:${key}` };
}
