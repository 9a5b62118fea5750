import type { Trust } from '@otr/protocol';

/** What stands beside a message's sender, where it may not be who it says it is; nothing for all others. */
export function senderMark(trust: Trust | undefined): string | undefined {
  return trust === undefined ? undefined : marks[trust];
}

const marks: Readonly<Partial<Record<Trust, string>>> = {
  unproven: 'not shown who they are',
  refused: 'failed to show who they are',
  changed: 'CHANGED: not the keys that you verified',
};
