import type { LocalClient } from '@otr/client/node';
import type { RoomSummary } from '@otr/protocol';
import type { Surroundings } from './command.ts';
import { done, type Exit, failed } from './exit.ts';
import type { Settings } from './options.ts';
import { jsonLine } from './terminal.ts';
import { waitFor } from './waitFor.ts';

/** How a room that was just created, joined or returned to stands, after at most `time` milliseconds. */
export type Joined = { state: 'joined' } | { state: 'waiting' } | { state: 'stopped'; reason: string };

export async function waitUntilJoined(
  client: LocalClient,
  room: string,
  time: number,
  ending: AbortSignal,
): Promise<Joined> {
  const settled = await waitFor<RoomSummary>(
    (found) => {
      const look = (summary: RoomSummary) => {
        if (summary.room === room && !isWaiting(summary)) found(summary);
      };
      const stop = client.on('room', look);
      // It may have been settled before we listened.
      void client.request('getStatus', {}).then((status) => {
        if (status.ok) for (const summary of status.value.rooms) look(summary);
      });
      return stop;
    },
    time,
    ending,
  );
  if (settled === undefined) return { state: 'waiting' };
  if (settled.state === 'joined') return { state: 'joined' };
  return { state: 'stopped', reason: settled.reason ?? 'The room cannot be joined.' };
}

const isWaiting = ({ state }: RoomSummary) => state === 'creating' || state === 'joining';

/** Prints the id when the room is joined, or when it is kept and nobody answers for now. */
export async function tellJoined(
  client: LocalClient,
  room: string,
  settings: Settings<'json' | 'timeout'>,
  { terminal, ending }: Surroundings,
): Promise<Exit> {
  const joined = await waitUntilJoined(client, room, settings.timeout, ending);
  if (joined.state === 'stopped') return failed(joined.reason);
  if (joined.state === 'waiting') {
    const why = (await relayAnswers(client))
      ? 'No member of the room is there yet to let you in'
      : 'The relay has not answered yet';
    terminal.note(`${why}: the room is kept, and this goes on by itself.`);
  }
  terminal.result(settings.json ? jsonLine({ room }) : room);
  return done;
}

async function relayAnswers(client: LocalClient): Promise<boolean> {
  const status = await client.request('getStatus', {});
  return status.ok && status.value.relay.state === 'online';
}
