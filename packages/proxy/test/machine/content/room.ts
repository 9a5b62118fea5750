import { type Content, type MessageRow, ordersPerSeq, type Row, unsentOrder } from '@otr/protocol';
import { applyContent, type ContentPlace, type Said } from '../../../src/machine/applyContent.ts';

export const place: ContentPlace = { room: 'R'.repeat(22), now: 1_000_000, disappearAfter: 0 };

/** Something that Bob said, at a place in the log. */
export function said(seq: number, more: Partial<Said> = {}): Said {
  return {
    id: `m${seq}`,
    from: 'bob',
    name: 'Bob',
    own: false,
    at: 1_000 + seq,
    seq,
    order: seq * ordersPerSeq,
    delivery: 'relay',
    ...more,
  };
}

/** The same before it has a place: the `number`th in the outbox. */
export function waiting(placed: Said, number: number): Said {
  return { ...placed, seq: null, order: unsentOrder + number, delivery: 'saved' };
}

export const text = (words: string, replyTo?: string): Content => ({
  ...{ kind: 'text', version: 1, text: words },
  ...(replyTo !== undefined && { replyTo }),
});
export const edit = (target: string, words: string): Content => ({
  ...{ kind: 'edit', version: 1, target, text: words },
});
export const deletion = (target: string): Content => ({ kind: 'delete', version: 1, target });
export const reaction = (target: string, emoji: string, on = true): Content => ({
  ...{ kind: 'reaction', version: 1, target, emoji, on },
});

/** A timeline that keeps what is written to it. */
export function openTimeline() {
  const rows = new Map<string, Row>();
  return {
    rows,
    get: (id: string) => rows.get(id) ?? null,
    write(...written: readonly Row[]) {
      for (const row of written) rows.set(row.id, row);
    },
    apply(one: Said, content: Content, where: ContentPlace = place): readonly Row[] {
      const written = applyContent(one, content, where, this);
      this.write(...written);
      return written;
    },
    message(id: string): MessageRow {
      const row = rows.get(id);
      if (row?.kind !== 'message') throw new Error(`no message ${id}`);
      return row;
    },
  };
}
