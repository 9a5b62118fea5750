import type { LocalClient } from '@otr/client/node';
import type { RoomSummary } from '@otr/protocol';
import type { Chosen } from './choose.ts';
import { findMember } from './member.ts';

/**
 * Keys of those to whom alone a message goes: who is named, or else those who share the whisper that it answers, so that
 * nothing of a whisper is quoted to all. None: it goes to everyone.
 */
export async function whisperTo(
  client: LocalClient,
  summary: RoomSummary,
  names: readonly string[],
  replyTo: string | undefined,
): Promise<Chosen<string[]>> {
  if (names.length > 0) return membersNamed(client, summary.room, names);
  return replyTo === undefined ? { ok: true, value: [] } : whisperers(client, summary, replyTo);
}

async function membersNamed(
  client: LocalClient,
  room: string,
  names: readonly string[],
): Promise<Chosen<string[]>> {
  const answer = await client.request('getMembers', { room });
  if (!answer.ok) return { ok: false, message: answer.error.message };
  const keys = new Set<string>();
  for (const name of names) {
    const found = findMember(answer.value.members, name);
    if (!found.ok) return found;
    if (found.value.self) return { ok: false, message: 'nobody whispers to oneself; say which other member' };
    keys.add(found.value.key);
  }
  return { ok: true, value: [...keys] };
}

async function whisperers(
  client: LocalClient,
  { room, me }: RoomSummary,
  id: string,
): Promise<Chosen<string[]>> {
  const page = await client.request('getTimeline', { room, from: { at: 'around', id }, limit: 1 });
  if (!page.ok) return { ok: false, message: page.error.message };
  const row = page.value.rows.find((candidate) => candidate.id === id);
  if (row?.kind !== 'message' || row.whisper === undefined) return { ok: true, value: [] };
  const all = new Set([...row.whisper.to, row.from]);
  return { ok: true, value: [...all].filter((key) => key !== me) };
}
