import { Tabs } from '@base-ui/react/tabs';
import type { Member, RoomDetails, RoomSummary } from '@otr/protocol';
import { type ReactNode, useRef } from 'react';
import { useDialogs } from '../app/dialogs.ts';
import { PaneContext } from '../app/pane.ts';
import { useDetails } from '../app/useDetails.ts';
import { MemberList } from '../members/MemberList.tsx';
import { KnockItem } from '../rooms/KnockItem.tsx';
import { strings } from '../strings.ts';
import { InvitesTab } from './InvitesTab.tsx';
import { RoomTab } from './RoomTab.tsx';
import '../rooms/knocks.css';
import './details.css';

const text = strings.details;

export type DetailsTab = keyof typeof text.tabs;
const tabs: readonly DetailsTab[] = ['members', 'invites', 'room'];

interface DetailsPaneProps {
  room: RoomSummary;
  members: readonly Member[];
  tab: DetailsTab;
  onTab(tab: DetailsTab): void;
}

/** Everybody who waits to come in, over the members. */
function Knocks({
  room,
  details,
  onGone,
}: {
  room: RoomSummary;
  details: RoomDetails | undefined;
  onGone(): void;
}) {
  const waiting = details?.knocks ?? [];
  if (waiting.length === 0 || room.state !== 'joined') return null;
  return (
    <div className="knockList" data-testid="knock-list">
      <h3>{strings.knocks.title(waiting.length)}</h3>
      {waiting.map((knock) => (
        <KnockItem key={knock.id} room={room.room} knock={knock} onDecided={onGone} />
      ))}
    </div>
  );
}

/** Why there is nothing to show. */
function notThere(room: RoomSummary): string {
  if (room.state === 'removed') return text.gone;
  return room.me === null ? text.unknown : text.loading;
}

/** What needs the room's details says so while there are none. */
function Known({
  room,
  details,
  children,
}: {
  room: RoomSummary;
  details: RoomDetails | undefined;
  children(details: RoomDetails): ReactNode;
}) {
  if (details !== undefined) return children(details);
  return <p className="detailsWaiting">{notThere(room)}</p>;
}

/** Who is in the room, who may come in, and how the room is set up. */
export function DetailsPane({ room, members, tab, onTab }: DetailsPaneProps) {
  const openDialog = useDialogs();
  const details = useDetails(room);
  const pane = useRef<HTMLDivElement>(null);

  /** What had the focus is gone: it goes to the tab that is open. */
  function focusTab() {
    pane.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }

  return (
    <PaneContext value={pane}>
      <Tabs.Root
        ref={pane}
        className="details"
        value={tab}
        onValueChange={(value: DetailsTab) => onTab(value)}
        data-testid="details"
      >
        <Tabs.List className="detailsTabs" aria-label={text.title}>
          {tabs.map((value) => (
            <Tabs.Tab key={value} value={value} className="detailsTab">
              {text.tabs[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="members" className="detailsPanel">
          <Knocks room={room} details={details} onGone={focusTab} />
          <MemberList
            room={room}
            members={members}
            onInvite={() => openDialog({ kind: 'invite', room: room.room })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="invites" className="detailsPanel">
          <Known room={room} details={details}>
            {(known) => <InvitesTab room={room} details={known} onGone={focusTab} />}
          </Known>
        </Tabs.Panel>
        <Tabs.Panel value="room" className="detailsPanel">
          <RoomTab room={room} details={details} />
        </Tabs.Panel>
      </Tabs.Root>
    </PaneContext>
  );
}
