import { sessionPaths } from '@otr/protocol';

/** What answers a request that was admitted. */
export type Route =
  | { does: 'page'; method: 'GET'; path: string }
  | { does: 'challenge'; method: 'POST'; path: string }
  | { does: 'token'; method: 'POST'; path: string }
  | { does: 'socket'; method: 'GET'; path: string };

export const socketPath = '/socket.io/';

/** Every local route: nothing else is answered. `pagePaths` are those of the files of the built page. */
export function routeTable(pagePaths: Iterable<string>): readonly Route[] {
  return [
    { does: 'challenge', method: 'POST', path: sessionPaths.challenge },
    { does: 'token', method: 'POST', path: sessionPaths.token },
    { does: 'socket', method: 'GET', path: socketPath },
    ...Array.from(pagePaths, (path) => ({ does: 'page', method: 'GET', path }) as const),
  ];
}

/** Local programs on the socket file need no page and no token. */
export const socketFileRoutes: readonly Route[] = [{ does: 'socket', method: 'GET', path: socketPath }];
