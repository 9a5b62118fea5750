import type { Member, RoomSummary } from '@otr/protocol';
import { TriangleAlert } from 'lucide-react';
import { useContext, useState } from 'react';
import { useDialogs, WritingContext } from '../app/dialogs.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { mayDo } from '../members/mayDo.ts';
import { strings } from '../strings.ts';
import './trust.css';

const text = strings.asks;

/** Over the composer: somebody here has other keys than the person of that name who was verified. Sending waits. */
export function ChangedBar({ room, members }: { room: RoomSummary; members: readonly Member[] }) {
  const changed = members.filter(({ trust }) => trust === 'changed');
  const [first] = changed;
  return (
    <div role="alert">
      {room.state === 'joined' && first !== undefined && (
        <Decision key={first.key} room={room} member={first} others={changed.length - 1} />
      )}
    </div>
  );
}

function Decision({ room, member, others }: { room: RoomSummary; member: Member; others: number }) {
  const store = useStore();
  const ask = useAsk();
  const openDialog = useDialogs();
  const writeOn = useContext(WritingContext);
  const [working, setWorking] = useState(false);

  async function accept() {
    setWorking(true);
    if (await ask(store.acceptMember(room.room, member.key), text.acceptDone(member.name))) writeOn();
    setWorking(false);
  }

  return (
    <div className="changedBar" data-testid="changed-bar">
      <TriangleAlert size={22} aria-hidden="true" />
      <div className="changedText">
        <p className="changedTitle">{text.changed(member.name)}</p>
        <p>
          {text.changedWhy} {text.changedWaits} {others > 0 && text.changedMore(others)}
        </p>
        <div className="changedActions">
          <button
            type="button"
            className="button primary"
            onClick={() => openDialog({ kind: 'verify', room: room.room, member: member.key })}
          >
            {text.verify}
          </button>
          <button type="button" className="button" disabled={working} onClick={accept}>
            {text.accept}
          </button>
          {mayDo(room, member).remove && (
            <button
              type="button"
              className="button dangerText"
              onClick={() => openDialog({ kind: 'removeMember', room: room.room, member })}
            >
              {text.remove}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
