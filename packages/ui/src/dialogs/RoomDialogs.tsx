import type { Member, MessageRow, RoomSummary } from '@otr/protocol';
import { useState } from 'react';
import { goTo } from '../app/route.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { CheckOption } from './CheckOption.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { Modal } from './Modal.tsx';
import { TextForm } from './TextForm.tsx';

interface Closable {
  onClose(): void;
}

export function CreateRoomDialog({ onClose, onCreated }: Closable & { onCreated(room: string): void }) {
  const store = useStore();
  const [offTheRecord, setOffTheRecord] = useState(false);
  return (
    <Modal title={strings.dialog.createTitle} onClose={onClose}>
      <TextForm
        label={strings.dialog.roomName}
        hint={strings.dialog.roomNameHint}
        submit={strings.dialog.create}
        onCancel={onClose}
        onSubmit={async (name) => {
          const answer = await store.createRoom(name, offTheRecord ? { offTheRecord } : {});
          if (answer.ok) onCreated(answer.value.room);
          return answer;
        }}
      >
        <CheckOption
          label={strings.offTheRecord.word}
          hint={strings.offTheRecord.switchHint}
          checked={offTheRecord}
          onChange={setOffTheRecord}
        />
      </TextForm>
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
  const [publishKey, setPublishKey] = useState(false);
  const isOut = room.state === 'removed' || room.me === null;
  return (
    <ConfirmDialog
      title={strings.dialog.leaveTitle(room.name)}
      text={isOut ? strings.dialog.leaveRemovedText : strings.dialog.leaveText}
      action={strings.dialog.leave}
      onConfirm={() => store.leaveRoom(room.room, publishKey ? { publishKey } : {})}
      onClose={onClose}
    >
      {/* Off the record nothing is signed: there is nothing to hold against anybody. */}
      {!isOut && !room.offTheRecord && (
        <CheckOption
          label={strings.dialog.publishKey}
          hint={strings.dialog.publishKeyHint}
          checked={publishKey}
          onChange={setPublishKey}
        />
      )}
    </ConfirmDialog>
  );
}

export function RemoveMemberDialog({
  room,
  member,
  onClose,
}: Closable & { room: RoomSummary; member: Member }) {
  const store = useStore();
  return (
    <ConfirmDialog
      title={strings.members.removeTitle(member.name)}
      text={strings.members.removeText}
      action={strings.members.removeDo}
      onConfirm={() => store.removeMember(room.room, member.key)}
      onClose={onClose}
    />
  );
}

export function DeleteMessageDialog({ row, onClose }: Closable & { row: MessageRow }) {
  const store = useStore();
  return (
    <ConfirmDialog
      title={strings.message.deleteTitle}
      text={strings.message.deleteText}
      action={strings.message.deleteDo}
      onConfirm={() => store.deleteMessage(row.room, row.id)}
      onClose={onClose}
    />
  );
}
