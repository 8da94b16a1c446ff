-- What people do not want to read. Owned by the muted words service.
CREATE TABLE muted_word (
    id         UUID PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- As it was written, and as it is compared.
    text       TEXT NOT NULL,
    word       TEXT COLLATE "C" NOT NULL,
    created_ms BIGINT NOT NULL,
    -- Null: until it is taken away.
    until_ms   BIGINT
);
CREATE UNIQUE INDEX muted_word_once ON muted_word (user_id, word);
CREATE INDEX muted_word_of_user ON muted_word (user_id, created_ms, id);

-- What people wrote lately, as fingerprints that do not tell what: against spam. Of each author the newest fifty of a
-- day. And where anybody linked to, as digests.
CREATE TABLE written_text (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    bits      BIGINT NOT NULL,
    -- Whether there was enough of it to compare.
    telling   BOOLEAN NOT NULL,
    at_ms     BIGINT NOT NULL,
    -- What it is the text of, and the request that brought it, both as digests: said anew, it counts once, as it was
    -- last.
    thing     BYTEA,
    request   BYTEA,
    -- How many of its hosts were new when it was first said: they are no better known for being sent again.
    new_hosts BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX written_text_of_author ON written_text (author_id, id);
CREATE INDEX written_text_age ON written_text (at_ms);

CREATE TABLE linked_host (
    digest BYTEA PRIMARY KEY,
    at_ms  BIGINT NOT NULL
);
CREATE INDEX linked_host_age ON linked_host (at_ms);
