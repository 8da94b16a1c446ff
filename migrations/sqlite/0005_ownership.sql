-- How long each node's claims stand without renewal, and who was in each room when its owner last said so.
-- Owned by the room service.
CREATE TABLE node_lease (
    node_id  BLOB PRIMARY KEY NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE room_roster (
    room_id BLOB PRIMARY KEY NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    present BLOB NOT NULL
) STRICT, WITHOUT ROWID;
