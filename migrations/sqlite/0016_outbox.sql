-- What posts, pictures and visits have to tell the rest of the world. A row is written with what it tells of and
-- owned by the service of its topic; the relay clears it.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    topic      TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    event      TEXT NOT NULL CHECK (json_valid(event))
) STRICT;

-- Who shows a picture: it stays as long as somebody does. Rows are written by the service that shows it, in the step
-- that shows it, and swept by the asset service.
CREATE TABLE asset_use (
    asset_id     BLOB NOT NULL,
    -- 'post', 'user' (an avatar), 'room' (a texture), 'item' and so on.
    subject_kind TEXT NOT NULL,
    subject_id   BLOB NOT NULL,
    -- Whether everybody may see it there. A picture nobody shows to everybody is given out by signed links alone.
    is_public    INTEGER NOT NULL CHECK (is_public IN (0, 1)),
    PRIMARY KEY (asset_id, subject_kind, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_use_by_subject ON asset_use (subject_kind, subject_id);
