-- A person's rooms as a set: put away, on their way out, found by name. Owned by the room service.

-- The check of a column cannot be widened in place: a new column takes the old one's name.
-- active: there for whom it is open to. archived: put away, for its owner alone. binned: deleted, and can be restored
-- for a while. deleted: nothing but its id is left.
ALTER TABLE room ADD COLUMN life TEXT NOT NULL DEFAULT 'active'
    CHECK (life IN ('active', 'archived', 'binned', 'deleted'));
UPDATE room SET life = state;
DROP INDEX room_public;
ALTER TABLE room DROP COLUMN state;
ALTER TABLE room RENAME COLUMN life TO state;
CREATE INDEX room_public ON room (visibility, state, changed_ms, id);

-- Since when it is archived; kept while it is binned, so that it is restored to what it was.
ALTER TABLE room ADD COLUMN archived_ms INTEGER;
-- When it was deleted; 0 once it can no longer be restored.
ALTER TABLE room ADD COLUMN binned_ms INTEGER;
CREATE INDEX room_binned ON room (binned_ms, id) WHERE state = 'binned';

-- The name as it is searched for, and its pieces. Null where it is not indexed yet.
ALTER TABLE room ADD COLUMN name_folded TEXT;
CREATE INDEX room_not_indexed ON room (id) WHERE name_folded IS NULL AND state <> 'deleted';
CREATE TABLE room_gram (
    gram    TEXT NOT NULL,
    room_id BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    PRIMARY KEY (gram, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_gram_of ON room_gram (room_id);
