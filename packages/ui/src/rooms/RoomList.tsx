import type { RoomSummary } from '@otr/protocol';
import { Link2, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { usePageActive } from '../app/usePageActive.ts';
import { strings } from '../strings.ts';
import { RoomItem } from './RoomItem.tsx';
import './roomList.css';

interface RoomListProps {
  rooms: readonly RoomSummary[];
  openRoom: string | null;
  onOpen(room: string): void;
  onCreate(): void;
  onJoin(): void;
  /** Between the rooms and the ways to more of them. */
  hint: ReactNode;
}

export function RoomList({ rooms, openRoom, onOpen, onCreate, onJoin, hint }: RoomListProps) {
  const active = usePageActive();
  return (
    <>
      <nav className="roomList" aria-label={strings.rooms.list} data-testid="room-list">
        {rooms.length === 0 && <p className="roomListEmpty">{strings.rooms.none}</p>}
        <ul>
          {rooms.map((room) => (
            <li key={room.room}>
              <RoomItem
                room={room}
                open={room.room === openRoom}
                seen={active && room.room === openRoom}
                onOpen={onOpen}
              />
            </li>
          ))}
        </ul>
      </nav>
      {hint}
      <div className="roomListActions">
        <button type="button" className="button primary" onClick={onCreate}>
          <Plus size={18} aria-hidden="true" />
          {strings.rooms.create}
        </button>
        <button type="button" className="button" onClick={onJoin}>
          <Link2 size={18} aria-hidden="true" />
          {strings.rooms.join}
          <span className="visuallyHidden"> {strings.rooms.byLink}</span>
        </button>
      </div>
    </>
  );
}
