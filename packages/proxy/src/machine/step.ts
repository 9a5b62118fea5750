import type { Row } from '@otr/protocol';
import type { LogEffect, LogRules, RoomLog } from './roomLog.ts';

/** One entry's outcome before the cursor moves. */
export interface Step {
  readonly log: RoomLog;
  readonly effects: readonly LogEffect[];
}

export function withRow(log: RoomLog, row: Row): Step {
  return { log, effects: [{ kind: 'writeRow', row }] };
}

/** Something else came between: the next entry that is not for us begins a new notice (M10). */
export function endRun(log: RoomLog): RoomLog {
  return log.run === null ? log : { ...log, run: null };
}

/** The name to show for a key; `''` for one that is no member. */
export function nameOf(log: RoomLog, key: string, rules: LogRules): string {
  return rules.names(log.members).get(key) ?? '';
}
