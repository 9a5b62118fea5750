import { type RelayResult, type RelayUpEvent, refuse, relayResultOf, relayUp } from '@otr/protocol';
import type { z } from 'zod';

/** The schema of each request's answer. */
const answers = new Map<RelayUpEvent, z.ZodType>(
  (Object.keys(relayUp) as RelayUpEvent[]).map((event) => [event, relayResultOf(event)]),
);

/** W2: an answer that does not fit counts as a refusal. */
export function parseAnswer<Event extends RelayUpEvent>(event: Event, answer: unknown): RelayResult<Event> {
  const parsed = answers.get(event)?.safeParse(answer);
  if (parsed?.success) return quoted(parsed.data as RelayResult<Event>);
  return refuse('internal', 'The relay gave an answer that does not fit the protocol. Use another relay.');
}

/** A refusal's sentence is shown to a person: it must not pass for one of our own. */
function quoted<Event extends RelayUpEvent>(answer: RelayResult<Event>): RelayResult<Event> {
  if (answer.ok) return answer;
  return { ok: false, error: { ...answer.error, message: `The relay says: ${answer.error.message}` } };
}
