import type { RoomSummary } from '@otr/protocol';
import { useEffect, useMemo, useRef } from 'react';
import { strings } from '../strings.ts';
import { useFeedback } from './feedback.tsx';
import { parseRoute, type Route, replaceRoute, useHash } from './route.ts';
import { twoPanes } from './useMediaQuery.ts';
import { useStore } from './useStore.ts';

/** Follows the address: opens its room and, when it names one, its message. */
export function useRoute(rooms: readonly RoomSummary[]): Route {
  const store = useStore();
  const { say } = useFeedback();
  const hash = useHash();
  const route = useMemo(() => parseRoute(hash), [hash]);
  const known = rooms.some((room) => room.room === route.room);
  const first = rooms[0]?.room;

  useEffect(() => {
    const room = known ? route.room : null;
    void store.openRoom(room).then(async () => {
      if (room === null || route.message === null) return;
      const answer = await store.jumpTo(room, route.message);
      if (!answer.ok && answer.error.code === 'messageNotFound') say(strings.timeline.messageGone);
    });
  }, [store, known, route, say]);

  // The open room was left, here or in another tab.
  const wasKnown = useRef(known);
  useEffect(() => {
    if (wasKnown.current && !known && route.room !== null) replaceRoute(null);
    wasKnown.current = known;
  }, [known, route.room]);

  // Beside the list there is place for a room: the latest is opened. On a narrow screen the list comes first.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the first room becomes known
  useEffect(() => {
    if (route.room === null && first !== undefined && matchMedia(twoPanes).matches) replaceRoute(first);
  }, [route.room === null, first === undefined]);

  return route;
}
