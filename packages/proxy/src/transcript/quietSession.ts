import type { LocalEvent } from '@otr/protocol';
import { silent } from '../log.ts';
import type { RoomMemory, RoomParts } from '../room/roomParts.ts';
import { RoomSession } from '../room/roomSession.ts';

/** A room has to have a relay; nobody asks this one. */
export const nowhere = 'http://127.0.0.1';

/** A room's session without a relay: what it takes is handed to it. `close` ends its timers. */
export function quietSession(
  parts: RoomParts,
  memory: RoomMemory,
  emit: (event: LocalEvent) => void = () => {},
): RoomSession {
  const noRelay = async () => {
    throw new Error('a transcript has no relay');
  };
  return new RoomSession(parts, memory, {
    link: { request: noRelay },
    log: silent,
    emit,
    afterStep: () => {},
    gone: () => {},
  });
}
