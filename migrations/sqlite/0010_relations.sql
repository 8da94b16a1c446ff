-- What people are to each other beyond follows, how many of them there are, and what the rest of the world is told.
-- Owned by the relation service.

DROP INDEX follow_of_followee;
CREATE INDEX follow_of_followee ON follow (followee_id, created_ms, follower_id);
CREATE INDEX follow_of_follower ON follow (follower_id, created_ms, followee_id);

CREATE TABLE follow_request (
    asker_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    asked_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (asker_id, asked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_request_of_asked ON follow_request (asked_id, created_ms, asker_id);

CREATE TABLE block (
    blocker_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    blocked_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_of_blocked ON block (blocked_id, created_ms, blocker_id);
CREATE INDEX block_of_blocker ON block (blocker_id, created_ms, blocked_id);

CREATE TABLE mute (
    muter_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    muted_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    -- Null: until unmuted.
    until_ms   INTEGER,
    PRIMARY KEY (muter_id, muted_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mute_of_muter ON mute (muter_id, created_ms, muted_id);
CREATE INDEX mute_of_muted ON mute (muted_id);

-- Two rows a tie, each with the name one gave the other.
CREATE TABLE tie (
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    other_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    nickname   TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tie_of_user ON tie (user_id, created_ms, other_id);
CREATE INDEX tie_of_other ON tie (other_id);

CREATE TABLE tie_request (
    asker_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    asked_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    nickname   TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (asker_id, asked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tie_request_of_asked ON tie_request (asked_id, created_ms, asker_id);

CREATE TABLE testimonial (
    owner_id   BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    author_id  BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (owner_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX testimonial_of_owner ON testimonial (owner_id, created_ms, author_id);
CREATE INDEX testimonial_of_author ON testimonial (author_id);

-- Kept by triggers, so that no way of adding or removing a row forgets them, the deletion of an account among them.
CREATE TABLE relation_count (
    user_id   BLOB PRIMARY KEY NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    followers INTEGER NOT NULL DEFAULT 0 CHECK (followers >= 0),
    following INTEGER NOT NULL DEFAULT 0 CHECK (following >= 0),
    ties      INTEGER NOT NULL DEFAULT 0 CHECK (ties >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO relation_count (user_id, followers, following)
    SELECT id, (SELECT count(*) FROM follow WHERE followee_id = user.id),
               (SELECT count(*) FROM follow WHERE follower_id = user.id)
    FROM user;

CREATE TRIGGER follow_counted AFTER INSERT ON follow BEGIN
    INSERT INTO relation_count (user_id, followers) VALUES (NEW.followee_id, 1)
        ON CONFLICT (user_id) DO UPDATE SET followers = followers + 1;
    INSERT INTO relation_count (user_id, following) VALUES (NEW.follower_id, 1)
        ON CONFLICT (user_id) DO UPDATE SET following = following + 1;
END;

CREATE TRIGGER follow_discounted AFTER DELETE ON follow BEGIN
    UPDATE relation_count SET followers = followers - 1 WHERE user_id = OLD.followee_id;
    UPDATE relation_count SET following = following - 1 WHERE user_id = OLD.follower_id;
END;

CREATE TRIGGER tie_counted AFTER INSERT ON tie BEGIN
    INSERT INTO relation_count (user_id, ties) VALUES (NEW.user_id, 1)
        ON CONFLICT (user_id) DO UPDATE SET ties = ties + 1;
END;

CREATE TRIGGER tie_discounted AFTER DELETE ON tie BEGIN
    UPDATE relation_count SET ties = ties - 1 WHERE user_id = OLD.user_id;
END;

-- What the rest of the world is told of people. Ids are never used again. No reference to the account: the last word
-- on a person outlives them.
CREATE TABLE IF NOT EXISTS user_outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BLOB NOT NULL,
    event   TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
