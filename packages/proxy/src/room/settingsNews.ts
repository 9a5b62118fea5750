import type { RoomSettings } from '@otr/protocol';
import type { Changes } from '../core/group/changes.ts';
import { inviteKeysOf } from '../core/invite.ts';
import { fromText, toText } from '../core/text.ts';
import type { Draft, RoomParts } from './roomParts.ts';

/** Whoever made the commit tells the relay which invites are new and which are no more (I4). */
export function noteSettings(parts: RoomParts, draft: Draft, { settings }: Changes): void {
  if (!settings) return;
  const before = secretsOf(settings.before);
  const after = secretsOf(settings.after);
  const put = [...after].filter((secret) => !before.has(secret)).map((secret) => keyOf(parts, secret));
  const remove = [...before].filter((secret) => !after.has(secret)).map((secret) => keyOf(parts, secret));
  if (put.length + remove.length === 0) return;
  const { inviteNews } = draft;
  draft.inviteNews = { put: [...inviteNews.put, ...put], remove: [...inviteNews.remove, ...remove] };
}

/** Another has withdrawn invites of ours that the relay has not heard of: it must not hear of them afterwards. */
export function dropWithdrawn(parts: RoomParts, draft: Draft, { settings }: Changes): void {
  const { inviteNews } = draft;
  if (!settings || inviteNews.put.length === 0) return;
  const left = new Set([...secretsOf(settings.after)].map((secret) => toText(keyOf(parts, secret))));
  const put = inviteNews.put.filter((invite) => left.has(toText(invite)));
  if (put.length < inviteNews.put.length) draft.inviteNews = { ...inviteNews, put };
}

function keyOf({ room }: RoomParts, secret: string): Uint8Array {
  return inviteKeysOf(fromText(secret), room).publicKey;
}

function secretsOf({ invites, returnSecret }: RoomSettings): Set<string> {
  return new Set([...invites.map(({ secret }) => secret), returnSecret]);
}
