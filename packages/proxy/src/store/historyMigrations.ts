/**
 * The tables of history.db, version by version: `user_version` counts those that were applied. Never change one that was
 * released; add the next. A journal row of the version before may wait for its replay: keep the names and parameters of
 * the statements that tables write by, or give the new ones other names and keep the old ones.
 */
export const historyMigrations: readonly string[] = [
  `
  CREATE TABLE applied (one INTEGER PRIMARY KEY CHECK (one = 1), step INTEGER NOT NULL);
  INSERT INTO applied VALUES (1, 0);

  CREATE TABLE profile (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT,
    tell_read INTEGER NOT NULL DEFAULT 0,
    tell_typing INTEGER NOT NULL DEFAULT 1
  );
  INSERT INTO profile (one) VALUES (1);

  CREATE TABLE rooms (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    room BLOB NOT NULL UNIQUE,
    relay_url TEXT NOT NULL,
    name TEXT NOT NULL,
    standing TEXT NOT NULL,
    leaving INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    read_order INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    alarm INTEGER NOT NULL DEFAULT 0
  );

  CREATE TABLE drafts (
    room INTEGER PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
    text TEXT NOT NULL
  );

  CREATE TABLE log (
    room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    link BLOB NOT NULL,
    digest BLOB,
    PRIMARY KEY (room, seq)
  ) WITHOUT ROWID;
  CREATE INDEX log_ids ON log (room, id);

  -- A newer message has a higher number: the search walks them from the highest down.
  CREATE TABLE timeline (
    number INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    counted INTEGER NOT NULL,
    row TEXT NOT NULL,
    expires_at INTEGER AS (CASE WHEN kind = 'message' THEN row ->> 'expiresAt' END) VIRTUAL,
    text TEXT AS (CASE WHEN kind = 'message' AND row ->> 'deleted' IS NULL THEN row ->> 'text' END) VIRTUAL,
    UNIQUE (room, position),
    UNIQUE (room, id)
  );
  CREATE INDEX timeline_counted ON timeline (room, position) WHERE counted = 1;
  CREATE INDEX timeline_messages ON timeline (room, position) WHERE kind = 'message';
  CREATE INDEX timeline_expiry ON timeline (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TRIGGER timeline_room BEFORE INSERT ON timeline
  WHEN NOT EXISTS (SELECT 1 FROM rooms WHERE number = new.room) BEGIN
    SELECT RAISE(ABORT, 'no such room');
  END;

  -- Rooms that are gone, but for messages that still have to be taken out of the index, a part at a time.
  CREATE TABLE leftovers (room INTEGER PRIMARY KEY);

  -- The index alone: the texts are in the timeline. A room's number is a word of its own column.
  CREATE VIRTUAL TABLE words USING fts5 (
    text, room, content = '', columnsize = 0, prefix = '1 2 3 4 5', tokenize = 'unicode61 remove_diacritics 2'
  );
  -- A deleted text's words leave the index at once, not when its parts are merged some day.
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
  -- A part of the index and SQLCipher's 80 bytes fit into one page of 4,096.
  INSERT INTO words (words, rank) VALUES ('pgsz', 3900);

  CREATE TRIGGER words_added AFTER INSERT ON timeline WHEN new.text IS NOT NULL BEGIN
    INSERT INTO words (rowid, text, room) VALUES (new.number, new.text, new.room);
  END;
  CREATE TRIGGER words_removed AFTER DELETE ON timeline WHEN old.text IS NOT NULL BEGIN
    INSERT INTO words (words, rowid, text, room) VALUES ('delete', old.number, old.text, old.room);
  END;
  CREATE TRIGGER words_changed AFTER UPDATE OF row ON timeline WHEN old.text IS NOT new.text BEGIN
    INSERT INTO words (words, rowid, text, room)
      SELECT 'delete', old.number, old.text, old.room WHERE old.text IS NOT NULL;
    INSERT INTO words (rowid, text, room) SELECT new.number, new.text, new.room WHERE new.text IS NOT NULL;
  END;
  `,
  `
  CREATE TABLE people (
    identity_key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    met_at INTEGER NOT NULL,
    verified_by TEXT,
    verified_at INTEGER,
    accepted INTEGER NOT NULL DEFAULT 0
  );

  ALTER TABLE rooms ADD COLUMN off_the_record INTEGER NOT NULL DEFAULT 0;
  `,
];
