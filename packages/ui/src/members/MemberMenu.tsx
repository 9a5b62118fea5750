import { Menu } from '@base-ui/react/menu';
import type { Member, RoomSummary } from '@otr/protocol';
import { BadgeCheck, Ear, Ellipsis, Shield, ShieldOff, UserMinus } from 'lucide-react';
import { useContext } from 'react';
import { useDialogs, WhisperContext } from '../app/dialogs.ts';
import { usePane } from '../app/pane.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { mayDo, mayWhisper } from './mayDo.ts';
import '../dialogs/menu.css';

/** One menu serves all members: each trigger hands it its member. */
const handle = Menu.createHandle<Member>();

export function MemberMenuTrigger({ member }: { member: Member }) {
  return (
    <Menu.Trigger
      handle={handle}
      payload={member}
      className="iconButton memberMenuTrigger"
      aria-label={strings.members.actions(member.name)}
    >
      <Ellipsis size={18} aria-hidden="true" />
    </Menu.Trigger>
  );
}

function Items({ room, member }: { room: RoomSummary; member: Member }) {
  const store = useStore();
  const ask = useAsk();
  const openDialog = useDialogs();
  const may = mayDo(room, member);
  const whisper = useContext(WhisperContext);
  const verified = member.trust === 'verified';
  const AdminIcon = member.admin ? ShieldOff : Shield;
  return (
    <>
      {!member.self && (
        <>
          <Menu.Item
            className="menuItem"
            onClick={() => openDialog({ kind: 'verify', room: room.room, member: member.key })}
          >
            <BadgeCheck size={16} aria-hidden="true" />
            {verified ? strings.trust.aboutItem : strings.trust.verifyItem}
          </Menu.Item>
          {mayWhisper(room) && (
            <Menu.Item className="menuItem" onClick={() => whisper(member.key)}>
              <Ear size={16} aria-hidden="true" />
              {strings.whispers.toItem}
            </Menu.Item>
          )}
        </>
      )}
      {may.admin && (
        <Menu.Item
          className="menuItem"
          onClick={() => ask(store.setAdmin(room.room, member.key, !member.admin))}
        >
          <AdminIcon size={16} aria-hidden="true" />
          {member.admin ? strings.members.dropAdmin : strings.members.makeAdmin}
        </Menu.Item>
      )}
      {may.remove && (
        <Menu.Item
          className="menuItem danger"
          onClick={() => openDialog({ kind: 'removeMember', room: room.room, member })}
        >
          <UserMinus size={16} aria-hidden="true" />
          {strings.members.remove}
        </Menu.Item>
      )}
    </>
  );
}

export function MemberMenu({ room }: { room: RoomSummary }) {
  const pane = usePane();
  return (
    <Menu.Root handle={handle}>
      {({ payload: member }) => (
        <Menu.Portal container={pane}>
          <Menu.Positioner className="menuPositioner" positionMethod="fixed" sideOffset={4} align="end">
            <Menu.Popup className="menu">
              {member !== undefined && <Items room={room} member={member} />}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      )}
    </Menu.Root>
  );
}
