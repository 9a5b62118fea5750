import { type AppendFrame, type RelayRequest, type RelayUpEvent, type Result, refuse } from '@otr/protocol';
import type { z } from 'zod';
import type { Connection } from './connection.ts';
import type { Answer, Route } from './handlers/route.ts';
import { routes } from './handlers/routes.ts';
import { faultFields } from './log.ts';
import type { RelayParts } from './relayParts.ts';
import type { RoomShare } from './roomRates.ts';
import { StorageFailure } from './storage/storage.ts';

type Acknowledge = (result: Result<unknown>) => void;

/** The gate of the relay wire: every event of every connection passes here, whatever it is, but appends. */
export function receive(relay: RelayParts, connection: Connection, packet: readonly unknown[]): void {
  if (isCut(relay, connection)) return;
  if (connection.postpones(() => receive(relay, connection, packet))) return;
  connection.arrived();
  const [event, request] = packet;
  const acknowledge = acknowledgeBy(relay, packet.at(-1));
  const limited = take(connection, 1);
  if (limited) acknowledge(limited);
  else if (!isKnown(event)) acknowledge(refuse('unknownEvent', 'The relay does not know this event.'));
  else pass(relay, connection, routes[event], request, acknowledge);
}

/** The same gate for appends, which come in frames of their own (rule W5), checked where they were decoded. */
export function receiveAppend(relay: RelayParts, connection: Connection, append: AppendFrame): void {
  if (isCut(relay, connection)) return;
  if (connection.postpones(() => receiveAppend(relay, connection, append))) return;
  connection.arrived();
  const { acknowledgementId, request } = append;
  const answer: Answer<'append'> = (result) => {
    if (!result.ok) relay.metrics.refused(result.error.code);
    connection.answerAppend(acknowledgementId, result);
  };
  const limited = take(connection, 1);
  if (limited) answer(limited);
  else if (request === undefined) answer(refuse('badRequest', 'The request to append is beyond its bounds.'));
  else enqueue(relay, connection, routes.append, request, answer);
}

/** Frames that ask for nothing: they take from the rate like those that do. */
export function receiveHeartbeat(relay: RelayParts, connection: Connection): void {
  if (!isCut(relay, connection)) take(connection, 1);
}

/** Who asks for more without reading what it was given is cut off; what it asked for and is not done yet is dropped. */
function isCut(relay: RelayParts, connection: Connection): boolean {
  if (connection.isOver) return true;
  if (!connection.isHopeless) return false;
  relay.log('slowReaderClosed');
  relay.metrics.count('slowReadersCut');
  connection.cut();
  return true;
}

/** Answers once, and counts what was refused. */
function acknowledgeBy(relay: RelayParts, last: unknown): Acknowledge {
  return (result) => {
    if (!result.ok) relay.metrics.refused(result.error.code);
    if (typeof last === 'function') last(result);
  };
}

function pass<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: unknown,
  acknowledge: Acknowledge,
): void {
  try {
    const parsed = route.parse.safeParse(request);
    if (parsed.success) enqueue(relay, connection, route, parsed.data, acknowledge);
    else acknowledge(refuse('badRequest', sentenceOf(parsed.error)));
  } catch (error) {
    acknowledge(faulty(relay, error));
  }
}

/** A request that fits its schema. What it costs is taken before it waits for others, so that few large ones wait. */
function enqueue<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: RelayRequest<Event>,
  answer: Answer<Event>,
): void {
  const limited = take(connection, route.cost(request));
  if (limited) answer(limited);
  else connection.order.add(() => handle(relay, connection, route, request, answer));
}

/** Returns a promise where the connection's later requests have to wait for this one. */
function handle<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: RelayRequest<Event>,
  answer: Answer<Event>,
): Promise<void> | undefined {
  // The answers to those before it may be unread.
  if (isCut(relay, connection)) return undefined;
  try {
    if (route.needs === 'entered' && relay.live.accessOf(connection, request.room) === undefined) {
      answer(refuse('notAuthorised', 'This connection has not entered the room.'));
      return undefined;
    }
    const limited = route.takesFromRoom && takeOfRoom(relay, request.room, route.takesFromRoom);
    if (limited) {
      answer(limited);
      return undefined;
    }
    const handled = route.handle(relay, connection, request, answer);
    const done = handled?.catch((error: unknown) => answer(faulty(relay, error)));
    return route.holdsLater ? done : undefined;
  } catch (error) {
    answer(faulty(relay, error));
    return undefined;
  }
}

function take(connection: Connection, cost: number) {
  const wait = connection.take(cost);
  if (wait === 0) return undefined;
  connection.wasLimited();
  return refuse('rateLimited', 'Too many requests. Wait, then try again.', { retryAfter: wait });
}

/** Rule L13. Not the connection's own fault: it is not paced for it. */
function takeOfRoom(relay: RelayParts, room: Uint8Array, share: RoomShare) {
  const wait = relay.roomRates.take(room, share, Date.now());
  if (wait === 0) return undefined;
  return refuse('rateLimited', 'Too much happens in this room. Wait, then try again.', { retryAfter: wait });
}

function isKnown(event: unknown): event is RelayUpEvent {
  return typeof event === 'string' && Object.hasOwn(routes, event);
}

/** A failing store is an expected outcome; anything else is a bug, which stops this request and nothing else. */
function faulty(relay: RelayParts, error: unknown) {
  if (error instanceof StorageFailure) {
    relay.log('storageFailed', { reason: error.message });
    relay.metrics.count('storageFailures');
    return refuse('storageFailed', 'The relay could not read its store. Try again later.');
  }
  relay.log('internalError', faultFields(error));
  relay.metrics.count('internalErrors');
  return refuse('internal', 'The relay has a fault. Try again later.');
}

function sentenceOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  return `The request does not fit its schema${place && ` at ${place}`}: ${issue?.message ?? 'invalid'}.`.slice(
    0,
    400,
  );
}
