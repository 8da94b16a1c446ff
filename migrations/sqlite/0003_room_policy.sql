-- A room's policy, layouts, history and the record of its owner's decisions. Owned by the room service.

-- The check of a column cannot be widened in place: a new column takes the old one's name.
ALTER TABLE room ADD COLUMN open_to TEXT NOT NULL DEFAULT 'private'
    CHECK (open_to IN ('public', 'followers', 'private'));
UPDATE room SET open_to = visibility;
DROP INDEX room_public;
ALTER TABLE room DROP COLUMN visibility;
ALTER TABLE room RENAME COLUMN open_to TO visibility;
CREATE INDEX room_public ON room (visibility, state, changed_ms, id);

ALTER TABLE room ADD COLUMN locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1));
-- Null: as many people as the server allows.
ALTER TABLE room ADD COLUMN people_max INTEGER CHECK (people_max > 0);
-- Editors, bans and mutes by person id: read and written whole, each bounded by the room.
ALTER TABLE room ADD COLUMN access_lists TEXT NOT NULL DEFAULT '{"editors":{},"bans":{},"mutes":{}}'
    CHECK (json_valid(access_lists));

-- Who removed the item; null for removals before this was kept.
ALTER TABLE room_tombstone ADD COLUMN by_session BLOB;

CREATE TABLE room_layout (
    room_id  BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    saved_ms INTEGER NOT NULL,
    body     TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (room_id, name)
) STRICT, WITHOUT ROWID;

-- The last edits, who made them and what they came to.
CREATE TABLE room_edit (
    room_id     BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    author_id   TEXT NOT NULL,
    author_name TEXT NOT NULL,
    parts       TEXT NOT NULL CHECK (json_valid(parts)),
    PRIMARY KEY (room_id, seq)
) STRICT, WITHOUT ROWID;

-- What the owner decided about the room and its people; one decision a seq.
CREATE TABLE room_audit (
    room_id    BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    at_ms      INTEGER NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    decision   TEXT NOT NULL CHECK (json_valid(decision)),
    PRIMARY KEY (room_id, seq)
) STRICT, WITHOUT ROWID;
