-- What rooms have to tell the rest of the world, and the log it is published to. The outbox is owned by the room
-- service, the log by the worker that relays.

-- Ids are never used again: a row that was replaced while it was published is not the row that is cleared.
CREATE TABLE room_outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    -- 0 is the one row that says the room changed; others have the seq of what they tell.
    slot    INTEGER NOT NULL,
    event   TEXT NOT NULL CHECK (json_valid(event)),
    UNIQUE (room_id, slot)
) STRICT;

CREATE TABLE event_log (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    at_ms    INTEGER NOT NULL,
    room_id  BLOB NOT NULL,
    event    TEXT NOT NULL CHECK (json_valid(event))
) STRICT;

CREATE INDEX event_log_age ON event_log (at_ms);
