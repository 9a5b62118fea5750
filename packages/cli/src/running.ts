import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { LocalResponse, RoomSummary } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy';
import { type Exit, failed } from './exit.ts';
import type { Settings } from './options.ts';
import { plain } from './terminal.ts';

export type Status = LocalResponse<'getStatus'>;

/** Does `work` with the running proxy of the profile, and lets go of it afterwards. */
export async function withProxy(
  settings: Settings<'profile' | 'socket'>,
  work: (client: LocalClient, status: Status) => Promise<Exit>,
): Promise<Exit> {
  const connected = await connectSocketFile(settings.socket ?? (await findSocketFile(settings.profile)));
  if (!connected.ok) {
    const whose = settings.socket ?? `the profile ${settings.profile}`;
    return failed(`no proxy runs for ${whose}; start it with: otr up`);
  }
  const client = connected.value;
  try {
    const status = await client.request('getStatus', {});
    return status.ok ? await work(client, status.value) : failed(status.error.message);
  } finally {
    client.close();
  }
}

/** As `withProxy`, in the room that `wanted` means. */
export function withRoom(
  settings: Settings<'profile' | 'socket'>,
  wanted: string,
  work: (client: LocalClient, room: RoomSummary) => Promise<Exit>,
): Promise<Exit> {
  return withProxy(settings, async (client, { rooms }) => {
    const found = findRoom(rooms, wanted);
    return found.ok ? work(client, found.room) : failed(found.message);
  });
}

export type FoundRoom = { ok: true; room: RoomSummary } | { ok: false; message: string };

/** By id, by a name that only one room has, or by the beginning of only one room's id. */
export function findRoom(rooms: readonly RoomSummary[], wanted: string): FoundRoom {
  const id = rooms.find(({ room }) => room === wanted);
  if (id !== undefined) return { ok: true, room: id };
  const named = rooms.filter(({ name }) => name === wanted);
  const candidates =
    named.length > 0 ? named : rooms.filter(({ room }) => wanted !== '' && room.startsWith(wanted));
  const [room, ...others] = candidates;
  if (room === undefined) {
    return { ok: false, message: `there is no room "${plain(wanted)}"; otr room list shows them` };
  }
  if (others.length === 0) return { ok: true, room };
  const ids = candidates.map((candidate) => candidate.room).join(', ');
  return { ok: false, message: `"${plain(wanted)}" may mean several rooms: ${ids}; give the id` };
}
