import type { RoomSummary } from '@otr/protocol';
import { MessagesSquare, UserPlus } from 'lucide-react';
import { useDialogs } from '../app/dialogs.ts';
import { mayInvite } from '../members/mayDo.ts';
import { strings } from '../strings.ts';

/** What to do in a room where nothing has been said. */
export function EmptyRoom({ room, alone }: { room: RoomSummary; alone: boolean }) {
  const openDialog = useDialogs();
  if (room.state === 'stopped' || room.state === 'removed' || room.state === 'lost') return null;
  const joining = room.state === 'joining';
  const text = alone ? strings.room.emptyAlone : strings.room.emptyTogether;
  return (
    <div className="emptyRoom">
      <MessagesSquare size={40} strokeWidth={1.5} aria-hidden="true" />
      <h2>{joining ? strings.room.joiningTitle : strings.room.emptyTitle}</h2>
      <p>{joining ? strings.room.joiningText : text}</p>
      {room.offTheRecord && <p>{strings.offTheRecord.empty}</p>}
      {alone && !joining && mayInvite(room) && (
        <button
          type="button"
          className="button primary"
          onClick={() => openDialog({ kind: 'invite', room: room.room })}
        >
          <UserPlus size={18} aria-hidden="true" />
          {strings.members.invite}
        </button>
      )}
    </div>
  );
}
