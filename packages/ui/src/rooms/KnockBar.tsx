import type { RoomSummary } from '@otr/protocol';
import { DoorOpen } from 'lucide-react';
import { useContext } from 'react';
import { WritingContext } from '../app/dialogs.ts';
import { useDetails } from '../app/useDetails.ts';
import { strings } from '../strings.ts';
import { KnockItem } from './KnockItem.tsx';
import './knocks.css';

/** Over the composer: the first who waits for a decision, and how many there are besides. The panel has all. */
export function KnockBar({ room, onShowAll }: { room: RoomSummary; onShowAll(): void }) {
  const writeOn = useContext(WritingContext);
  const details = useDetails(room, room.knocks > 0);
  const waiting = details?.knocks.filter(({ approval }) => approval) ?? [];
  const [first] = waiting;
  return (
    <div role="status">
      {room.state === 'joined' && first !== undefined && (
        <div className="knockBar" data-testid="knock-bar">
          <DoorOpen size={20} aria-hidden="true" />
          <KnockItem key={first.id} room={room.room} knock={first} onDecided={writeOn} />
          {waiting.length > 1 && (
            <button type="button" className="linkButton" onClick={onShowAll}>
              {strings.knocks.more(waiting.length - 1)}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
