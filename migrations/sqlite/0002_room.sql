-- Rooms: who owns them, the claim that fences their saves, and the document in parts that change apart.
-- Owned by the room service.
CREATE TABLE room (
    id             BLOB PRIMARY KEY NOT NULL,
    owner_id       BLOB NOT NULL,
    name           TEXT NOT NULL,
    visibility     TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    guests_allowed INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('active', 'deleted')),
    -- The claim: which run of which process may save, in which epoch, and its last save.
    epoch          INTEGER NOT NULL,
    node_id        BLOB,
    save_no        INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    theme          TEXT NOT NULL,
    -- Removals at or below this seq are forgotten; older readers need a snapshot.
    horizon_seq    INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    changed_ms     INTEGER NOT NULL
) STRICT;

CREATE INDEX room_of_owner ON room (owner_id);
CREATE INDEX room_public ON room (visibility, state, changed_ms, id);

CREATE TABLE room_item (
    room_id BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL,
    body    TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE room_tombstone (
    room_id BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (room_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE room_chat (
    room_id     BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    author_id   TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text        TEXT NOT NULL,
    PRIMARY KEY (room_id, seq, line)
) STRICT, WITHOUT ROWID;

-- The answers a session was given, so that a resend gets the same one, also after a crash.
CREATE TABLE room_session (
    room_id    BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL,
    answers    BLOB NOT NULL,
    seen_ms    INTEGER NOT NULL,
    PRIMARY KEY (room_id, session_id)
) STRICT, WITHOUT ROWID;

-- Where past epochs ended, so that a reader of one can be told what changed since.
CREATE TABLE room_epoch (
    room_id   BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    epoch     INTEGER NOT NULL,
    saved_seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, epoch)
) STRICT, WITHOUT ROWID;

-- Secrets of this installation, made on first start.
CREATE TABLE installation (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
