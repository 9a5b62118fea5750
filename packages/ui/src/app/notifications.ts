import type { Store } from '@otr/client';
import type { MessageRow, Row } from '@otr/protocol';
import { useEffect } from 'react';
import { strings } from '../strings.ts';
import { readPreferences } from './preferences.ts';
import { goTo } from './route.ts';
import { isPageActive } from './usePageActive.ts';
import { useStore } from './useStore.ts';

/** Characters of a message that a notification shows, where the person chose to show any. */
const shownCharacters = 160;

function show(store: Store, messages: readonly MessageRow[]): void {
  const last = messages.at(-1);
  const { notify } = readPreferences();
  if (last === undefined || notify === 'off' || isPageActive()) return;
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const room = store.getSnapshot().rooms.find((candidate) => candidate.room === last.room);
  const several =
    messages.length > 1 ? strings.notification.several(messages.length) : strings.notification.body;
  const body = notify === 'text' ? last.text.slice(0, shownCharacters) : several;
  // One notification a room: the next takes its place.
  const notification = new Notification(strings.notification.title(last.name, room?.name ?? ''), {
    body,
    tag: last.room,
    icon: './favicon.svg',
  });
  notification.onclick = () => {
    window.focus();
    goTo(last.room, last.id);
    notification.close();
  };
}

/** Notifies of others' messages that come in while the page is not in front. */
export function useNotifications(): void {
  const store = useStore();
  useEffect(() => {
    const newest = new Map<string, number>();
    return store.client.on('rows', ({ room, rows }) => {
      const readOrder =
        store.getSnapshot().rooms.find((candidate) => candidate.room === room)?.readOrder ?? 0;
      const before = Math.max(newest.get(room) ?? 0, readOrder);
      const fresh = rows.filter((row: Row) => row.kind === 'message' && !row.own && row.order > before);
      const messages = fresh.flatMap((row) => (row.kind === 'message' ? [row] : []));
      newest.set(room, Math.max(before, ...messages.map(({ order }) => order)));
      show(store, messages);
    });
  }, [store]);
}
