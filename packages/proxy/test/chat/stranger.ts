import type { LeafProfile } from '@otr/protocol';
import { authenticatorOf } from '../../src/core/group/epochKeys.ts';
import { leafHash } from '../../src/core/group/leaf.ts';
import { type Member, viewOf } from '../../src/core/group/view.ts';
import { identityOf } from '../../src/core/identity/identity.ts';
import { pairOf } from '../../src/core/identity/pair.ts';
import { makeTag, type TagContext } from '../../src/core/identity/tags.ts';
import { fromText, toText } from '../../src/core/text.ts';
import type { Leaf } from '../core/identity/reference.ts';
import { publicOf } from '../core/identity/reference.ts';
import type { Simulated, SimulatedRoom } from './simulatedRoom.ts';

/** What a leaf of this name says that has these keys, or says to have them. */
export function leafOf(
  { identity, ephemeral }: Leaf,
  name: string,
  more: Partial<LeafProfile> = {},
): LeafProfile {
  const [identityKey, ephemeralKey] = [publicOf(identity), publicOf(ephemeral)].map(toText);
  return { version: 1, name, identityKey: identityKey ?? '', ephemeralKey: ephemeralKey ?? '', ...more };
}

export function memberIn({ group }: Simulated, id: string): Member {
  const found = viewOf(group).members.get(id);
  if (!found) throw new Error('not a member');
  return found;
}

/** Where a tag from this voice to the member holds (D3). */
export function contextOf(made: SimulatedRoom, voice: Simulated, to: string): TagContext {
  return {
    room: made.room,
    authenticator: fromText(authenticatorOf(voice.group)),
    from: leafHash(memberIn(voice, viewOf(voice.group).me).leaf),
    to: leafHash(memberIn(voice, to).leaf),
  };
}

/** As a proxy with these keys makes it. */
export function honestTag(made: SimulatedRoom, voice: Simulated, keys: Leaf, to: string): Uint8Array {
  const own = { identity: identityOf(keys.identity), ephemeral: identityOf(keys.ephemeral) };
  const key = pairOf(own, memberIn(voice, to)).tagKeyTo();
  if (!key) throw new Error('a member with good keys');
  return makeTag(key, contextOf(made, voice, to));
}

/** Whatever it is made of. */
export async function sendTag(
  made: SimulatedRoom,
  voice: Simulated,
  to: string,
  tag: Uint8Array,
): Promise<void> {
  const { leafIndex } = memberIn(voice, to);
  await made.speak(voice, { kind: 'identify', version: 1, to: [leafIndex], tags: toText(tag) });
}

/** The tag that a member has sent to another, as any member can take it out of the last message that has one. */
export function overheardTag(by: Simulated, from: string, to: string): Uint8Array | null {
  const { leafIndex } = memberIn(by, to);
  for (const { from: sender, content } of by.told.toReversed()) {
    const at = content.kind === 'identify' && sender === from ? content.to.indexOf(leafIndex) : -1;
    if (content.kind === 'identify' && at !== -1)
      return fromText(content.tags).subarray(at * 16, at * 16 + 16);
  }
  return null;
}
