import type { Batch } from './batch.ts';
import type { Fanout } from './fanout/fanout.ts';
import type { KeyCleanup } from './keyCleanup.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RelayLimits } from './options.ts';
import type { RoomFeed } from './roomFeed.ts';
import type { RoomLive } from './roomLive.ts';
import type { RoomNews } from './roomNews.ts';
import type { RoomRates } from './roomRates.ts';
import type { Storage } from './storage/storage.ts';

/** What a relay is made of, as its handlers see it. */
export interface RelayParts {
  readonly storage: Storage;
  readonly batch: Batch;
  readonly fanout: Fanout;
  readonly live: RoomLive;
  readonly feed: RoomFeed;
  readonly news: RoomNews;
  readonly cleanup: KeyCleanup;
  readonly roomRates: RoomRates;
  readonly limits: RelayLimits;
  readonly metrics: Metrics;
  readonly log: Log;
}
