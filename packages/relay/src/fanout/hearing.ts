import type { RelayParts } from '../relayParts.ts';
import type { FanoutListener } from './fanout.ts';

/** What a node does with the events of the others. */
export function hearing({ feed, news }: Pick<RelayParts, 'feed' | 'news'>): FanoutListener {
  return (event) => {
    if (event.kind === 'entries') feed.told(event.room, event.last, event.packed);
    else news.hear(event);
  };
}
