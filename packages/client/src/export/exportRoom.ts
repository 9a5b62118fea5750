import { type LocalResponse, limits, ok, type Result, type Row, refuse } from '@otr/protocol';
import type { LocalClient } from '../localClient.ts';
import { htmlFormat } from './htmlFormat.ts';
import { jsonFormat } from './jsonFormat.ts';
import { type Names, namesOf } from './names.ts';

export type ExportFormat = 'json' | 'html';

/** The room that is exported, and when. */
export interface ExportHead {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** How a room is written: the parts in order are one file. */
export interface Format {
  begin(head: ExportHead): string;
  rows(rows: readonly Row[], names: Names): string;
  end(): string;
}

/** Before every row. */
const beginning = -1;

/**
 * A room's whole history here as one file, in pieces that can be written as they come: an export of any length
 * takes the memory of one page. A refusal is the last piece, and what came before is no whole file.
 */
export async function* exportRoom(
  client: LocalClient,
  room: string,
  format: ExportFormat,
  now: () => number = Date.now,
): AsyncGenerator<Result<string>, void> {
  const status = await client.request('getStatus', {});
  if (!status.ok) return yield status;
  const summary = status.value.rooms.find((candidate) => candidate.room === room);
  if (summary === undefined) return yield refuse('roomNotFound', 'There is no such room here.');
  const members = await client.request('getMembers', { room });
  if (!members.ok) return yield members;

  const names = namesOf(members.value.members);
  const { begin, rows, end } = format === 'json' ? jsonFormat() : htmlFormat();
  yield ok(begin({ id: room, name: summary.name, at: now() }));
  for await (const page of pagesOf(client, room)) {
    if (!page.ok) return yield page;
    names.learn(page.value);
    if (page.value.length > 0) yield ok(rows(page.value, names));
  }
  yield ok(end());
}

/** The room's rows from the first to the last, page by page. */
async function* pagesOf(client: LocalClient, room: string): AsyncGenerator<Result<readonly Row[]>, void> {
  let order = beginning;
  for (;;) {
    const from = { at: 'after', order } as const;
    const page: Result<LocalResponse<'getTimeline'>> = await client.request('getTimeline', {
      room,
      from,
      limit: limits.timelinePage,
    });
    if (!page.ok) return yield page;
    yield ok(page.value.rows);
    const last = page.value.rows.at(-1);
    if (last === undefined || !page.value.newerLeft) return;
    order = last.order;
  }
}
