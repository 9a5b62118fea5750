import type { Fanout, KnockerEvent, MemberEvent, RoomEvent } from './fanout/fanout.ts';
import type { RoomLive } from './roomLive.ts';

/** An event that goes to connections as it is. */
export type News = Extract<RoomEvent, { kind: MemberEvent | KnockerEvent }>;

/** Tells a room's connections of this node and, through the fan-out, those of all others. */
export class RoomNews {
  readonly #live: RoomLive;
  readonly #fanout: Fanout;

  constructor(live: RoomLive, fanout: Fanout) {
    this.#live = live;
    this.#fanout = fanout;
  }

  /** `except` is the id of a connection that is not told: it is the one that told. */
  tell(news: News, except?: string): void {
    this.hear(news, except);
    this.#fanout.publish(news);
  }

  /** What another node told. */
  hear(news: News, except?: string): void {
    switch (news.kind) {
      case 'welcome':
      case 'knockDismissed':
        this.#tellKnocker(news);
        break;
      default:
        this.#tellMembers(news, except);
    }
  }

  /** Rule A4: a reader of a former epoch hears nothing but its log. */
  #tellMembers(news: Extract<News, { kind: MemberEvent }>, except: string | undefined): void {
    const { room } = news.message;
    const current = this.#live.roomAccess(room);
    // From a node that has not heard of the commit yet, by somebody whom it may have removed.
    if (news.kind === 'volatile' && news.access < current) return;
    const needed = Math.max(news.access, current);
    for (const [listener, { access }] of this.#live.listeners(room)) {
      if (access >= needed && listener.id !== except) listener.sendLive(news.kind, news.message);
    }
    // Who waits to be let in answers for its key package too (rule N4).
    if (news.kind !== 'keyCleanup') return;
    for (const knocker of this.#live.knockers(room)) knocker.sendLive(news.kind, news.message);
  }

  #tellKnocker(news: Extract<News, { kind: KnockerEvent }>): void {
    const { room, id } = news.message;
    this.#live.knocker(room, id)?.sendLive(news.kind, news.message);
    this.#live.knockEnded(room, id);
  }
}
