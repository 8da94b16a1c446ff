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
