import { ok, refuse } from '@otr/protocol';
import { type Handle, stored } from './route.ts';

export const putRoomInfo: Handle<'putRoomInfo'> = (relay, _connection, request, answer) => {
  relay.batch.submit({ kind: 'roomInfo', ...request }, (written) => answer(stored(written)));
};

/** A member's mark: kept, the latest wins, and told to the others. */
export const mark: Handle<'mark'> = (relay, connection, request, answer) => {
  if (!relay.live.answersFor(connection, request.room, request.publicKey)) {
    return answer(refuse('notAuthorised', 'This connection does not answer for the key.'));
  }
  relay.batch.submit({ kind: 'mark', ...request }, (written) => {
    answer(stored(written));
    if (written.outcome === 'stored') {
      relay.fanout.publish({ kind: 'mark', message: request, except: connection.id });
    }
  });
};

/** Fanned out and forgotten. */
export const volatile: Handle<'volatile'> = (relay, connection, request, answer) => {
  relay.fanout.publish({ kind: 'volatile', message: request, except: connection.id });
  answer(ok({}));
};
