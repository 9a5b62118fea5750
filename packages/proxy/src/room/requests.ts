import { limits, ok, type Result, refuse } from '@otr/protocol';
import type { TimelineFrom, TimelinePage } from '../store/timelineTable.ts';
import type { OpenRoom } from './openRoom.ts';
import { queueContent } from './queue.ts';
import type { RoomSession } from './roomSession.ts';
import { readableOrder } from './roomView.ts';

type Done = Result<Record<string, never>>;

/** Own envelopes of one room that may wait for the relay. */
const queueLimit = 10_000;
/** A payload's JSON that always fits an envelope's body after padding (M3). */
const jsonLimit = limits.body * 0.85;
/** How long leaving waits for the relay before it says so. Milliseconds. */
const leaveTimeout = 10_000;

/** Stored first, then sent; the same id again is the same message. */
export function sendText(session: RoomSession, id: string, text: string): Result<{ id: string }> {
  const { stored, outbox } = session.memory;
  if (stored.leaving) return refuse('roomNotFound', 'You are leaving this room.');
  if (outbox.items.length >= queueLimit) {
    return refuse(
      'rateLimited',
      `${queueLimit} messages wait for the relay. Send more when it has taken some.`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(text)) > jsonLimit) {
    return refuse('tooLarge', 'This text is too long for one message. Send it in parts.');
  }
  const done = session.step('queued', (draft) =>
    queueContent(session.parts, draft, { kind: 'text', text }, id),
  );
  return done.ok ? ok({ id }) : done;
}

/** The members are told in the log, later joiners by the room info. */
export function rename(session: RoomSession, name: string): Done {
  const { parts } = session;
  return session.step('renamed', (draft) => {
    const nameAt = Math.max(parts.now(), draft.stored.nameAt + 1);
    draft.stored = parts.store.rooms.change(draft.stored, { name, nameAt, infoPending: true });
    queueContent(parts, draft, { kind: 'roomName', name });
  });
}

/**
 * Says goodbye, removes the key, then forgets everything. What cannot be done now is done when the relay is back; who
 * asks a second time does not wait for that.
 */
export async function leave(open: OpenRoom): Promise<Done> {
  const { session } = open;
  const { parts } = session;
  const { log, stored, sync } = session.memory;
  if (log?.joinedAt == null || stored.reason !== null) return giveUp(open);
  const wanted = session.step('leaving', (draft) => {
    if (draft.stored.leaving) return;
    draft.stored = parts.store.rooms.change(draft.stored, { leaving: true });
    queueContent(parts, draft, { kind: 'leave' });
  });
  if (!wanted.ok) return wanted;
  const gone = sync.phase !== 'away' && (await session.waitUntilClosed(leaveTimeout));
  if (gone) return ok({});
  if (stored.leaving) return giveUp(open);
  return refuse(
    'relayUnreachable',
    'The relay cannot be told that you leave. The room goes away as soon as it answers; leave again to forget it now.',
  );
}

async function giveUp({ session, talk }: OpenRoom): Promise<Done> {
  await talk.sayGone();
  return session.closed ? ok({}) : session.forget();
}

export function timeline(session: RoomSession, from: TimelineFrom, limit: number): Result<TimelinePage> {
  const page = session.parts.store.timeline.page(session.parts.number, from, limit);
  return page ? ok(page) : refuse('messageNotFound', 'This message is not in the room, or not any more.');
}

export function markRead(session: RoomSession, order: number): Done {
  const { parts, memory } = session;
  const readOrder = Math.max(memory.stored.readOrder, readableOrder(memory, order));
  if (readOrder === memory.stored.readOrder && !memory.stored.alarm) return ok({});
  const done = session.step('read', (draft) => {
    draft.stored = parts.store.rooms.change(draft.stored, { readOrder, alarm: false });
  });
  session.recount();
  return done;
}

export function setDraft(session: RoomSession, text: string): Done {
  const { parts } = session;
  return session.step('drafted', (draft) => {
    draft.stored = parts.store.rooms.setDraft(draft.stored, text);
  });
}
