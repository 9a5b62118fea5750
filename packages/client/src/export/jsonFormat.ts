import type { MessageRow, NoticeRow, Row } from '@otr/protocol';
import type { Format } from './exportRoom.ts';
import type { Names } from './names.ts';

/**
 * An exported room as programs read it. Times are ISO 8601 in UTC; `seq` is the place in the room's one order, null
 * for an own message that the relay does not have yet. `version` grows when a reader of this one would misread.
 */
export interface ExportedRoom {
  readonly format: 'otr-chatroom-room';
  readonly version: 1;
  readonly exportedAt: string;
  readonly room: { readonly id: string; readonly name: string };
  /** In the room's order, the oldest first. */
  readonly rows: readonly ExportedRow[];
}

interface Placed {
  readonly id: string;
  readonly seq: number | null;
  readonly at: string;
}

export type ExportedRow = ExportedMessage | ExportedNotice | ExportedProblem;

export interface ExportedMessage extends Placed {
  readonly kind: 'message';
  readonly from: { readonly key: string; readonly name: string };
  readonly own: boolean;
  readonly text: string;
  readonly replyTo?: { readonly id: string; readonly name: string; readonly text: string };
  readonly editedAt?: string;
  /** `text` is empty then. */
  readonly deleted?: true;
  readonly reactions?: readonly {
    readonly emoji: string;
    readonly from: readonly { readonly key: string; readonly name: string }[];
  }[];
  readonly expiresAt?: string;
  /** Only for these members and the sender. */
  readonly whisper?: { readonly to: readonly { readonly key: string; readonly name: string }[] };
}

export interface ExportedNotice extends Placed {
  readonly kind: 'notice';
  readonly event: NoticeRow['event'];
  readonly data: NoticeRow['data'];
}

/** An entry that was refused, or what the relay was caught at. */
export interface ExportedProblem extends Placed {
  readonly kind: 'refused' | 'alarm';
  readonly problem: string;
  readonly name: string | null;
}

/** One row a line, so that tools which read lines can read it too. */
export function jsonFormat(): Format {
  let between = '\n';
  return {
    begin({ id, name, at }) {
      const head: Omit<ExportedRoom, 'rows'> = {
        format: 'otr-chatroom-room',
        version: 1,
        exportedAt: iso(at),
        room: { id, name },
      };
      return `${JSON.stringify(head).slice(0, -1)},"rows":[`;
    },
    rows(rows, names) {
      const lines = rows.map((row) => JSON.stringify(exported(row, names))).join(',\n');
      const text = between + lines;
      between = ',\n';
      return text;
    },
    end: () => '\n]}\n',
  };
}

function exported(row: Row, names: Names): ExportedRow {
  const placed = { id: row.id, seq: row.seq, at: iso(row.at) };
  switch (row.kind) {
    case 'message':
      return exportedMessage(row, placed, names);
    case 'notice':
      return { kind: 'notice', ...placed, event: row.event, data: row.data };
    case 'refused':
    case 'alarm':
      return { kind: row.kind, ...placed, problem: row.problem, name: row.name };
  }
}

function exportedMessage(row: MessageRow, placed: Placed, { nameOf }: Names): ExportedMessage {
  const { replyTo, editedAt, deleted, reactions, expiresAt, whisper } = row;
  return {
    kind: 'message',
    ...placed,
    from: { key: row.from, name: row.name },
    own: row.own,
    text: row.text,
    ...(replyTo && { replyTo }),
    ...(editedAt !== undefined && { editedAt: iso(editedAt) }),
    ...(deleted && { deleted }),
    ...(reactions && {
      reactions: reactions.map(({ emoji, from }) => ({
        emoji,
        from: from.map((key) => ({ key, name: nameOf(key) })),
      })),
    }),
    ...(expiresAt !== undefined && { expiresAt: iso(expiresAt) }),
    ...(whisper && {
      whisper: { to: whisper.to.map((key, index) => ({ key, name: whisper.names[index] ?? nameOf(key) })) },
    }),
  };
}

const iso = (at: number) => new Date(at).toISOString();
