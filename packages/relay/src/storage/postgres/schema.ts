/**
 * As the SQLite engine's (`../sqlite/schema.ts`), but that a stored `packed` has `seq` 0: the place is given by the
 * statement that stores the entry. Ciphertext does not shrink: large values are stored out of line as they are. Rooms
 * are updated by every batch: half of their pages is left free, so that a new version lies beside the former one.
 */
const first = `
  CREATE TABLE rooms (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room BYTEA NOT NULL UNIQUE,
    first_access_key BYTEA NOT NULL,
    access_key BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    head BIGINT NOT NULL,
    floor BIGINT NOT NULL DEFAULT 1,
    oldest_at BIGINT,
    log_bytes BIGINT NOT NULL,
    waiting_knocks INTEGER NOT NULL,
    invites INTEGER NOT NULL,
    retention_ms BIGINT NOT NULL,
    used_at BIGINT NOT NULL
  ) WITH (fillfactor = 50);
  CREATE INDEX rooms_by_age ON rooms (oldest_at) WHERE oldest_at IS NOT NULL;
  CREATE INDEX rooms_by_own_age ON rooms ((oldest_at + retention_ms))
    WHERE oldest_at IS NOT NULL AND retention_ms > 0;

  CREATE TABLE access (
    room BIGINT NOT NULL REFERENCES rooms,
    epoch BIGINT NOT NULL,
    access_key BYTEA NOT NULL,
    until BIGINT,
    PRIMARY KEY (room, epoch)
  );
  CREATE INDEX access_by_key ON access (room, access_key);

  CREATE TABLE entries (
    room BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    at BIGINT NOT NULL,
    bytes INTEGER NOT NULL,
    id UUID NOT NULL,
    packed BYTEA NOT NULL,
    PRIMARY KEY (room, seq),
    UNIQUE (room, id)
  );
  ALTER TABLE entries ALTER packed SET STORAGE EXTERNAL;

  CREATE TABLE slices (
    room BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    to_key BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    PRIMARY KEY (room, seq, to_key)
  );

  CREATE TABLE invites (
    room BIGINT NOT NULL REFERENCES rooms,
    invite BYTEA NOT NULL,
    PRIMARY KEY (room, invite)
  );

  CREATE TABLE knocks (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room BIGINT NOT NULL REFERENCES rooms,
    id UUID NOT NULL,
    invite BYTEA NOT NULL,
    key_package_ref BYTEA NOT NULL,
    answered_at BIGINT NOT NULL,
    seq BIGINT,
    sealed BYTEA NOT NULL,
    UNIQUE (room, id)
  );
  CREATE INDEX waiting_knocks ON knocks (room) WHERE seq IS NULL;
`;

/** The database, one step a version. A step that was released is never edited; a change is a new step. */
export const migrations: readonly string[] = [first];
