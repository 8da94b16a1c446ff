-- Requests that take effect once. A row is written in the transaction of the effect it stands for.
CREATE TABLE once (
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    -- The client's key, hashed: with the key itself what was answered could be read.
    key_hash   BLOB NOT NULL CHECK (length(key_hash) = 32),
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    -- JSON, sealed under the client's key: it may hold a secret that is shown once.
    result     BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX once_age ON once (created_ms);
CREATE INDEX once_of_user ON once (user_id, created_ms);
