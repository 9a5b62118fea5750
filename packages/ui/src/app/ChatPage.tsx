import type { Profile } from '@otr/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ComposerHandle } from '../composer/Composer.tsx';
import { DetailsPane, type DetailsTab } from '../details/DetailsPane.tsx';
import { Dialogs } from '../dialogs/Dialogs.tsx';
import { Modal } from '../dialogs/Modal.tsx';
import { RoomPane } from '../rooms/RoomPane.tsx';
import { strings } from '../strings.ts';
import { useWordsNews } from '../trust/useWordsNews.ts';
import { Banner } from './Banner.tsx';
import { DialogContext, type DialogState, WhisperContext, WritingContext } from './dialogs.ts';
import { useNotifications } from './notifications.ts';
import { setPreferences, usePreferences } from './preferences.ts';
import { RoomsPane } from './RoomsPane.tsx';
import { goTo } from './route.ts';
import { FirstRoom, NoRoomOpen } from './screens.tsx';
import { threePanes, twoPanes, useMediaQuery } from './useMediaQuery.ts';
import { useRoute } from './useRoute.ts';
import { useShortcuts } from './useShortcuts.ts';
import { useView } from './useStore.ts';
import { useTitle } from './useTitle.ts';
import './layout.css';

/** The page once it is connected and has a name: rooms, the open room, its members. */
export function ChatPage({ profile }: { profile: Profile }) {
  const connection = useView((view) => view.connection);
  const relay = useView((view) => view.relay);
  const rooms = useView((view) => view.rooms);
  const route = useRoute(rooms);
  const members = useView((view) => (route.room === null ? undefined : view.members.get(route.room))) ?? [];
  const [dialog, openDialog] = useState<DialogState | null>(null);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [tab, setTab] = useState<DetailsTab>('members');
  const wide = useMediaQuery(threePanes);
  const sideBySide = useMediaQuery(twoPanes);
  const pane = route.room === null && rooms.length > 0 ? 'rooms' : 'room';
  const { membersShown } = usePreferences();
  const composer = useRef<ComposerHandle>(null);
  const room = rooms.find((candidate) => candidate.room === route.room);
  const roomId = room?.room;

  useTitle(room);
  useNotifications();
  useWordsNews();
  useShortcuts({
    switchRoom: () => openDialog({ kind: 'switcher' }),
    search: () => openDialog({ kind: 'search', within: room?.room ?? null }),
    help: () => openDialog({ kind: 'shortcuts' }),
    focusComposer: () => composer.current?.focus(),
    stepRoom: (step) => {
      const index = rooms.findIndex((candidate) => candidate.room === route.room);
      const next = rooms[index === -1 ? 0 : (index + step + rooms.length) % rooms.length];
      if (next !== undefined) goTo(next.room);
    },
  });

  // Whoever opens a room wants to write; on a touch screen that would bring up the keyboard unasked.
  const writeOn = useCallback(() => {
    if (composer.current === null || !matchMedia('(hover: hover)').matches) return false;
    composer.current.focus();
    return true;
  }, []);
  useEffect(() => {
    if (roomId !== undefined) writeOn();
    setDrawerOpen(false);
    setTab('members');
  }, [roomId, writeOn]);

  const detailsShown = wide ? membersShown : drawerOpen;
  const showDetails = (shown: boolean) =>
    wide ? setPreferences({ membersShown: shown }) : setDrawerOpen(shown);
  /** The list takes the focus: it may have been on the screen already. */
  function showMembers() {
    setTab('members');
    showDetails(true);
    setTimeout(() => document.querySelector<HTMLElement>('.memberRows')?.focus(), 50);
  }
  const whisper = useCallback((member: string) => {
    setDrawerOpen(false);
    composer.current?.whisper([member]);
  }, []);
  const details = room !== undefined && (
    <DetailsPane key={room.room} room={room} members={members} tab={tab} onTab={setTab} />
  );

  return (
    <DialogContext value={openDialog}>
      <WritingContext value={writeOn}>
        <WhisperContext value={whisper}>
          <div className="layout" data-pane={pane} data-members={wide && detailsShown}>
            <RoomsPane
              name={profile.name ?? ''}
              rooms={rooms}
              openRoom={route.room}
              alone={!sideBySide && pane === 'rooms'}
            />
            {room !== undefined && (
              <RoomPane
                room={room}
                members={members}
                target={route.message}
                detailsShown={detailsShown}
                onDetails={() => showDetails(!detailsShown)}
                onMembers={showMembers}
                composer={composer}
              />
            )}
            {room === undefined && rooms.length === 0 && (
              <FirstRoom
                name={profile.name ?? ''}
                onCreate={() => openDialog({ kind: 'create' })}
                onJoin={() => openDialog({ kind: 'join' })}
              />
            )}
            {room === undefined && rooms.length > 0 && (
              <NoRoomOpen
                title={route.room === null ? strings.rooms.selectTitle : strings.rooms.notFound}
                text={route.room === null ? strings.rooms.select : strings.rooms.notFoundText}
              />
            )}
            {wide && detailsShown && room !== undefined && (
              <aside className="membersPane" aria-label={strings.details.title}>
                <div className="paneHeader">
                  <h2 className="paneTitle">{strings.details.title}</h2>
                </div>
                {details}
              </aside>
            )}
            <Banner connection={connection} relay={relay} />
          </div>
          {!wide && drawerOpen && room !== undefined && (
            <Modal shape="drawer" title={strings.details.title} onClose={() => setDrawerOpen(false)}>
              {details}
            </Modal>
          )}
          <Dialogs state={dialog} rooms={rooms} openRoom={route.room} open={openDialog} />
        </WhisperContext>
      </WritingContext>
    </DialogContext>
  );
}
