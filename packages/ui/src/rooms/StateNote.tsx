import type { RoomSummary } from '@otr/protocol';
import { useState } from 'react';
import { useDialogs } from '../app/dialogs.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

const text = strings.room;

function LeaveButton({ room, label }: { room: RoomSummary; label: string }) {
  const openDialog = useDialogs();
  return (
    <button type="button" className="button" onClick={() => openDialog({ kind: 'leave', room: room.room })}>
      {label}
    </button>
  );
}

/** Why the room stands still, what to do, and the way to do it. */
function Stopped({ room }: { room: RoomSummary }) {
  const why = room.reason ?? text.stoppedUnknown;
  return (
    <>
      <div>
        {/* The relay's own words: direction marks in them end with their paragraph. */}
        <p>{room.me === null ? why : text.stopped(why)}</p>
        <p>{room.me === null ? text.notLetIn : text.stoppedAdvice}</p>
      </div>
      <div className="stateActions">
        {room.me !== null && <ReturnButton room={room} />}
        <LeaveButton room={room} label={text.leave} />
      </div>
    </>
  );
}

function Joining({ room }: { room: RoomSummary }) {
  return (
    <>
      <span className="spinner" aria-hidden="true" />
      <div>
        <p>{text.joining}</p>
        {room.reason !== undefined && <p>{room.reason}</p>}
      </div>
    </>
  );
}

/** Gives up the keys that are here: only a person's wish asks to be let in again. */
function ReturnButton({ room }: { room: RoomSummary }) {
  const store = useStore();
  const ask = useAsk();
  const [asking, setAsking] = useState(false);

  async function returnToRoom() {
    setAsking(true);
    await ask(store.returnToRoom(room.room));
    setAsking(false);
  }

  return (
    <button type="button" className="button primary" disabled={asking} onClick={returnToRoom}>
      {text.lostDo}
    </button>
  );
}

/** Our own keys are older than the room. */
function Lost({ room }: { room: RoomSummary }) {
  return (
    <>
      <div>
        <p>{text.lost}</p>
        {room.reason !== undefined && <p>{room.reason}</p>}
      </div>
      <ReturnButton room={room} />
    </>
  );
}

function Content({ room }: { room: RoomSummary }) {
  switch (room.state) {
    case 'stopped':
      return <Stopped room={room} />;
    case 'joining':
      return <Joining room={room} />;
    case 'lost':
      return <Lost room={room} />;
    case 'removed':
      return (
        <>
          <p>{text.removed}</p>
          <LeaveButton room={room} label={text.removedLeave} />
        </>
      );
    case 'creating':
      return <p>{text.creating}</p>;
    case 'joined':
      return null;
  }
}

/** Beside the composer, while the room is not simply open: at the top the banner would cover it. */
export function StateNote({ room }: { room: RoomSummary }) {
  if (room.state === 'joined') return null;
  return (
    <div className="stateNote" data-state={room.state} data-testid="state-note" role="status">
      <Content room={room} />
    </div>
  );
}
