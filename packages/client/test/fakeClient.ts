import {
  type LocalEvent,
  type LocalRequest,
  type LocalResponse,
  type LocalUpEvent,
  ok,
  type Result,
} from '@otr/protocol';
import { listeners } from '../src/listeners.ts';
import type { Connection, LocalClient } from '../src/localClient.ts';

export interface FakeClient extends LocalClient {
  /** Requests in order. */
  readonly asked: [event: LocalUpEvent, data: unknown][];
  /** What such a request is answered with from now on; `{}` until told. */
  answer<Event extends LocalUpEvent>(
    event: Event,
    how: (data: LocalRequest<Event>) => Result<LocalResponse<Event>>,
  ): void;
  say(event: LocalEvent): void;
}

/** A client without a proxy. */
export function fakeClient(): FakeClient {
  const events = listeners<LocalEvent>();
  const connections = listeners<Connection>();
  const answers = new Map<string, (data: never) => Result<object>>();
  const asked: [LocalUpEvent, unknown][] = [];
  return {
    asked,
    connection: 'connecting',
    answer: (event, how) => answers.set(event, how),
    say: events.tell,
    async request(event, data) {
      asked.push([event, data]);
      const answer = answers.get(event)?.(data as never) ?? ok({});
      return answer as Result<never>;
    },
    on: (name, listener) =>
      events.add(({ event, data }) => {
        if (event === name) listener(data as never);
      }),
    onEvent: events.add,
    onConnection: connections.add,
    close() {},
  };
}
