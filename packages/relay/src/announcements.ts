import type { Announce } from './batch.ts';
import { mapKey } from './bytes.ts';
import type { RoomFeed } from './roomFeed.ts';
import type { RoomNews } from './roomNews.ts';
import type { LogEntry } from './storage/logEntry.ts';
import type { Write, Written } from './storage/write.ts';

/** What rooms are told of the writes of a batch: entries as one frame a room (rule L10), then everything else. */
export function announcements(feed: RoomFeed, news: RoomNews): Announce {
  return (made) => {
    const appended = new Map<string, { room: Uint8Array; entries: LogEntry[] }>();
    for (const { write, written } of made) {
      if (written.outcome !== 'appended') continue;
      const name = mapKey(write.room);
      const ofRoom = appended.get(name) ?? { room: write.room, entries: [] };
      ofRoom.entries.push(written.entry);
      appended.set(name, ofRoom);
    }
    for (const { room, entries } of appended.values()) feed.appended(room, entries);
    for (const { write, written } of made) tell(news, write, written);
  };
}

function tell(news: RoomNews, write: Write, written: Written): void {
  switch (write.kind) {
    case 'commit':
      if (written.outcome === 'appended') tellAdmitted(news, write, written);
      break;
    case 'knock':
      if (written.outcome === 'stored') tellKnock(news, write, written.access);
      break;
    case 'dismissKnock':
    case 'removeInvite':
      if (written.outcome === 'stored') tellDismissed(news, write, written);
      break;
  }
}

function tellAdmitted(
  news: RoomNews,
  { room, welcomes }: Extract<Write, { kind: 'commit' }>,
  { entry, admitted }: Extract<Written, { outcome: 'appended' }>,
): void {
  const ids = new Set(admitted.map(mapKey));
  for (const { knock, sealed } of welcomes) {
    // The members know it by the commit.
    if (!ids.has(mapKey(knock))) continue;
    news.tell({ kind: 'welcome', message: { room, id: knock, seq: entry.seq, sealed } });
  }
}

/** `access` is the room's current epoch as the store has it: a node may not have heard of the last commit yet. */
function tellKnock(news: RoomNews, write: Extract<Write, { kind: 'knock' }>, access: number): void {
  const { room, id, invite, keyPackageRef, sealed } = write;
  news.tell({ kind: 'knock', message: { room, knock: { id, invite, keyPackageRef, sealed } }, access });
}

function tellDismissed(
  news: RoomNews,
  { room }: Extract<Write, { kind: 'dismissKnock' | 'removeInvite' }>,
  { endedKnocks, access }: Extract<Written, { outcome: 'stored' }>,
): void {
  for (const id of endedKnocks) {
    news.tell({ kind: 'knockDismissed', message: { room, id } });
    news.tell({ kind: 'knockEnded', message: { room, id }, access });
  }
}
