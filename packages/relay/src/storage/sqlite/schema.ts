/**
 * `entries` became `runs`. `rooms.oldest_at` is the `at` of the entry at `floor`, null when none is kept. `access.until`
 * is the `seq` of the commit that ended the epoch. `knocks.seq` is null while a knock waits; then it is the commit's, and
 * `sealed` the welcome. `entry_ids` is the index of the entries' ids, filled later (`unindexedIds.ts`): only ids of entries
 * that `unindexed` names may be missing in it. `unindexed.places` is the JSON of `[rooms.number, first seq, last seq][]`.
 */
const first = `
  CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    room BLOB NOT NULL UNIQUE,
    first_access_key BLOB NOT NULL,
    access_key BLOB NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    head INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 1,
    oldest_at INTEGER,
    log_bytes INTEGER NOT NULL DEFAULT 0,
    waiting_knocks INTEGER NOT NULL DEFAULT 0,
    invites INTEGER NOT NULL DEFAULT 0,
    retention_ms INTEGER NOT NULL DEFAULT 0,
    used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX rooms_by_age ON rooms (oldest_at) WHERE oldest_at IS NOT NULL;
  CREATE INDEX rooms_by_own_age ON rooms (oldest_at + retention_ms)
    WHERE oldest_at IS NOT NULL AND retention_ms > 0;

  CREATE TABLE access (
    room INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    access_key BLOB NOT NULL,
    until INTEGER,
    PRIMARY KEY (room, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX access_by_key ON access (room, access_key);

  CREATE TABLE entries (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    packed BLOB NOT NULL,
    UNIQUE (room, seq)
  ) STRICT;

  CREATE TABLE entry_ids (
    room INTEGER NOT NULL,
    id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE unindexed (
    step INTEGER PRIMARY KEY,
    places TEXT NOT NULL
  ) STRICT;

  CREATE TABLE slices (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    to_key BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (room, seq, to_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE invites (
    room INTEGER NOT NULL,
    invite BLOB NOT NULL,
    PRIMARY KEY (room, invite)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE knocks (
    number INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    id BLOB NOT NULL,
    invite BLOB NOT NULL,
    key_package_ref BLOB NOT NULL,
    answered_at INTEGER NOT NULL,
    seq INTEGER,
    sealed BLOB NOT NULL,
    UNIQUE (room, id)
  ) STRICT;
  CREATE INDEX waiting_knocks ON knocks (room) WHERE seq IS NULL;
`;

/**
 * Runs (`run.ts`) are in the order in which they came: those of a batch follow each other, whatever their rooms are.
 * `seq` is that of a run's last entry. `packed` is what readers are sent (rule W6), `bytes` that and its slices, and a
 * commit's welcomes.
 */
const second = `
  CREATE TABLE runs (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    first INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    packed BLOB NOT NULL,
    UNIQUE (room, seq)
  ) STRICT;
  INSERT INTO runs SELECT room, seq, seq, epoch, at, bytes, packed FROM entries ORDER BY rowid;
  DROP TABLE entries;
`;

/**
 * The database, one step a version: `user_version` counts the steps taken. A step that was released is never edited;
 * a change is a new step.
 */
export const migrations: readonly string[] = [first, second];
