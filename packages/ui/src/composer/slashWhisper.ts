import type { Member } from '@otr/protocol';
import { strings } from '../strings.ts';

/** What a text that begins with `/w` asks for. `none`: it does not begin so. */
export type SlashWhisper =
  | { kind: 'none' }
  | { kind: 'whisper'; to: string; text: string }
  | { kind: 'problem'; why: string };

const command = /^\/w(?:hisper)?(?:\s+|$)@?/u;

/** The name that the text begins with, the longest first: `Ana Lima` before `Ana`. */
function addressee(text: string, members: readonly Member[]): Member | undefined {
  const said = text.toLocaleLowerCase();
  const begins = ({ name }: Member) => {
    const called = name.toLocaleLowerCase();
    return said === called || (said.startsWith(called) && /^[\s:,]/u.test(said.slice(called.length)));
  };
  return members
    .filter((member) => !member.self && begins(member))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/** The only member whose name has this first word: `/w ana` for Ana Lima. */
function byFirstWord(text: string, members: readonly Member[]): { member: Member; said: string } | null {
  const [said = ''] = /^[^\s:,]+/u.exec(text) ?? [];
  const wanted = said.toLocaleLowerCase();
  const [only, another] = members.filter(
    ({ name, self }) => !self && name.toLocaleLowerCase().split(/\s+/u)[0] === wanted,
  );
  return only !== undefined && another === undefined ? { member: only, said } : null;
}

/**
 * `/w name text`: a whisper to one. Whoever types it means a whisper: where the name is nobody's, it is a problem, and never
 * something for everybody.
 */
export function slashWhisper(said: string, members: readonly Member[]): SlashWhisper {
  const match = command.exec(said);
  if (match === null) return { kind: 'none' };
  const rest = said.slice(match[0].length);
  if (rest === '') return { kind: 'problem', why: strings.whispers.whom };
  const exact = addressee(rest, members);
  const found = exact === undefined ? byFirstWord(rest, members) : { member: exact, said: exact.name };
  if (found === null) {
    const [name = ''] = /^\S+/u.exec(rest) ?? [];
    return { kind: 'problem', why: strings.whispers.unknown(name) };
  }
  const text = rest.slice(found.said.length).replace(/^[:,]?\s*/u, '');
  if (text === '') return { kind: 'problem', why: strings.whispers.empty(found.member.name) };
  return { kind: 'whisper', to: found.member.key, text };
}
