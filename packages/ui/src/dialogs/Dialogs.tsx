import type { RoomSummary } from '@otr/protocol';
import type { DialogState, OpenDialog } from '../app/dialogs.ts';
import { goTo } from '../app/route.ts';
import { VerifyDialog } from '../trust/VerifyDialog.tsx';
import { ProtectDialog } from '../vault/ProtectDialog.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { NewInviteDialog } from './NewInviteDialog.tsx';
import { ReceiptsDialog } from './ReceiptsDialog.tsx';
import { RewriteDialog } from './RewriteDialog.tsx';
import {
  CreateRoomDialog,
  DeleteMessageDialog,
  JoinRoomDialog,
  LeaveRoomDialog,
  RemoveMemberDialog,
  RenameRoomDialog,
} from './RoomDialogs.tsx';
import { RoomSwitcher } from './RoomSwitcher.tsx';
import { SearchDialog } from './SearchDialog.tsx';
import { SettingsDialog } from './SettingsDialog.tsx';
import { ShortcutsDialog } from './ShortcutsDialog.tsx';

interface DialogsProps {
  state: DialogState | null;
  rooms: readonly RoomSummary[];
  openRoom: string | null;
  open: OpenDialog;
}

/** The open dialog, if any. One about a room that is gone is not shown. */
export function Dialogs({ state, rooms, openRoom, open }: DialogsProps) {
  const close = () => open(null);
  const about = state !== null && 'room' in state ? rooms.find(({ room }) => room === state.room) : undefined;
  switch (state?.kind) {
    case 'create':
      return (
        <CreateRoomDialog
          onClose={close}
          onCreated={(room) => {
            goTo(room);
            open({ kind: 'invite', room });
          }}
        />
      );
    case 'join':
      return <JoinRoomDialog onClose={close} />;
    case 'invite':
      return about && <InviteDialog key={state.link} room={about} link={state.link} onClose={close} />;
    case 'newInvite':
      return (
        about && (
          <NewInviteDialog
            room={about}
            onClose={close}
            onMade={(link) => open({ kind: 'invite', room: about.room, link })}
          />
        )
      );
    case 'verify':
      return about && <VerifyDialog key={state.member} room={about} member={state.member} onClose={close} />;
    case 'rename':
      return about && <RenameRoomDialog room={about} onClose={close} />;
    case 'leave':
      return about && <LeaveRoomDialog room={about} onClose={close} />;
    case 'removeMember':
      return about && <RemoveMemberDialog room={about} member={state.member} onClose={close} />;
    case 'deleteMessage':
      return <DeleteMessageDialog row={state.row} onClose={close} />;
    case 'rewrite':
      return <RewriteDialog row={state.row} onClose={close} />;
    case 'search':
      return <SearchDialog rooms={rooms} openRoom={openRoom} within={state.within} onClose={close} />;
    case 'protect':
      return <ProtectDialog change={state.change} onClose={close} />;
    case 'receipts':
      return <ReceiptsDialog row={state.row} onClose={close} />;
    case 'settings':
      return <SettingsDialog onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
    case 'switcher':
      return <RoomSwitcher rooms={rooms} onClose={close} />;
    default:
      return null;
  }
}
