import type { RoomSummary, Row } from '@otr/protocol';
import { useEffect, useRef } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { usePageActive } from '../app/usePageActive.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

/**
 * What reading does: rows at the end of the view are marked as read while the page is in front, the new-message
 * divider is placed anew when the person comes back, and rows that come in are announced to screen readers.
 */
export function useReading(room: RoomSummary, rows: readonly Row[], atEnd: boolean): void {
  const store = useStore();
  const active = usePageActive();
  const { announce } = useFeedback();
  const announced = useRef<number | null>(null);
  const wasAway = useRef(false);
  const id = room.room;

  useEffect(() => {
    if (!active) wasAway.current = true;
    else if (wasAway.current) {
      wasAway.current = false;
      store.placeDivider(id);
    }
  }, [active, id, store]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what there is to read
  useEffect(() => {
    if (active && atEnd) void store.markRead(id);
  }, [rows, active, atEnd, id, store]);

  useEffect(() => {
    const last = rows.at(-1)?.order ?? 0;
    const before = announced.current ?? last;
    announced.current = Math.max(before, last);
    const fresh = rows
      .slice(-20)
      .flatMap((row) => (row.order > before && row.kind === 'message' && !row.own ? [row] : []));
    const [only] = fresh;
    if (only === undefined || !active) return;
    announce(
      fresh.length === 1
        ? strings.timeline.arrived(only.name, only.text.slice(0, 300))
        : strings.timeline.arrivedMany(fresh.length),
    );
  }, [rows, active, announce]);
}
