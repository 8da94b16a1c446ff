-- What people do not want to read. Owned by the muted words service.
CREATE TABLE muted_word (
    id         BLOB PRIMARY KEY NOT NULL,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    -- As it was written, and as it is compared.
    text       TEXT NOT NULL,
    word       TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    -- Null: until it is taken away.
    until_ms   INTEGER
) STRICT;
CREATE UNIQUE INDEX muted_word_once ON muted_word (user_id, word);
CREATE INDEX muted_word_of_user ON muted_word (user_id, created_ms, id);

-- What people wrote lately, as fingerprints that do not tell what: against spam. Of each author the newest fifty of a
-- day. And where anybody linked to, as digests.
CREATE TABLE written_text (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    author_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    bits      INTEGER NOT NULL,
    -- Whether there was enough of it to compare.
    telling   INTEGER NOT NULL CHECK (telling IN (0, 1)),
    at_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX written_text_of_author ON written_text (author_id, id);
CREATE INDEX written_text_age ON written_text (at_ms);

CREATE TABLE linked_host (
    digest BLOB PRIMARY KEY NOT NULL,
    at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX linked_host_age ON linked_host (at_ms);

-- What moderators look at: one open case a thing, which gathers what was reported and what the filter holds. Owned by
-- the moderation service. What goes with a person's account: cases about what was theirs, what they reported.
CREATE TABLE moderation_case (
    id        BLOB PRIMARY KEY NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    author_id BLOB REFERENCES user (id) ON DELETE CASCADE,
    -- What it said when the case was opened.
    text      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    held      INTEGER NOT NULL CHECK (held IN (0, 1)),
    reports   INTEGER NOT NULL DEFAULT 0 CHECK (reports >= 0),
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX moderation_case_open ON moderation_case (kind, subject) WHERE state = 'open';
CREATE INDEX moderation_case_queue ON moderation_case (state, reports DESC, opened_ms, id);
CREATE INDEX moderation_case_of_author ON moderation_case (author_id);

CREATE TABLE report (
    id          BLOB PRIMARY KEY NOT NULL,
    case_id     BLOB NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    reporter_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    comment     TEXT NOT NULL,
    created_ms  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX report_once ON report (reporter_id, kind, subject);
CREATE INDEX report_of_reporter ON report (reporter_id, created_ms, id);
CREATE INDEX report_of_case ON report (case_id, created_ms, id);

CREATE TRIGGER report_counted AFTER INSERT ON report BEGIN
    UPDATE moderation_case SET reports = reports + 1 WHERE id = NEW.case_id;
END;

CREATE TRIGGER report_discounted AFTER DELETE ON report BEGIN
    UPDATE moderation_case SET reports = reports - 1 WHERE id = OLD.case_id;
END;

-- What was decided. It outlives the case and the people, whom it then names no more: the public log is made of it.
CREATE TABLE ruling (
    place        INTEGER PRIMARY KEY AUTOINCREMENT,
    id           BLOB UNIQUE NOT NULL,
    case_id      BLOB REFERENCES moderation_case (id) ON DELETE SET NULL,
    kind         TEXT NOT NULL,
    -- Empty once its person is gone.
    subject      TEXT NOT NULL,
    author_id    BLOB REFERENCES user (id) ON DELETE SET NULL,
    moderator_id BLOB REFERENCES user (id) ON DELETE SET NULL,
    action       TEXT NOT NULL,
    rule         TEXT NOT NULL,
    note         TEXT NOT NULL,
    until_ms     INTEGER,
    created_ms   INTEGER NOT NULL,
    -- The standing the thing is still to get; null once it has it.
    owes         TEXT,
    -- Null: nobody has appealed.
    appeal       TEXT CHECK (appeal IN ('open', 'upheld', 'overturned')),
    appeal_text  TEXT NOT NULL DEFAULT '',
    appealed_ms  INTEGER,
    judge_id     BLOB REFERENCES user (id) ON DELETE SET NULL,
    judged_ms    INTEGER
) STRICT;
CREATE INDEX ruling_of_author ON ruling (author_id, place);
CREATE INDEX ruling_of_moderator ON ruling (moderator_id);
CREATE INDEX ruling_of_judge ON ruling (judge_id);
CREATE INDEX ruling_of_case ON ruling (case_id, place);
CREATE INDEX ruling_owing ON ruling (place) WHERE owes IS NOT NULL;
CREATE INDEX ruling_appealed ON ruling (appealed_ms, place) WHERE appeal = 'open';

-- Lines of chat that moderators took out of rooms. Owned by the room service, as the chat.
CREATE TABLE room_chat_moderated (
    room_id     BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    author_id   TEXT NOT NULL,
    author_name TEXT NOT NULL,
    guest       TEXT,
    -- Empty once removed.
    text        TEXT NOT NULL,
    standing    TEXT NOT NULL CHECK (standing IN ('held', 'hidden', 'removed')),
    PRIMARY KEY (room_id, seq, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_chat_moderated_of_author ON room_chat_moderated (author_id);

-- Rooms whose name moderators took away: what they were called, and who might come in.
CREATE TABLE room_moderated (
    room_id    BLOB PRIMARY KEY NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    standing   TEXT NOT NULL CHECK (standing IN ('held', 'hidden', 'removed')),
    -- Empty once removed.
    name       TEXT NOT NULL,
    visibility TEXT NOT NULL
) STRICT, WITHOUT ROWID;
