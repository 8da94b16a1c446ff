-- Who came to see a room, what they wrote into its guestbook, and what is talked about lately. Owned by the visit and
-- discovery services.

-- One row a visitor, room and day. The user is null once nobody is to know any more who it was, and of guests always:
-- such a row counts and names nobody.
CREATE TABLE visit (
    id         INTEGER PRIMARY KEY,
    room_id    BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    -- Days since the epoch where the server says it is.
    day        INTEGER NOT NULL,
    user_id    BLOB REFERENCES user (id) ON DELETE SET NULL,
    -- A guest's keyed address group or ticket, until the day is over.
    guest      BLOB,
    at_ms      INTEGER NOT NULL,
    -- When they came in last that day.
    last_ms    INTEGER NOT NULL,
    -- The visitor has taken it out of every history.
    is_cleared INTEGER NOT NULL DEFAULT 0 CHECK (is_cleared IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX visit_once ON visit (room_id, day, user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX visit_of_guest_once ON visit (room_id, day, guest) WHERE guest IS NOT NULL;
CREATE INDEX visit_of_room ON visit (room_id, at_ms, id) WHERE user_id IS NOT NULL;
CREATE INDEX visit_of_user ON visit (user_id, at_ms, id) WHERE user_id IS NOT NULL;
CREATE INDEX visit_lately ON visit (user_id, last_ms) WHERE user_id IS NOT NULL;
CREATE INDEX visit_age ON visit (day);
CREATE INDEX visit_guest_age ON visit (day) WHERE guest IS NOT NULL;
CREATE INDEX visit_cleared_age ON visit (day) WHERE is_cleared = 1 AND user_id IS NOT NULL;
CREATE INDEX visit_nameless_age ON visit (day) WHERE user_id IS NULL AND guest IS NULL;

-- Kept by triggers: `total` is `swept`, the rows that were let go, and those that are left.
CREATE TABLE visit_count (
    room_id BLOB PRIMARY KEY NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    total   INTEGER NOT NULL DEFAULT 0 CHECK (total >= 0),
    swept   INTEGER NOT NULL DEFAULT 0 CHECK (swept >= 0),
    -- The last day somebody came, and how many did.
    day     INTEGER NOT NULL,
    today   INTEGER NOT NULL DEFAULT 0 CHECK (today >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER visit_counted AFTER INSERT ON visit BEGIN
    INSERT INTO visit_count (room_id, total, day, today) VALUES (NEW.room_id, 1, NEW.day, 1)
        ON CONFLICT (room_id) DO UPDATE SET
            total = total + 1,
            today = CASE WHEN day = NEW.day THEN today + 1 WHEN day < NEW.day THEN 1 ELSE today END,
            day = max(day, NEW.day);
END;

CREATE TRIGGER visit_swept AFTER DELETE ON visit BEGIN
    UPDATE visit_count SET swept = swept + 1 WHERE room_id = OLD.room_id;
END;

-- Entries and the replies to them, which have a parent.
CREATE TABLE guestbook_entry (
    id           BLOB PRIMARY KEY NOT NULL,
    room_id      BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    parent_id    BLOB REFERENCES guestbook_entry (id) ON DELETE CASCADE,
    author_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    text         TEXT NOT NULL,
    -- For its author and the room's owner alone. A reply is as secret as its entry.
    is_secret    INTEGER NOT NULL CHECK (is_secret IN (0, 1)),
    standing     TEXT NOT NULL CHECK (standing IN ('shown', 'held', 'hidden', 'removed')),
    -- The room's owner has put it out of sight.
    is_hidden    INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
    -- Whether anybody was told of it: what is held is told of when it is let through.
    is_announced INTEGER NOT NULL CHECK (is_announced IN (0, 1)),
    version      INTEGER NOT NULL DEFAULT 1,
    created_ms   INTEGER NOT NULL,
    edited_ms    INTEGER
) STRICT;

CREATE INDEX guestbook_of_room ON guestbook_entry (room_id, created_ms, id) WHERE parent_id IS NULL;
CREATE INDEX guestbook_replies ON guestbook_entry (parent_id, created_ms, id) WHERE parent_id IS NOT NULL;
CREATE INDEX guestbook_of_author ON guestbook_entry (author_id, created_ms, id);

-- How far the event log was read, and the time at which one count is worth one.
CREATE TABLE discovery_state (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    place     INTEGER NOT NULL,
    -- 0: no event was counted yet.
    origin_ms INTEGER NOT NULL
) STRICT;
INSERT INTO discovery_state (id, place, origin_ms) VALUES (1, 0, 0);

-- What is talked about. A score is a sum of powers of two: the later, the greater. Ids as bytes, tags as UTF-8.
CREATE TABLE popularity (
    kind  TEXT NOT NULL CHECK (kind IN ('room', 'post', 'tag')),
    thing BLOB NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (kind, thing)
) STRICT, WITHOUT ROWID;
CREATE INDEX popularity_rank ON popularity (kind, score, thing);

-- Who has counted for a thing on a day, and how much: once.
CREATE TABLE popularity_count (
    kind    TEXT NOT NULL,
    thing   BLOB NOT NULL,
    day     INTEGER NOT NULL,
    user_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    weight  REAL NOT NULL,
    PRIMARY KEY (kind, thing, day, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX popularity_count_of_user ON popularity_count (user_id);
CREATE INDEX popularity_count_age ON popularity_count (day);

-- What discovery knows of posts from their events: whose they are, so that nobody counts for their own.
CREATE TABLE discovered_post (
    post_id      BLOB PRIMARY KEY NOT NULL,
    author_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    is_public    INTEGER NOT NULL CHECK (is_public IN (0, 1)),
    published_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX discovered_post_newest ON discovered_post (published_ms, post_id) WHERE is_public = 1;
CREATE INDEX discovered_post_of_author ON discovered_post (author_id);

CREATE INDEX room_newest ON room (visibility, state, created_ms, id);
