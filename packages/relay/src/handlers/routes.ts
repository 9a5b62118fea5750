import { type RelayUpEvent, relayUp } from '@otr/protocol';
import { createRoom, enterRoom, exitRoom } from './access.ts';
import { allKeys, registerKey, removeKey } from './keys.ts';
import { append, fetch } from './log.ts';
import type { Route } from './route.ts';
import { mark, putRoomInfo, volatile } from './sealed.ts';

/** One for each 16 KiB of an envelope. */
const perSize = 16 * 1024;
const free = () => 0;
const some = (cost: number) => () => cost;

/** Every event that a proxy may send, with who may send it and what it takes from the connection's rate. */
export const routes: { readonly [Event in RelayUpEvent]: Route<Event> } = {
  createRoom: { parse: relayUp.createRoom.request, needsRoom: false, cost: some(4), handle: createRoom },
  enterRoom: { parse: relayUp.enterRoom.request, needsRoom: false, cost: some(1), handle: enterRoom },
  exitRoom: { parse: relayUp.exitRoom.request, needsRoom: true, cost: free, handle: exitRoom },
  registerKey: { parse: relayUp.registerKey.request, needsRoom: true, cost: some(4), handle: registerKey },
  removeKey: { parse: relayUp.removeKey.request, needsRoom: true, cost: free, handle: removeKey },
  allKeys: { parse: relayUp.allKeys.request, needsRoom: true, cost: free, handle: allKeys },
  append: {
    parse: relayUp.append.request,
    needsRoom: true,
    cost: ({ slices, body }) =>
      slices.reduce((bytes, slice) => bytes + slice.ciphertext.length, body?.length ?? 0) / perSize,
    handle: append,
  },
  fetch: { parse: relayUp.fetch.request, needsRoom: true, cost: ({ limit }) => limit / 250, handle: fetch },
  putRoomInfo: { parse: relayUp.putRoomInfo.request, needsRoom: true, cost: some(4), handle: putRoomInfo },
  mark: { parse: relayUp.mark.request, needsRoom: true, cost: free, handle: mark },
  volatile: { parse: relayUp.volatile.request, needsRoom: true, cost: free, handle: volatile },
};
