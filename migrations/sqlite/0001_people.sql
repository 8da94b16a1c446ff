-- Accounts, how they sign in, and where they are signed in. Owned by the user and auth services.
CREATE TABLE user (
    id            BLOB PRIMARY KEY NOT NULL,
    handle        TEXT NOT NULL UNIQUE,
    display_name  TEXT NOT NULL,
    look          BLOB NOT NULL,
    mood          TEXT NOT NULL DEFAULT '',
    bio           TEXT NOT NULL DEFAULT '',
    front_room_id BLOB NOT NULL UNIQUE,
    created_ms    INTEGER NOT NULL
) STRICT;

-- One account may have several; one (provider, subject) leads to one account.
CREATE TABLE identity (
    provider   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT;

CREATE INDEX identity_of_user ON identity (user_id);

-- Signed in on one device. The secret itself is only in the browser; an ended login stays for a while.
CREATE TABLE login (
    id          BLOB PRIMARY KEY NOT NULL,
    user_id     BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    secret_hash BLOB NOT NULL UNIQUE,
    user_agent  TEXT NOT NULL DEFAULT '',
    created_ms  INTEGER NOT NULL,
    seen_ms     INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    revoked_ms  INTEGER
) STRICT;

CREATE INDEX login_of_user ON login (user_id);
