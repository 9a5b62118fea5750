import type { RoomSettings } from '@otr/protocol';
import type { Changes } from '../core/group/changes.ts';
import { inviteKeysOf } from '../core/invite.ts';
import { fromText } from '../core/text.ts';
import type { Draft, RoomParts } from './roomParts.ts';

/** Whoever made the commit tells the relay which invites are new and which are no more (I4). */
export function noteSettings(parts: RoomParts, draft: Draft, { settings }: Changes): void {
  if (!settings) return;
  const before = secretsOf(settings.before);
  const after = secretsOf(settings.after);
  const keyOf = (secret: string) => inviteKeysOf(fromText(secret), parts.room).publicKey;
  const put = [...after].filter((secret) => !before.has(secret)).map(keyOf);
  const remove = [...before].filter((secret) => !after.has(secret)).map(keyOf);
  if (put.length + remove.length === 0) return;
  const { inviteNews } = draft;
  draft.inviteNews = { put: [...inviteNews.put, ...put], remove: [...inviteNews.remove, ...remove] };
}

function secretsOf({ invites, returnSecret }: RoomSettings): Set<string> {
  return new Set([...invites.map(({ secret }) => secret), returnSecret]);
}
