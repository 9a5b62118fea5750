import { CheckedAppend, ok, type RelayRequest, type RelayUpEvent, type Result, refuse } from '@otr/protocol';
import type { z } from 'zod';
import type { Connection } from './connection.ts';
import type { Route } from './handlers/route.ts';
import { routes } from './handlers/routes.ts';
import { faultFields } from './log.ts';
import type { RelayParts } from './relayParts.ts';
import { StorageFailure } from './storage/storage.ts';

type Acknowledge = (result: Result<unknown>) => void;

/** The one gate of the relay wire: every event of every connection passes here, whatever it is. */
export function receive(relay: RelayParts, connection: Connection, packet: readonly unknown[]): void {
  const [event, request] = packet;
  if (connection.isHopeless) {
    relay.log('slowReaderClosed');
    relay.metrics.count('slowReadersCut');
    connection.cut();
    return;
  }
  const acknowledge = acknowledgeBy(relay, connection, packet);
  const limited = take(connection, 1);
  if (limited) acknowledge(limited);
  else if (!isKnown(event)) acknowledge(refuse('unknownEvent', 'The relay does not know this event.'));
  else connection.order.add(() => pass(relay, connection, routes[event], request, acknowledge));
}

/** Answers, and counts what was refused. */
function acknowledgeBy(relay: RelayParts, connection: Connection, packet: readonly unknown[]): Acknowledge {
  const [, request] = packet;
  const last = packet.at(-1);
  return (result) => {
    if (!result.ok) relay.metrics.refused(result.error.code);
    const seq = result.ok ? seqOf(result.value) : undefined;
    // Those of a batch go together (rule L10), in a frame of their own (rule W5).
    if (request instanceof CheckedAppend && seq !== undefined) {
      connection.acknowledgeAppend(request.acknowledgementId, seq);
    } else if (typeof last === 'function') last(result);
  };
}

function seqOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('seq' in value)) return undefined;
  return typeof value.seq === 'number' ? value.seq : undefined;
}

/** Returns a promise where the connection's later requests have to wait for this one. */
function pass<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: unknown,
  acknowledge: Acknowledge,
): Promise<void> | undefined {
  const admitted = admit(relay, connection, route, request);
  if (!admitted.ok) {
    acknowledge(admitted);
    return undefined;
  }
  try {
    const handled = route.handle(relay, connection, admitted.value, acknowledge);
    const done = handled?.catch((error: unknown) => acknowledge(faulty(relay, error)));
    return route.holdsLater ? done : undefined;
  } catch (error) {
    acknowledge(faulty(relay, error));
    return undefined;
  }
}

/** Parsed, within the rate and inside its room: a request that a handler may see. */
function admit<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: unknown,
): Result<RelayRequest<Event>> {
  const parsed = route.parse.safeParse(request);
  if (!parsed.success) return refuse('badRequest', sentenceOf(parsed.error));
  const limited = take(connection, route.cost(parsed.data));
  if (limited) return limited;
  if (route.needs === 'entered' && relay.live.accessOf(connection, parsed.data.room) === undefined) {
    return refuse('notAuthorised', 'This connection has not entered the room.');
  }
  return ok(parsed.data);
}

function take(connection: Connection, cost: number) {
  const wait = connection.take(cost);
  if (wait === 0) return undefined;
  return refuse('rateLimited', 'Too many requests. Wait, then try again.', { retryAfter: wait });
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
