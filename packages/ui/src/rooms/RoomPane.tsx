import type { Timeline as TimelineWindow } from '@otr/client';
import type { Member, MessageRow, RoomSummary } from '@otr/protocol';
import { type RefObject, useRef } from 'react';
import { useDialogs } from '../app/dialogs.ts';
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

/** Beside the composer: at the top the banner would cover it. */
function StateNote({ room }: { room: RoomSummary }) {
  if (room.state === 'joined') return null;
  return (
    <div className="stateNote" data-state={room.state} role="status">
      {room.state === 'joining' && <span className="spinner" aria-hidden="true" />}
      {room.state === 'stopped' ? <StoppedText room={room} /> : <p>{strings.room[room.state]}</p>}
    </div>
  );
}

/** Why the room stands still, what to do, and the way to do it. */
function StoppedText({ room }: { room: RoomSummary }) {
  const openDialog = useDialogs();
  const { stopped, stoppedUnknown, stoppedAdvice, stoppedNeverIn, leave } = strings.room;
  return (
    <>
      <div>
        {/* The relay's own words: direction marks in them end with their paragraph. */}
        <p>{stopped(room.reason ?? stoppedUnknown)}</p>
        <p>{room.me === null ? stoppedNeverIn : stoppedAdvice}</p>
      </div>
      <button type="button" className="button" onClick={() => openDialog({ kind: 'leave', room: room.room })}>
        {leave}
      </button>
    </>
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
        <StateNote room={room} />
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
