/**
 * The tables of ratchet.db, version by version: `user_version` counts those that were applied. Never change one that was
 * released; add the next. Rooms are named by their number in history.db.
 */
export const ratchetMigrations: readonly string[] = [
  `
  CREATE TABLE records (
    room INTEGER NOT NULL,
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (room, name)
  );

  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL,
    counter INTEGER,
    epoch INTEGER,
    recipients TEXT,
    body BLOB,
    UNIQUE (room, id)
  );

  CREATE TABLE journal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    step INTEGER NOT NULL,
    writes BLOB
  );
  INSERT INTO journal VALUES (1, 0, NULL);
  `,
  `
  CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    private_key BLOB NOT NULL CHECK (length(private_key) = 32)
  );

  -- JSON: a list of pseudonyms, or "everyone"; null for what is no whisper.
  ALTER TABLE outbox ADD COLUMN whisper_to TEXT;
  ALTER TABLE outbox ADD COLUMN slices BLOB;
  `,
  `
  -- One row for each step whose history writes may not be on disk in history.db; the last one stays, to count on from.
  ALTER TABLE journal RENAME TO last_journal;
  CREATE TABLE journal (step INTEGER PRIMARY KEY, writes BLOB);
  INSERT INTO journal SELECT step, writes FROM last_journal;
  DROP TABLE last_journal;
  `,
];
