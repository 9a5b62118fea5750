import type { RoomSummary } from '@otr/protocol';
import { Clock3, DoorOpen, EyeOff, TriangleAlert, UserRoundX } from 'lucide-react';
import { memo } from 'react';
import { shortTime } from '../app/times.ts';
import { Avatar } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { stateText } from './stateText.ts';

interface RoomItemProps {
  room: RoomSummary;
  open: boolean;
  /** It is before the person's eyes: what comes there is read at once, or counted beside the timeline. */
  seen: boolean;
  onOpen(room: string): void;
}

function LastLine({ room, open }: { room: RoomSummary; open: boolean }) {
  const state = stateText(room);
  if (state !== null) return state;
  if (!open && room.draft.trim() !== '') {
    return (
      <>
        <span className="roomDraft">{strings.rooms.draft}</span> {room.draft}
      </>
    );
  }
  if (room.lastLine === null) return strings.rooms.empty;
  const { own, name, text } = room.lastLine;
  const speaker = own ? strings.rooms.you : name;
  const said = text === '' ? strings.message.deleted : text;
  return speaker === '' ? said : strings.rooms.lastLine(speaker, said);
}

function Marks({ room, unread }: { room: RoomSummary; unread: number }) {
  return (
    <span className="roomMarks">
      {room.offTheRecord && (
        <span
          className="roomRecord"
          role="img"
          aria-label={strings.offTheRecord.word}
          title={strings.offTheRecord.word}
        >
          <EyeOff size={15} aria-hidden="true" />
        </span>
      )}
      {room.trust.changed > 0 && (
        <span
          className="roomAlarm"
          role="img"
          aria-label={strings.trust.roomChanged}
          title={strings.trust.roomChanged}
        >
          <UserRoundX size={16} aria-hidden="true" />
        </span>
      )}
      {room.alarm && (
        <span className="roomAlarm" role="img" aria-label={strings.rooms.alarm} title={strings.rooms.alarm}>
          <TriangleAlert size={16} aria-hidden="true" />
        </span>
      )}
      {room.knocks > 0 && (
        <span
          className="roomKnocks"
          role="img"
          aria-label={strings.rooms.knocks(room.knocks)}
          title={strings.rooms.knocks(room.knocks)}
        >
          <DoorOpen size={16} aria-hidden="true" />
        </span>
      )}
      {room.queued > 0 && (
        <span
          className="roomQueued"
          role="img"
          aria-label={strings.rooms.queued(room.queued)}
          title={strings.rooms.queued(room.queued)}
        >
          <Clock3 size={14} aria-hidden="true" />
        </span>
      )}
      {unread > 0 && (
        <span className="roomUnread" role="img" aria-label={strings.rooms.unread(unread)}>
          {unread > 999 ? '999+' : unread}
        </span>
      )}
    </span>
  );
}

export const RoomItem = memo(function RoomItem({ room, open, seen, onOpen }: RoomItemProps) {
  const unread = seen ? 0 : room.unread;
  return (
    <button
      type="button"
      className="roomItem"
      data-room={room.room}
      data-unread={unread > 0}
      aria-current={open ? 'true' : undefined}
      onClick={() => onOpen(room.room)}
    >
      <Avatar seed={room.room} name={room.name} shape="square" size={42} />
      <span className="roomText">
        <span className="roomTop">
          <span className="roomName">{room.name}</span>
          <span className="roomTime">{room.at > 0 ? shortTime(room.at) : ''}</span>
        </span>
        <span className="roomBottom">
          <span className="roomLine">
            <LastLine room={room} open={open} />
          </span>
          <Marks room={room} unread={unread} />
        </span>
      </span>
    </button>
  );
});
