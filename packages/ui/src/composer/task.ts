import type { MessageRow } from '@otr/protocol';

/** What the box is for at the moment. */
export type Task = { kind: 'write' } | { kind: 'reply'; to: MessageRow } | { kind: 'edit'; row: MessageRow };

export const writing: Task = { kind: 'write' };
