import { newMessageIndex, type Timeline as TimelineWindow, timelineItem } from '@otr/client';
import type { RoomSummary, Row } from '@otr/protocol';
import { ArrowDown } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useState,
} from 'react';
import { Virtualizer } from 'virtua';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { firstShape, nextShape } from './listShape.ts';
import { MessageMenu } from './MessageMenu.tsx';
import { useCanWrite, useMessageActions } from './messageActions.ts';
import { Rows } from './Rows.tsx';
import { focusedMessage, focusRow, navigateRows } from './rowNavigation.ts';
import { TimelineRow } from './TimelineRow.tsx';
import { useKeptFocus } from './useKeptFocus.ts';
import { useReading } from './useReading.ts';
import { useScrolling } from './useScrolling.ts';
import './timeline.css';

/** What the composer asks of the timeline. */
export interface TimelineHandle {
  toLatest(): void;
  focusLast(): void;
}

/** Pixels before the first row, as in timeline.css. */
const spaceAbove = 48;

interface TimelineProps {
  room: RoomSummary;
  timeline: TimelineWindow;
  /** The message that a link points at. */
  target: string | null;
  /** What is shown instead of messages while there are none. */
  empty: ReactNode;
  ref: Ref<TimelineHandle>;
}

export function Timeline({ room, timeline, target, empty, ref }: TimelineProps) {
  const store = useStore();
  const actions = useMessageActions();
  const canWrite = useCanWrite();
  const { rows } = timeline;
  const [shape, setShape] = useState(() => firstShape(rows));
  if (shape.rows !== rows) setShape(nextShape(shape, rows));

  const targetIndex = target === null ? -1 : rows.findIndex((row) => row.id === target);
  const scrolling = useScrolling({
    rows,
    generation: shape.generation,
    start: startOf(targetIndex, newMessageIndex(timeline)),
    reachesEnd: !timeline.newerLeft,
    onNearStart: () => timeline.loading === 'none' && timeline.olderLeft && store.loadOlder(room.room),
    onNearEnd: () => timeline.loading === 'none' && timeline.newerLeft && store.loadNewer(room.room),
  });
  const { atEnd, scroller, toEnd, toIndex } = scrolling;
  useReading(room, rows, atEnd);
  useKeptFocus(scroller, rows);

  const targetFound = targetIndex >= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: goes there once for each target, not when its index moves
  useLayoutEffect(() => {
    if (targetFound) toIndex(targetIndex);
  }, [target, targetFound, toIndex]);

  function toLatest() {
    void store.jumpToLatest(room.room).then(toEnd);
  }

  useImperativeHandle(ref, () => ({
    toLatest,
    focusLast: () => scroller.current !== null && focusRow(scroller.current, rows.length - 1),
  }));

  /** R, E and + on a message. False: not a key of ours. */
  function actOnMessage(event: KeyboardEvent<HTMLElement>): boolean {
    const id = focusedMessage(event);
    const row = id === null ? undefined : rows.find((candidate) => candidate.id === id);
    if (!canWrite || row?.kind !== 'message' || row.deleted) return false;
    const key = event.key.toLowerCase();
    if (key === 'r') actions.reply(row);
    else if (key === 'e' && row.own) actions.edit(row);
    else if (key === '+') actions.pick(row);
    else return false;
    return true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    if (event.key === 'End') toLatest();
    else if (actOnMessage(event)) event.stopPropagation();
    else if (!navigateRows(event, rows.length - 1)) return;
    event.preventDefault();
  }

  return (
    <div className="timelineFrame">
      {/* Rows come and go with scrolling: what is new is announced by `useReading`, not by this region. */}
      <div
        ref={scroller}
        className="timeline"
        role="log"
        aria-live="off"
        aria-label={strings.timeline.label(room.name)}
        aria-busy={timeline.loading !== 'none'}
        data-testid="timeline"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className="timelineSpace">
          {empty}
          {empty === null && !timeline.olderLeft && <p className="timelineStart">{strings.room.start}</p>}
        </div>
        <Virtualizer
          key={shape.generation}
          as={Rows}
          ref={scrolling.list}
          scrollRef={scroller}
          data={rows as Row[]}
          shift={shape.shift}
          startMargin={spaceAbove}
          bufferSize={600}
          onScroll={scrolling.onScroll}
          onResize={scrolling.onResize}
        >
          {(row, index) => {
            const item = timelineItem(timeline, index) ?? single(row);
            const last = index === rows.length - 1;
            return (
              <TimelineRow
                key={row.id}
                item={item}
                index={index}
                highlighted={row.id === target}
                me={room.me ?? undefined}
                last={last}
              />
            );
          }}
        </Virtualizer>
      </div>
      {timeline.loading !== 'none' && <p className="timelineLoading">{strings.timeline.loading}</p>}
      {(!atEnd || timeline.newerLeft) && (
        <button
          type="button"
          className="jumpToLatest"
          aria-label={room.unread > 0 ? strings.timeline.jumpCount(room.unread) : strings.timeline.jump}
          onClick={toLatest}
        >
          {room.unread > 0 && <span className="jumpCount">{room.unread > 999 ? '999+' : room.unread}</span>}
          <ArrowDown size={20} aria-hidden="true" />
        </button>
      )}
      <MessageMenu />
    </div>
  );
}

function startOf(target: number, divider: number): { index: number; align: 'center' | 'start' } | null {
  if (target >= 0) return { index: target, align: 'center' };
  return divider >= 0 ? { index: divider, align: 'start' } : null;
}

function single(row: Row) {
  return { row, newDay: false, newMessages: false, startsGroup: true, endsGroup: true };
}
