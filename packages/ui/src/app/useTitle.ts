import { unreadTotal } from '@otr/client';
import type { RoomSummary } from '@otr/protocol';
import { useEffect } from 'react';
import { strings } from '../strings.ts';
import { usePageActive } from './usePageActive.ts';
import { useView } from './useStore.ts';

/** Tab title and icon: the open room, and how much is unread; what is said before the person's eyes is not. */
export function useTitle(room: RoomSummary | undefined): void {
  const active = usePageActive();
  const unread = useView(unreadTotal) - (active ? (room?.unread ?? 0) : 0);
  const roomName = room?.name;
  useEffect(() => {
    const name = roomName === undefined ? strings.appName : `${roomName} · ${strings.appName}`;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    const icon = unread > 0 ? './favicon-unread.svg' : './favicon.svg';
    document.querySelector('link[rel="icon"]')?.setAttribute('href', icon);
  }, [roomName, unread]);

  // A profile that is locked tells nothing, in its title neither.
  useEffect(
    () => () => {
      document.title = strings.appName;
    },
    [],
  );
}
