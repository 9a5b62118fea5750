import type { LocalClient } from '@otr/client/node';
import type { RoomSummary } from '@otr/protocol';
import { waitFor } from './waitFor.ts';

/** How a room that was just created or joined stands, after at most `time` milliseconds. */
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
        const settledNow = summary.state === 'joined' || summary.state === 'stopped';
        if (summary.room === room && settledNow) found(summary);
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
  return { state: 'stopped', reason: settled.reason ?? 'The relay refuses this room.' };
}
