import { messageText, name as nameSchema } from '@otr/protocol';
import { identityOf, newIdentityBytes } from '../core/identity/identity.ts';
import { importPublicKey, sharedSecret } from '../core/identity/x25519.ts';
import { sameBytes } from '../core/text.ts';
import { looks } from '../machine/members.ts';

export interface ForgedLine {
  /** Of one of the people, or of the one who shows the transcript. */
  readonly name: string;
  readonly text: string;
  /** Names: then it is a whisper to them. */
  readonly to?: readonly string[];
}

export interface ForgedPerson {
  readonly name: string;
  /** X25519 public key, 32 bytes (D1). */
  readonly identityKey: Uint8Array;
}

export interface Plot {
  readonly room: string;
  /** First the one who shows the transcript. */
  readonly people: readonly ForgedPerson[];
  readonly lines: readonly ForgedLine[];
}

/** Everyone in the room takes each line: a script of an evening is forged in about a minute. */
const forgeLimits = { people: 16, lines: 2_000 } as const;

/** A sentence that says why no room could be like this; null where one could. */
export function forgeProblem({ room, people, lines }: Plot): string | null {
  return problemOfPeople(room, people) ?? problemOfLines(people, lines);
}

function problemOfPeople(room: string, people: readonly ForgedPerson[]): string | null {
  if (people.length < 2) return 'Say with whom.';
  if (people.length > forgeLimits.people) return `A forged room has up to ${forgeLimits.people} people.`;
  const odd = [room, ...people.map(({ name }) => name)].find(
    (name) => nameSchema.safeParse(name).data !== name,
  );
  if (odd !== undefined) return `"${odd}" is no name that anybody could have here.`;
  const namesake = people.find(
    ({ name }, at) => people.findIndex((one) => looks(one.name) === looks(name)) !== at,
  );
  if (namesake) return `Two people are called ${namesake.name}.`;
  const badKey = people.find(({ identityKey }) => !isKey(identityKey));
  if (badKey) return `The identity key of ${badKey.name} is none.`;
  const twin = people.find(({ identityKey: key }, at) =>
    people.some((one, other) => other < at && sameBytes(one.identityKey, key)),
  );
  return twin ? `${twin.name} has the identity key of somebody else.` : null;
}

function problemOfLines(people: readonly ForgedPerson[], lines: readonly ForgedLine[]): string | null {
  if (lines.length === 0) return 'Nobody says anything.';
  if (lines.length > forgeLimits.lines) return `A forged transcript has up to ${forgeLimits.lines} lines.`;
  const named = lines.flatMap(({ name, to = [] }) => [name, ...to]);
  const strange = named.find((name) => !people.some((one) => one.name === name));
  if (strange !== undefined) return `Nobody is called ${strange}.`;
  const talker = lines.find(({ name, to = [] }) => to.includes(name));
  if (talker) return `${talker.name} whispers to nobody but others.`;
  const unsaid = lines.findIndex(({ text }) => messageText.safeParse(text).data !== text);
  return unsaid < 0 ? null : `Text ${unsaid + 1} is blank or too long.`;
}

/** One of the few keys that give no secret with anybody's is none (RFC 7748 §6.1). */
function isKey(bytes: Uint8Array): boolean {
  const { privateKey } = identityOf(newIdentityBytes());
  return bytes.length === 32 && sharedSecret(privateKey, importPublicKey(bytes)) !== null;
}
