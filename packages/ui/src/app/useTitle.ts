import { unreadTotal } from '@otr/client';
import { useEffect } from 'react';
import { strings } from '../strings.ts';
import { useView } from './useStore.ts';

/** Tab title and icon: the open room, and how much is unread. */
export function useTitle(roomName: string | undefined): void {
  const unread = useView(unreadTotal);
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
