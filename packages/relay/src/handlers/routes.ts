import { CheckedAppend, type RelayUpEvent, relayUp } from '@otr/protocol';
import { z } from 'zod';
import { createRoom, enterRoom, exitRoom } from './access.ts';
import { commit } from './commits.ts';
import { allKeys, dismissKnock, knock, putInvite, removeInvite, withdrawKnock } from './invites.ts';
import { append, fetch, setRetention } from './log.ts';
import type { Route } from './route.ts';
import { volatile } from './volatile.ts';

/** One for each 16 KiB. */
const perSize = 16 * 1024;
const free = () => 0;
const some = (cost: number) => () => cost;
const byLength = (parts: readonly { readonly length: number }[]) =>
  parts.reduce((bytes, { length }) => bytes + length, 0) / perSize;

/** Checked where its frame was decoded, once; in another frame it has not come (rule W5). */
const checkedAppend = z.instanceof(CheckedAppend);

const [nothing, entered] = ['nothing', 'entered'] as const;

/** Every event that a proxy may send, with who may send it and what it takes from the connection's rate. */
export const routes: { readonly [Event in RelayUpEvent]: Route<Event> } = {
  createRoom: { parse: relayUp.createRoom.request, needs: nothing, cost: some(50), handle: createRoom },
  enterRoom: {
    parse: relayUp.enterRoom.request,
    needs: nothing,
    cost: some(1),
    handle: enterRoom,
    holdsLater: true,
  },
  exitRoom: { parse: relayUp.exitRoom.request, needs: entered, cost: free, handle: exitRoom },
  /** Of who knocks too. */
  allKeys: { parse: relayUp.allKeys.request, needs: nothing, cost: free, handle: allKeys },
  append: {
    parse: checkedAppend,
    needs: entered,
    cost: ({ slices, body }) => {
      let bytes = body.length;
      for (const { ciphertext } of slices) bytes += ciphertext.length;
      return bytes / perSize;
    },
    takesFromRoom: 'plain',
    handle: append,
  },
  commit: {
    parse: relayUp.commit.request,
    needs: entered,
    cost: ({ body, welcomes }) => 2 + byLength([body, ...welcomes.map(({ sealed }) => sealed)]),
    takesFromRoom: 'commit',
    handle: commit,
  },
  /** One after the other: their answers are large, and a connection that does not read them gets no more. */
  fetch: {
    parse: relayUp.fetch.request,
    needs: entered,
    cost: ({ limit }) => limit / 250,
    handle: fetch,
    holdsLater: true,
  },
  volatile: {
    parse: relayUp.volatile.request,
    needs: entered,
    cost: free,
    takesFromRoom: 'plain',
    handle: volatile,
  },
  setRetention: { parse: relayUp.setRetention.request, needs: entered, cost: some(4), handle: setRetention },
  putInvite: { parse: relayUp.putInvite.request, needs: entered, cost: some(4), handle: putInvite },
  removeInvite: { parse: relayUp.removeInvite.request, needs: entered, cost: some(1), handle: removeInvite },
  knock: {
    parse: relayUp.knock.request,
    needs: nothing,
    cost: ({ sealed }) => 4 + byLength([sealed]),
    handle: knock,
  },
  withdrawKnock: {
    parse: relayUp.withdrawKnock.request,
    needs: nothing,
    cost: some(1),
    handle: withdrawKnock,
  },
  dismissKnock: { parse: relayUp.dismissKnock.request, needs: entered, cost: some(1), handle: dismissKnock },
};
