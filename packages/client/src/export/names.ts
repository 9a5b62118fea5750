import type { Member, Row } from '@otr/protocol';

/** Names by a member's key: of those who are here, and of those whose messages have been passed. */
export interface Names {
  nameOf(key: string): string;
  learn(rows: readonly Row[]): void;
}

export function namesOf(members: readonly Member[]): Names {
  const names = new Map(members.map(({ key, name }) => [key, name]));
  return {
    nameOf: (key) => names.get(key) ?? 'somebody who left',
    learn(rows) {
      for (const row of rows) {
        if (row.kind === 'message' && !names.has(row.from)) names.set(row.from, row.name);
      }
    },
  };
}
