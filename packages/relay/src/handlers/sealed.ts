import { ok, refuse } from '@otr/protocol';
import { byOf, type Handle, stored } from './route.ts';

export const putRoomInfo: Handle<'putRoomInfo'> = async (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room);
  answer(stored(await relay.batch.written({ kind: 'putRoomInfo', ...request, by }, connection.id)));
};

/** A member's mark: kept, the latest wins, and told to the others. */
export const mark: Handle<'mark'> = (relay, connection, request, answer) => {
  const by = byOf(relay, connection, request.room, request.publicKey);
  relay.batch.submit({ kind: 'mark', ...request, by }, (written) => answer(stored(written)), connection.id);
};

/** Fanned out and forgotten. Only members of the newest epoch that this node knows of may (rule A3). */
export const volatile: Handle<'volatile'> = (relay, connection, request, answer) => {
  const access = relay.live.accessOf(connection, request.room) ?? -1;
  if (access < relay.live.roomAccess(request.room)) {
    return answer(refuse('epochEnded', 'A commit has ended this epoch. Read on to it, then enter anew.'));
  }
  relay.news.tell({ kind: 'volatile', message: request, access }, connection.id);
  answer(ok({}));
};
