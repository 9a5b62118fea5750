import type { LocalClient } from '@otr/client/node';
import type { Row } from '@otr/protocol';

/** Rows whose last state is remembered; an older one is shown once more than it should be. */
const remembered = 1_000;

/**
 * What concerns a place that has been read already is shown when it comes, once: an alarm, and a message that was
 * edited, deleted or reacted to, as it reads now.
 */
export function lateRows(client: LocalClient, room: string, order: () => number, show: (row: Row) => void) {
  const states = new Map<string, string>();
  const shown = (row: Row) => {
    states.set(row.id, stateOf(row));
    const [oldest] = states.keys();
    if (states.size > remembered && oldest !== undefined) states.delete(oldest);
  };
  const stop = client.on('rows', (changed) => {
    if (changed.room !== room) return;
    for (const row of changed.rows) {
      const known = states.get(row.id) ?? untouched;
      if (row.order > order() || stateOf(row) === known) continue;
      shown(row);
      show(row);
    }
  });
  return { shown, stop };
}

const untouched = '';

function stateOf(row: Row): string {
  if (row.kind === 'alarm') return 'alarm';
  if (row.kind !== 'message') return untouched;
  const { editedAt, deleted, reactions } = row;
  const isTouched = editedAt !== undefined || deleted || reactions;
  return isTouched ? JSON.stringify([editedAt, deleted, reactions]) : untouched;
}
