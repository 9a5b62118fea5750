import type { Timeline as TimelineWindow } from '@otr/client';
import type { Member, MessageRow, RoomSummary } from '@otr/protocol';
import { type RefObject, useRef, useState } from 'react';
import { PaneContext } from '../app/pane.ts';
import { useView } from '../app/useStore.ts';
import { Composer, type ComposerHandle } from '../composer/Composer.tsx';
import { strings } from '../strings.ts';
import { CanWriteContext, MessageActionsContext } from '../timeline/messageActions.ts';
import { ReactionPicker } from '../timeline/ReactionPicker.tsx';
import { Timeline, type TimelineHandle } from '../timeline/Timeline.tsx';
import { AskBars } from '../trust/AskBars.tsx';
import { ChangedBar } from '../trust/ChangedBar.tsx';
import { EmptyRoom } from './EmptyRoom.tsx';
import { KnockBar } from './KnockBar.tsx';
import { RoomHeader } from './RoomHeader.tsx';
import { StateNote } from './StateNote.tsx';
import { useRoomActions } from './useRoomActions.ts';
import './roomPane.css';

interface RoomPaneProps {
  room: RoomSummary;
  members: readonly Member[];
  /** The message that a link points at. */
  target: string | null;
  detailsShown: boolean;
  onDetails(): void;
  /** Shows the details at the members, and those who wait to come in. */
  onMembers(): void;
  composer: RefObject<ComposerHandle | null>;
}

/** Nothing but the notice of the room's beginning. */
function isEmpty({ rows, olderLeft, newerLeft }: TimelineWindow): boolean {
  return !olderLeft && !newerLeft && rows.every((row) => row.kind === 'notice') && rows.length < 6;
}

/** The newest own message that can be edited. */
function lastOwn(timeline: TimelineWindow | undefined): MessageRow | null {
  const row = timeline?.rows.findLast(
    (one) => one.kind === 'message' && one.own && one.deleted === undefined,
  );
  return row?.kind === 'message' ? row : null;
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

/** An open room: its header, its timeline and the box to write in. */
export function RoomPane(props: RoomPaneProps) {
  const { room, members, target, detailsShown, onDetails, onMembers, composer } = props;
  const timeline = useView((view) => view.timelines.get(room.room));
  const pane = useRef<HTMLElement>(null);
  const list = useRef<TimelineHandle>(null);
  const [picking, setPicking] = useState<MessageRow | null>(null);
  const actions = useRoomActions(room, composer, setPicking);
  const loaded = timeline !== undefined && (timeline.rows.length > 0 || !timeline.newerLeft);
  const isIn = room.me !== null;
  // What is written before one is let in waits here; where that is refused, it would wait for nothing.
  const canWrite = room.state !== 'removed' && room.state !== 'lost' && (isIn || room.state !== 'stopped');

  function editLast() {
    const row = lastOwn(timeline);
    if (row === null) list.current?.focusLast();
    else composer.current?.edit(row);
  }

  return (
    <PaneContext value={pane}>
      <MessageActionsContext value={actions}>
        <CanWriteContext value={canWrite && isIn}>
          <main ref={pane} className="roomPane" aria-label={room.name}>
            <RoomHeader
              room={room}
              members={members}
              detailsShown={detailsShown}
              onDetails={onDetails}
              onMembers={onMembers}
            />
            {loaded ? (
              <Timeline
                key={room.room}
                ref={list}
                room={room}
                timeline={timeline}
                target={target}
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
            <ReactionPicker
              row={picking}
              me={room.me ?? undefined}
              onPick={actions.react}
              onClose={() => setPicking(null)}
            />
            <AskBars room={room} members={members} />
            <KnockBar room={room} onShowAll={onMembers} />
            <ChangedBar room={room} members={members} />
            <StateNote room={room} />
            {canWrite && (
              <>
                <Typing room={room.room} />
                <Composer
                  key={`composer ${room.room}`}
                  ref={composer}
                  room={room}
                  members={members}
                  onSent={() => list.current?.toLatest()}
                  onEditLast={editLast}
                  onUp={() => list.current?.focusLast()}
                />
              </>
            )}
          </main>
        </CanWriteContext>
      </MessageActionsContext>
    </PaneContext>
  );
}
