import { dropOwnCommit } from '../core/group/commit.ts';
import { nobodyKnown } from '../machine/whoIsWho.ts';
import { noNews, wayBackOf } from './records.ts';
import type { Draft, RoomParts } from './roomParts.ts';
import { feedOutbox, feedRoom } from './turn.ts';

/**
 * We are no member any more (R1, R2): the keys of the room go, its history stays. Who lost its keys keeps a way to ask
 * the others to be let in again; who was removed has none.
 */
export function endMembership(parts: RoomParts, draft: Draft, standing: 'removed' | 'lost'): void {
  const { group } = draft;
  if (group && standing === 'lost') draft.wayBack = wayBackOf(group);
  if (group) draft.erase.push(...dropOwnCommit(group).erase);
  for (const secret of [draft.who.ephemeral, draft.commit?.ephemeral]) if (secret) draft.erase.push(secret);
  draft.who = nobodyKnown;
  draft.group = null;
  draft.commit = null;
  draft.wishes = [];
  draft.inviteNews = noNews;
  draft.enteredEpoch = null;
  feedOutbox(parts, draft, { kind: 'outOfStep' });
  feedRoom(parts, draft, { kind: 'disconnected' });
  draft.stored = parts.store.rooms.change(draft.stored, { standing, reason: null });
}
