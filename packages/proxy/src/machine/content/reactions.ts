import type { Content, MessageRow, Row } from '@otr/protocol';
import type { Said, TimelineView } from './said.ts';

type Reaction = Extract<Content, { kind: 'reaction' }>;
type Reactions = NonNullable<MessageRow['reactions']>;

/** Different emoji that one message may have, and reactions in all: a row stays small in the largest room. */
export const emojiAtMost = 20;
export const reactionsAtMost = 2_000;

/** Emoji and members in the order in which they came. Saying the same again changes nothing. */
export function react(said: Said, { target, emoji, on }: Reaction, timeline: TimelineView): readonly Row[] {
  const row = timeline.get(target);
  if (row?.kind !== 'message' || row.deleted) return [];
  const before = row.reactions ?? [];
  const isOn = before.some((one) => one.emoji === emoji && one.from.includes(said.from));
  if (isOn === on) return [];
  const after = on ? withReaction(before, emoji, said.from) : withoutReaction(before, emoji, said.from);
  if (after === before) return [];
  const { reactions: _, ...rest } = row;
  return [after.length === 0 ? rest : { ...rest, reactions: after }];
}

function withReaction(reactions: Reactions, emoji: string, from: string): Reactions {
  if (reactions.reduce((sum, one) => sum + one.from.length, 0) >= reactionsAtMost) return reactions;
  if (reactions.some((one) => one.emoji === emoji)) {
    return reactions.map((one) => (one.emoji === emoji ? { emoji, from: [...one.from, from] } : one));
  }
  return reactions.length >= emojiAtMost ? reactions : [...reactions, { emoji, from: [from] }];
}

function withoutReaction(reactions: Reactions, emoji: string, from: string): Reactions {
  return reactions
    .map((one) => (one.emoji === emoji ? { emoji, from: one.from.filter((member) => member !== from) } : one))
    .filter((one) => one.from.length > 0);
}
