import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { LocalRequest, LocalResponse, LocalUpEvent, Row } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy';
import { type Running, startOtr } from '../processes.ts';

/** A person: a proxy in a process of its own, which may be killed and started again, and a client of it. */
export type Person = {
  name: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Asks until the proxy answers; a refusal other than its absence is an error. */
  ask<Event extends LocalUpEvent>(event: Event, data: LocalRequest<Event>): Promise<LocalResponse<Event>>;
};

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function person(name: string, folder: string, relayUrl: string): Person {
  const profile = join(folder, name);
  let running: Running | undefined;
  let client: LocalClient | undefined;

  async function connected(): Promise<LocalClient | undefined> {
    if (client?.connection === 'online') return client;
    client?.close();
    const result = await connectSocketFile(await findSocketFile(profile));
    client = result.ok ? result.value : undefined;
    return client;
  }

  return {
    name,
    async start() {
      running = await startOtr([
        'up',
        '--relay',
        relayUrl,
        '--profile',
        profile,
        '--name',
        name,
        '--no-open',
      ]);
    },
    async kill() {
      await running?.kill();
    },
    async stop() {
      client?.close();
      await running?.stop();
    },
    async ask(event, data) {
      for (;;) {
        const answer = await (await connected())?.request(event, data);
        if (answer?.ok) return answer.value;
        if (answer && !['proxyUnreachable', 'timedOut'].includes(answer.error.code)) {
          throw new Error(`${name}: ${event}: ${answer.error.code}: ${answer.error.message}`);
        }
        await pause(50);
      }
    },
  };
}

/** A message's id as a client makes it: 16 random bytes. */
export function messageId(): string {
  return randomBytes(16).toString('base64url');
}

/** All rows of a room, oldest first, read page by page. */
export async function wholeTimeline(of: Person, room: string): Promise<Row[]> {
  const rows: Row[] = [];
  let order = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await of.ask('getTimeline', { room, from: { at: 'after', order }, limit: 500 });
    rows.push(...page.rows);
    order = page.rows.at(-1)?.order ?? order;
    if (!page.newerLeft) return rows;
  }
}

/** Asks again and again until `holds` is true of the answer. The test's own time limit ends a wait in vain. */
export async function until<Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    await pause(100);
  }
}
