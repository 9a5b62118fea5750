import { useSyncExternalStore } from 'react';

/** Where the page is: `#/room/<room>` or `#/room/<room>/<message>`. Everything else is the list of rooms. */
export interface Route {
  readonly room: string | null;
  readonly message: string | null;
}

const id = /^[A-Za-z0-9_-]{1,64}$/;

export function parseRoute(hash: string): Route {
  const [root, room = '', message = ''] = hash.replace(/^#\/?/, '').split('/');
  if (root !== 'room' || !id.test(room)) return { room: null, message: null };
  return { room, message: id.test(message) ? message : null };
}

export function routeHash(room: string | null, message: string | null = null): string {
  if (room === null) return '#/';
  return message === null ? `#/room/${room}` : `#/room/${room}/${message}`;
}

/** A link that opens at a room or message, on this computer only. */
export function routeAddress(room: string, message: string | null = null): string {
  return `${location.origin}${location.pathname}${routeHash(room, message)}`;
}

export function goTo(room: string | null, message: string | null = null): void {
  const hash = routeHash(room, message);
  const go = () => {
    location.hash = hash;
  };
  // Once more to the same message: the page has to see another address in between.
  const again = message !== null && location.hash === hash;
  if (!again) go();
  else {
    replaceRoute(room);
    setTimeout(go);
  }
}

/** As `goTo`, without a step in the browser's history. */
export function replaceRoute(room: string | null): void {
  history.replaceState(null, '', routeHash(room));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The address' fragment; a string, so that it is equal as long as nothing changed. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}
