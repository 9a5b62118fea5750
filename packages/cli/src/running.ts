import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { LocalResponse, Result, RoomSummary } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy/program';
import { type Chosen, choose } from './choose.ts';
import { done, type Exit, failed } from './exit.ts';
import type { Settings } from './options.ts';
import { jsonLine, type Terminal } from './terminal.ts';

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
    return found.ok ? work(client, found.value) : failed(found.message);
  });
}

export function findRoom(rooms: readonly RoomSummary[], wanted: string): Chosen<RoomSummary> {
  return choose(rooms, wanted, {
    what: 'room',
    listedBy: 'room list',
    idOf: ({ room }) => room,
    nameOf: ({ name }) => name,
  });
}

/** Says how a request ended: a line of `--json`, nothing for people, or why it was refused. */
export function finish(
  answer: Result<object>,
  settings: Settings<'json'>,
  terminal: Terminal,
  line: Readonly<Record<string, unknown>>,
): Exit {
  if (!answer.ok) return failed(answer.error.message);
  if (settings.json) terminal.result(jsonLine(line));
  return done;
}
