import type { Timeline as TimelineWindow } from '@otr/client';
import type { Member, MessageRow, RoomSummary } from '@otr/protocol';
import { type RefObject, useRef } from 'react';
import { PaneContext } from '../app/pane.ts';
import { useView } from '../app/useStore.ts';
import { Composer, type ComposerHandle } from '../composer/Composer.tsx';
import { strings } from '../strings.ts';
import { Timeline, type TimelineHandle } from '../timeline/Timeline.tsx';
import { EmptyRoom } from './EmptyRoom.tsx';
import { RoomHeader } from './RoomHeader.tsx';
import './roomPane.css';

interface RoomPaneProps {
  room: RoomSummary;
  members: readonly Member[];
  /** The message that a link points at. */
  target: string | null;
  membersShown: boolean;
  onMembers(): void;
  composer: RefObject<ComposerHandle | null>;
}

/** Nothing but the notice of the room's beginning. */
function isEmpty({ rows, olderLeft, newerLeft }: TimelineWindow): boolean {
  return !olderLeft && !newerLeft && rows.every((row) => row.kind === 'notice') && rows.length < 6;
}

function Typing({ room }: { room: string }) {
  const typists = useView((view) => view.typing.get(room)) ?? [];
  return (
    <p className="typing" aria-live="polite">
      {typists.length > 0 && (
        <>
          <span className="typingDots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {strings.typing(typists.map(({ name }) => name))}
        </>
      )}
    </p>
  );
}

function StateNote({ room }: { room: RoomSummary }) {
  if (room.state === 'joined') return null;
  const text =
    room.state === 'stopped'
      ? strings.room.stopped(room.reason ?? strings.room.stoppedUnknown)
      : strings.room[room.state];
  return (
    <p className="stateNote" data-state={room.state} role="status">
      {text}
    </p>
  );
}

/** An open room: its header, its timeline and the box to write in. */
export function RoomPane({ room, members, target, membersShown, onMembers, composer }: RoomPaneProps) {
  const timeline = useView((view) => view.timelines.get(room.room));
  const pane = useRef<HTMLElement>(null);
  const list = useRef<TimelineHandle>(null);
  const loaded = timeline !== undefined && (timeline.rows.length > 0 || !timeline.newerLeft);
  return (
    <PaneContext value={pane}>
      <main ref={pane} className="roomPane" aria-label={room.name}>
        <RoomHeader room={room} members={members} membersShown={membersShown} onMembers={onMembers} />
        <StateNote room={room} />
        {loaded ? (
          <Timeline
            key={room.room}
            ref={list}
            room={room}
            timeline={timeline}
            target={target}
            onQuote={(row: MessageRow) => composer.current?.quote(row.text)}
            empty={
              isEmpty(timeline) ? (
                <EmptyRoom room={room} alone={Math.max(members.length, room.memberCount) <= 1} />
              ) : null
            }
          />
        ) : (
          <div className="timelineFrame">
            <p className="timelineLoading">{strings.timeline.loading}</p>
          </div>
        )}
        <Typing room={room.room} />
        <Composer
          key={`composer ${room.room}`}
          ref={composer}
          room={room}
          onSent={() => list.current?.toLatest()}
          onUp={() => list.current?.focusLast()}
        />
      </main>
    </PaneContext>
  );
}
