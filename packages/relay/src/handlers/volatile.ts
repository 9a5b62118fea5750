import { ok, refuse } from '@otr/protocol';
import type { Handle } from './route.ts';

/** Fanned out and forgotten. Only members of the newest epoch that this node knows of may (rule A3). */
export const volatile: Handle<'volatile'> = (relay, connection, request, answer) => {
  const access = relay.live.accessOf(connection, request.room) ?? -1;
  if (access < relay.live.roomAccess(request.room)) {
    return answer(refuse('epochEnded', 'A commit has ended this epoch. Read on to it, then enter anew.'));
  }
  relay.news.tell({ kind: 'volatile', message: request, access }, connection.id);
  answer(ok({}));
};
