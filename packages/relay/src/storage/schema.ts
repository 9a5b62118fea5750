/**
 * The database, one step a version: `user_version` counts the steps taken. A step that was released is never
 * edited; a change is a new step.
 *
 * `entries.epoch` is the epoch after the entry; `key` is the envelope's `from`, or the key that came or went.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    room BLOB NOT NULL UNIQUE,
    access_key BLOB NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    head INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 1,
    members INTEGER NOT NULL DEFAULT 0,
    log_bytes INTEGER NOT NULL DEFAULT 0,
    room_info BLOB
  ) STRICT;

  CREATE TABLE registrations (
    room INTEGER NOT NULL REFERENCES rooms (number),
    public_key BLOB NOT NULL,
    sealed_profile BLOB NOT NULL,
    tag BLOB NOT NULL,
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (room, public_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE entries (
    room INTEGER NOT NULL REFERENCES rooms (number),
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    key BLOB NOT NULL,
    sealed_profile BLOB,
    tag BLOB,
    reason TEXT,
    body BLOB,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (room, seq),
    UNIQUE (room, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE slices (
    room INTEGER NOT NULL REFERENCES rooms (number),
    seq INTEGER NOT NULL,
    to_key BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (room, seq, to_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE marks (
    room INTEGER NOT NULL REFERENCES rooms (number),
    public_key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (room, public_key)
  ) STRICT, WITHOUT ROWID;
  `,
];
