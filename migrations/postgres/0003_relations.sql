-- What people are to each other, how many of them there are, and what they are told of it. Owned by the relation
-- and notification services.
CREATE TABLE follow (
    follower_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    followee_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_ms  BIGINT NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);
CREATE INDEX follow_of_followee ON follow (followee_id, created_ms, follower_id);
CREATE INDEX follow_of_follower ON follow (follower_id, created_ms, followee_id);

CREATE TABLE follow_request (
    asker_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    asked_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (asker_id, asked_id)
);
CREATE INDEX follow_request_of_asked ON follow_request (asked_id, created_ms, asker_id);

CREATE TABLE block (
    blocker_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    blocked_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);
CREATE INDEX block_of_blocked ON block (blocked_id, created_ms, blocker_id);
CREATE INDEX block_of_blocker ON block (blocker_id, created_ms, blocked_id);

CREATE TABLE mute (
    muter_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    muted_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    -- Null: until unmuted.
    until_ms   BIGINT,
    PRIMARY KEY (muter_id, muted_id)
);
CREATE INDEX mute_of_muter ON mute (muter_id, created_ms, muted_id);
CREATE INDEX mute_of_muted ON mute (muted_id);

-- Two rows a tie, each with the name one gave the other.
CREATE TABLE tie (
    user_id    UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    other_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    nickname   TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, other_id)
);
CREATE INDEX tie_of_user ON tie (user_id, created_ms, other_id);
CREATE INDEX tie_of_other ON tie (other_id);

CREATE TABLE tie_request (
    asker_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    asked_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    nickname   TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (asker_id, asked_id)
);
CREATE INDEX tie_request_of_asked ON tie_request (asked_id, created_ms, asker_id);

CREATE TABLE testimonial (
    owner_id   UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    author_id  UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (owner_id, author_id)
);
CREATE INDEX testimonial_of_owner ON testimonial (owner_id, created_ms, author_id);
CREATE INDEX testimonial_of_author ON testimonial (author_id);

-- Kept by triggers, so that no way of adding or removing a row forgets them, the deletion of an account among them.
-- Who adds or removes one holds the rows of both accounts: counts are never waited for in two orders.
CREATE TABLE relation_count (
    user_id   UUID PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    followers BIGINT NOT NULL DEFAULT 0 CHECK (followers >= 0),
    following BIGINT NOT NULL DEFAULT 0 CHECK (following >= 0),
    ties      BIGINT NOT NULL DEFAULT 0 CHECK (ties >= 0)
);

CREATE FUNCTION follow_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO relation_count AS c (user_id, followers) VALUES (NEW.followee_id, 1)
            ON CONFLICT (user_id) DO UPDATE SET followers = c.followers + 1;
        INSERT INTO relation_count AS c (user_id, following) VALUES (NEW.follower_id, 1)
            ON CONFLICT (user_id) DO UPDATE SET following = c.following + 1;
    ELSE
        UPDATE relation_count SET followers = followers - 1 WHERE user_id = OLD.followee_id;
        UPDATE relation_count SET following = following - 1 WHERE user_id = OLD.follower_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER follow_counted AFTER INSERT OR DELETE ON follow FOR EACH ROW EXECUTE FUNCTION follow_count();

CREATE FUNCTION tie_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO relation_count AS c (user_id, ties) VALUES (NEW.user_id, 1)
            ON CONFLICT (user_id) DO UPDATE SET ties = c.ties + 1;
    ELSE
        UPDATE relation_count SET ties = ties - 1 WHERE user_id = OLD.user_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tie_counted AFTER INSERT OR DELETE ON tie FOR EACH ROW EXECUTE FUNCTION tie_count();

-- What people are told of; other services write theirs with what they tell of. Who writes one holds the receiver's
-- row: of one receiver the ids are in the order of what was told.
CREATE TABLE notification (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    receiver_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    -- Null: a guest, or the house.
    from_id     UUID REFERENCES account (id) ON DELETE CASCADE,
    -- What it is about, by its id; empty where kind and person say it all.
    subject     TEXT NOT NULL DEFAULT '',
    created_ms  BIGINT NOT NULL,
    -- What it tells of was taken back: it is not shown, and keeps the same from being told again too soon.
    withdrawn   BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX notification_of_receiver ON notification (receiver_id, id);
CREATE UNIQUE INDEX notification_told_once ON notification (receiver_id, kind, from_id, subject)
    WHERE from_id IS NOT NULL;
CREATE INDEX notification_of_from ON notification (from_id);

-- Up to which of their notices people have read.
CREATE TABLE notification_read (
    user_id UUID PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    up_to   BIGINT NOT NULL
);
