import { viewOf } from '../../src/core/group/view.ts';
import { toText } from '../../src/core/text.ts';
import { keptIn } from '../../src/room/records.ts';
import type { Person } from './person.ts';

/**
 * All that members do by themselves after joining is done and known to all: each has renewed its keys (C3), and its
 * present leaf has shown itself to everyone else (D3). The log stays as it is until somebody does something.
 */
export async function introduced(room: string, ...people: Person[]): Promise<void> {
  for (const who of people) await who.until(() => hasIntroducedItself(who, room));
  const head = Math.max(...people.map((who) => cursorOf(who, room)));
  for (const who of people) await who.until(() => cursorOf(who, room) >= head);
}

function hasIntroducedItself(who: Person, room: string): boolean {
  const kept = keptBy(who, room);
  const { group, keyAge, commit } = kept;
  if (!group || keyAge.renewedAt === null || commit) return false;
  return kept.isOutboxEmpty && kept.who.told.size === viewOf(group).members.size - 1;
}

function cursorOf(who: Person, room: string): number {
  return keptBy(who, room).log?.cursor ?? 0;
}

/** What is on the person's disk: no client is told how far that has got. */
function keptBy({ store }: Person, room: string) {
  const stored = store.rooms.all().find((one) => toText(one.room) === room);
  if (!stored) throw new Error('not in this room');
  const isOutboxEmpty = store.outbox.of(stored.number).length === 0;
  return { ...keptIn(store.records.load(stored.number)), isOutboxEmpty };
}
