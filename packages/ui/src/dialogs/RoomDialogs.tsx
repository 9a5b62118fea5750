import type { RoomSummary } from '@otr/protocol';
import { useState } from 'react';
import { goTo } from '../app/route.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import { TextForm } from './TextForm.tsx';

interface Closable {
  onClose(): void;
}

export function CreateRoomDialog({ onClose, onCreated }: Closable & { onCreated(room: string): void }) {
  const store = useStore();
  return (
    <Modal title={strings.dialog.createTitle} onClose={onClose}>
      <TextForm
        label={strings.dialog.roomName}
        hint={strings.dialog.roomNameHint}
        submit={strings.dialog.create}
        onCancel={onClose}
        onSubmit={async (name) => {
          const answer = await store.createRoom(name);
          if (answer.ok) onCreated(answer.value.room);
          return answer;
        }}
      />
    </Modal>
  );
}

export function JoinRoomDialog({ onClose }: Closable) {
  const store = useStore();
  return (
    <Modal title={strings.dialog.joinTitle} onClose={onClose}>
      <TextForm
        label={strings.dialog.joinLabel}
        hint={strings.dialog.joinHint}
        submit={strings.dialog.join}
        long
        onCancel={onClose}
        onSubmit={async (link) => {
          const answer = await store.joinRoom(link);
          if (!answer.ok) return answer;
          onClose();
          goTo(answer.value.room);
          return answer;
        }}
      />
    </Modal>
  );
}

export function RenameRoomDialog({ room, onClose }: Closable & { room: RoomSummary }) {
  const store = useStore();
  return (
    <Modal title={strings.dialog.renameTitle} onClose={onClose}>
      <TextForm
        label={strings.dialog.roomName}
        hint={strings.dialog.renameHint}
        submit={strings.dialog.rename}
        initial={room.name}
        onCancel={onClose}
        onSubmit={async (name) => {
          const answer = await store.renameRoom(room.room, name);
          if (answer.ok) onClose();
          return answer;
        }}
      />
    </Modal>
  );
}

export function LeaveRoomDialog({ room, onClose }: Closable & { room: RoomSummary }) {
  const store = useStore();
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function leave() {
    setWorking(true);
    const answer = await store.leaveRoom(room.room);
    setWorking(false);
    if (!answer.ok) return setProblem(answer.error.message);
    onClose();
  }

  return (
    <Modal
      title={strings.dialog.leaveTitle(room.name)}
      description={strings.dialog.leaveText}
      onClose={onClose}
    >
      <p className="formProblem" role="alert">
        {problem}
      </p>
      <div className="formActions">
        <button type="button" className="button" onClick={onClose}>
          {strings.dialog.cancel}
        </button>
        <button type="button" className="button danger" disabled={working} onClick={leave}>
          {strings.dialog.leave}
        </button>
      </div>
    </Modal>
  );
}
