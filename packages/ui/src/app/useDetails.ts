import type { RoomDetails, RoomSummary } from '@otr/protocol';
import { useEffect } from 'react';
import { useStore, useView } from './useStore.ts';

/** A room's details: asked for once they are wanted, and kept up to date by the view from then on. */
export function useDetails(room: RoomSummary, wanted = true): RoomDetails | undefined {
  const store = useStore();
  const details = useView((view) => view.details.get(room.room));
  const online = useView((view) => view.connection === 'online');
  const missing = wanted && online && details === undefined && room.me !== null;
  useEffect(() => {
    if (missing) void store.getDetails(room.room);
  }, [store, missing, room.room]);
  return details;
}
