import { faultFields } from '../log.ts';
import { answerPresenceAsked, forgetNode, hearPresence } from '../presence.ts';
import type { RelayParts } from '../relayParts.ts';
import type { FanoutListener, RoomEvent } from './fanout.ts';

/** What a node does with the events of the others. */
export function hearing(relay: RelayParts): FanoutListener {
  return {
    event: (event, node) => hear(relay, event, node),
    nodeGone: (node) => forgetNode(relay, node),
  };
}

function hear(relay: RelayParts, event: RoomEvent, node: string): void {
  switch (event.kind) {
    case 'entries':
      relay.feed.told(event.room, event.last, event.packed);
      break;
    case 'presence':
      hearPresence(relay, node, event);
      break;
    case 'presenceAsked':
      answerPresenceAsked(relay, event.room).catch((error: unknown) =>
        relay.log('internalError', faultFields(error)),
      );
      break;
    default:
      relay.news.hear(event);
  }
}
