import { Menu } from '@base-ui/react/menu';
import type { Member, RoomSummary } from '@otr/protocol';
import { ArrowLeft, EllipsisVertical, Link2, LogOut, Pencil, Search, UserPlus, Users } from 'lucide-react';
import { copyText } from '../app/copy.ts';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { usePane } from '../app/pane.ts';
import { goTo, routeAddress } from '../app/route.ts';
import { mayChange, mayInvite } from '../members/mayDo.ts';
import { isPresenceKnown } from '../members/presence.ts';
import { strings } from '../strings.ts';
import { RecordMark } from '../trust/RecordMark.tsx';
import { RoomTrust } from '../trust/RoomTrust.tsx';
import { stateText } from './stateText.ts';
import '../dialogs/menu.css';

interface RoomHeaderProps {
  room: RoomSummary;
  members: readonly Member[];
  detailsShown: boolean;
  onDetails(): void;
  /** Shows the details at the members. */
  onMembers(): void;
}

function RoomMenu({ room }: { room: RoomSummary }) {
  const openDialog = useDialogs();
  const { say } = useFeedback();

  async function copyLink() {
    say((await copyText(routeAddress(room.room))) ? strings.message.linkCopied : strings.message.copyFailed);
  }

  return (
    <Menu.Root>
      <Menu.Trigger className="iconButton" aria-label={strings.room.actions}>
        <EllipsisVertical size={20} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal container={usePane()}>
        <Menu.Positioner className="menuPositioner" align="end" sideOffset={4}>
          <Menu.Popup className="menu">
            {mayInvite(room) && (
              <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'invite', room: room.room })}>
                <UserPlus size={16} aria-hidden="true" />
                {strings.members.invite}
              </Menu.Item>
            )}
            {mayChange(room) && (
              <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'rename', room: room.room })}>
                <Pencil size={16} aria-hidden="true" />
                {strings.room.rename}
              </Menu.Item>
            )}
            <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'search', within: room.room })}>
              <Search size={16} aria-hidden="true" />
              {strings.search.title}
            </Menu.Item>
            <Menu.Item className="menuItem" onClick={copyLink}>
              <Link2 size={16} aria-hidden="true" />
              {strings.room.copyLink}
            </Menu.Item>
            <div className="menuLine" />
            <Menu.Item
              className="menuItem danger"
              onClick={() => openDialog({ kind: 'leave', room: room.room })}
            >
              <LogOut size={16} aria-hidden="true" />
              {strings.room.leave}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function peopleText(room: RoomSummary, members: readonly Member[]): string {
  const count = members.length || room.memberCount;
  const state = stateText(room);
  const isOut = room.state === 'removed' || room.state === 'lost';
  if (state !== null && (isOut || count === 0)) return state;
  if (!isPresenceKnown(members)) return strings.room.peopleUnknown(count);
  return strings.room.people(count, members.filter(({ online }) => online).length);
}

export function RoomHeader({ room, members, detailsShown, onDetails, onMembers }: RoomHeaderProps) {
  const openDialog = useDialogs();
  return (
    <header className="paneHeader roomHeader">
      <button
        type="button"
        className="iconButton backButton"
        aria-label={strings.room.back}
        onClick={() => goTo(null)}
      >
        <ArrowLeft size={20} aria-hidden="true" />
      </button>
      <div className="roomHeaderText">
        <div className="roomHeaderTop">
          <h1 className="paneTitle">{room.name}</h1>
          {room.offTheRecord && <RecordMark />}
        </div>
        <div className="roomHeaderLine">
          <RoomTrust room={room} members={members} onMembers={onMembers} />
          <p className="roomHeaderPeople">
            {peopleText(room, members)}
            {room.disappearAfter > 0 && strings.room.disappear(room.disappearAfter)}
          </p>
        </div>
      </div>
      <button
        type="button"
        className="iconButton wideOnly"
        aria-label={strings.search.open}
        title={strings.search.title}
        onClick={() => openDialog({ kind: 'search', within: room.room })}
      >
        <Search size={20} aria-hidden="true" />
      </button>
      {mayInvite(room) && (
        <button
          type="button"
          className="iconButton"
          aria-label={strings.room.invite}
          title={strings.room.invite}
          onClick={() => openDialog({ kind: 'invite', room: room.room })}
        >
          <UserPlus size={20} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        className="iconButton"
        aria-label={strings.room.showMembers}
        title={strings.details.open}
        aria-pressed={detailsShown}
        onClick={onDetails}
      >
        <Users size={20} aria-hidden="true" />
      </button>
      <RoomMenu room={room} />
    </header>
  );
}
