import { ok, type RelayRequest, type RelayUpEvent, type Result, refuse } from '@otr/protocol';
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
  const last = packet.at(-1);
  const acknowledge: Acknowledge = typeof last === 'function' ? (result) => last(result) : () => {};
  if (connection.isHopeless) {
    relay.log('slowReaderClosed');
    connection.cut();
    return;
  }
  const limited = take(connection, 1);
  if (limited) acknowledge(limited);
  else if (isKnown(event)) pass(relay, connection, routes[event], request, acknowledge);
  else acknowledge(refuse('unknownEvent', 'The relay does not know this event.'));
}

function pass<Event extends RelayUpEvent>(
  relay: RelayParts,
  connection: Connection,
  route: Route<Event>,
  request: unknown,
  acknowledge: Acknowledge,
): void {
  const admitted = admit(connection, route, request);
  if (!admitted.ok) {
    acknowledge(admitted);
    return;
  }
  try {
    route.handle(relay, connection, admitted.value, acknowledge);
  } catch (error) {
    acknowledge(faulty(relay, error));
  }
}

/** Parsed, within the rate and inside its room: a request that a handler may see. */
function admit<Event extends RelayUpEvent>(
  connection: Connection,
  route: Route<Event>,
  request: unknown,
): Result<RelayRequest<Event>> {
  const parsed = route.parse.safeParse(request);
  if (!parsed.success) return refuse('badRequest', sentenceOf(parsed.error));
  const limited = take(connection, route.cost(parsed.data));
  if (limited) return limited;
  if (route.needsRoom && !connection.hasEntered(parsed.data.room)) {
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

/** A failing disk is an expected outcome; anything else is a bug, which stops this request and nothing else. */
function faulty(relay: RelayParts, error: unknown) {
  if (error instanceof StorageFailure) {
    relay.log('storageFailed', { reason: error.message });
    return refuse('storageFailed', 'The relay could not read its store. Try again later.');
  }
  relay.log('internalError', faultFields(error));
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
