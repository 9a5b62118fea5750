/**
 * The profile's tables, version by version: `user_version` counts those that were applied. Never change one that was
 * released; add the next.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE profile (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT);
  INSERT INTO profile VALUES (1, NULL);

  CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    room BLOB NOT NULL UNIQUE,
    relay_url TEXT NOT NULL,
    secret BLOB NOT NULL,
    created_here INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_at INTEGER NOT NULL,
    info_pending INTEGER NOT NULL,
    leaving INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    read_order INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    alarm INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER,
    epoch INTEGER NOT NULL DEFAULT 0,
    joined_at INTEGER,
    digest BLOB,
    run BLOB,
    settling BLOB
  );

  CREATE TABLE own_keys (
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    public_key BLOB NOT NULL,
    private_key BLOB NOT NULL,
    counter INTEGER NOT NULL DEFAULT 0,
    announced_name TEXT,
    registered_name TEXT,
    PRIMARY KEY (room, public_key)
  );

  CREATE TABLE members (
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    public_key BLOB NOT NULL,
    name TEXT NOT NULL,
    leaving INTEGER NOT NULL,
    counter INTEGER,
    removed INTEGER NOT NULL,
    PRIMARY KEY (room, public_key)
  ) WITHOUT ROWID;

  CREATE TABLE log (
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    link BLOB NOT NULL,
    digest BLOB,
    PRIMARY KEY (room, seq)
  ) WITHOUT ROWID;
  CREATE INDEX log_ids ON log (room, id);

  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL,
    counter INTEGER,
    epoch INTEGER,
    envelope BLOB,
    UNIQUE (room, id)
  );

  CREATE TABLE timeline (
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    counted INTEGER NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (room, position),
    UNIQUE (room, id)
  ) WITHOUT ROWID;
  CREATE INDEX timeline_counted ON timeline (room, position) WHERE counted = 1;
  CREATE INDEX timeline_messages ON timeline (room, position) WHERE kind = 'message';

  CREATE TABLE drafts (
    room INTEGER PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
    text TEXT NOT NULL
  );
  `,
];
