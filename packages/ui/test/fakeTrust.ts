import { createHash } from 'node:crypto';
import { type LocalMessage, type Member, ok, refuse, type SafetyNumber } from '../../protocol/src/index.ts';
import { type FakeRoom, idOf } from './fixtures.ts';

const pictures = [
  ['🐙', 'octopus'],
  ['🌵', 'cactus'],
  ['🔑', 'key'],
  ['🚲', 'bicycle'],
  ['🍋', 'lemon'],
  ['🎺', 'trumpet'],
  ['⚓', 'anchor'],
  ['🦉', 'owl'],
  ['🍄', 'mushroom'],
  ['🧭', 'compass'],
  ['🎈', 'balloon'],
  ['🪁', 'kite'],
  ['🏔️', 'mountain'],
  ['📎', 'paperclip'],
  ['🐝', 'bee'],
  ['🌙', 'moon'],
] as const;

/** The words that are read out in these tests. */
export const fakeWords = ['harbour', 'velvet', 'seventeen'];

/** What a QR code of the safety number with this member holds. */
export function codeOf(key: string): string {
  return `otr-verify:1:${idOf('identity of self', 32)}:${idOf(`identity ${key}`, 32)}`;
}

export function numberOf({ key, name, trust }: Member): SafetyNumber {
  const bytes = createHash('sha512').update(key).digest();
  const groups = Array.from({ length: 12 }, (_, index) =>
    String(bytes.readUInt32BE(index * 5) % 100_000).padStart(5, '0'),
  );
  const emoji = Array.from({ length: 18 }, (_, index) => {
    const [sign, called] = pictures[(bytes[index] ?? 0) % pictures.length] ?? pictures[0];
    return { emoji: sign, name: called };
  });
  return { member: key, name, trust, number: groups.join(' '), emoji, code: codeOf(key) };
}

interface Changes {
  members(members: Member[]): void;
  words(state: LocalMessage<'words'>['state'], member: string): void;
}

// biome-ignore lint/suspicious/noExplicitAny: each answer fits its request; the page parses all of them
type Any = any;

/** Who is who; null: not about that. */
export function aboutTrust(event: string, request: Any, room: FakeRoom, change: Changes): Any {
  const member = room.members.find(({ key }) => key === request.member);
  const about = ['getSafetyNumber', 'verifyMember', 'unverifyMember', 'acceptMember', 'confirmInvited'];
  if (![...about, 'startWords', 'enterWords', 'stopWords'].includes(event)) return null;
  if (member === undefined) return refuse('memberNotFound', 'There is no such member.');
  const set = ({ asks: _, ...known }: Member, more: Partial<Member>) =>
    change.members(room.members.map((one) => (one.key === known.key ? { ...known, ...more } : one)));
  const verified = (by: 'number' | 'words' | 'invite') =>
    set(member, { trust: 'verified', verified: { by, at: Date.now() } });
  switch (event) {
    case 'getSafetyNumber':
      return member.trust === 'waiting'
        ? refuse('notShown', `${member.name} has not shown yet who they are. Wait until they are online.`)
        : ok(numberOf(member));
    case 'verifyMember': {
      const { number, code } = numberOf(member);
      if (request.number !== number && request.number !== code)
        return refuse('notTheSame', 'This is not the safety number of this member.');
      verified('number');
      return ok({});
    }
    case 'unverifyMember':
    case 'acceptMember':
      set(member, { trust: 'unverified', verified: null });
      return ok({});
    case 'confirmInvited':
      if (request.yes) verified('invite');
      else set(member, {});
      return ok({});
    case 'startWords':
      return ok({ words: fakeWords });
    case 'enterWords': {
      const same = request.words === fakeWords.join(' ');
      setTimeout(() => {
        if (same) verified('words');
        else set(member, {});
        change.words(same ? 'verified' : 'wrong', member.key);
      }, 30);
      return ok({});
    }
    default:
      set(member, {});
      return ok({});
  }
}
