/**
 * Whose turn it is to commit what any member could (C2): members who are online act in the order of their leaves, the
 * first at once and each next one a little later, so that a thousand proxies don't race. Pure.
 */

/** Milliseconds for each member before us, and at the most. */
const perMember = 400;
const longest = 6_000;
const jitter = 100;

export interface Turn {
  /** Leaf indices of the members who are believed to be online, ours among them. */
  readonly online: readonly number[];
  readonly ownLeaf: number;
  /** 0 to 1, drawn at random. */
  readonly luck: number;
}

/** Milliseconds to wait before we act, unless somebody else has. */
export function turnDelay({ online, ownLeaf, luck }: Turn): number {
  const before = online.filter((leaf) => leaf < ownLeaf).length;
  const pause = before === 0 ? 0 : jitter * luck;
  return Math.min(before * perMember, longest) + Math.round(pause);
}
