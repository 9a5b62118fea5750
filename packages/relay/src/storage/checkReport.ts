/** What was found in a store. A problem is a sentence with counts, without rooms or content. */
export interface CheckReport {
  rooms: number;
  entries: number;
  problems: string[];
}

/** Problems that one statement counts, in the SQL of all engines: the sentence and the query. */
export const counted: readonly [string, string][] = [
  [
    'rooms have another number of invites or knocks than they say',
    `SELECT COUNT(*) AS n FROM rooms WHERE
       invites <> (SELECT COUNT(*) FROM invites WHERE room = number)
       OR waiting_knocks <> (SELECT COUNT(*) FROM knocks WHERE room = rooms.number AND seq IS NULL)`,
  ],
  [
    'rooms have no access key for their epoch',
    `SELECT COUNT(*) AS n FROM rooms WHERE NOT EXISTS (SELECT 1 FROM access
       WHERE room = number AND access.epoch = rooms.epoch AND access.access_key = rooms.access_key
         AND until IS NULL)`,
  ],
];
