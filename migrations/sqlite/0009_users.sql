-- Profiles that change, handles that were given up, settings, the index of the search. Owned by the user service.

-- Grows with each change a profile shows.
ALTER TABLE user ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE user ADD COLUMN links TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(links));
ALTER TABLE user ADD COLUMN handle_changed_ms INTEGER;
-- The display name as it is searched: null until it is indexed, which happens when it is written or at the next start.
ALTER TABLE user ADD COLUMN name_folded TEXT;

CREATE INDEX user_by_name ON user (name_folded, id);

-- One and two characters in a row of each folded name.
CREATE TABLE user_gram (
    gram    TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    PRIMARY KEY (gram, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_gram_of_user ON user_gram (user_id);

-- Leads from where somebody was to where they are, and is nobody else's until then.
CREATE TABLE old_handle (
    handle        TEXT PRIMARY KEY NOT NULL,
    user_id       BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kept_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX old_handle_of_user ON old_handle (user_id);

-- Who has no row has the defaults.
CREATE TABLE user_settings (
    user_id                 BLOB PRIMARY KEY NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    version                 INTEGER NOT NULL,
    account_private         INTEGER NOT NULL CHECK (account_private IN (0, 1)),
    room_default_visibility TEXT NOT NULL CHECK (room_default_visibility IN ('public', 'followers', 'private')),
    show_presence           TEXT NOT NULL CHECK (show_presence IN ('everyone', 'followers', 'ties', 'nobody')),
    show_visits             TEXT NOT NULL CHECK (show_visits IN ('everyone', 'followers', 'ties', 'nobody')),
    language                TEXT NOT NULL CHECK (language IN ('ko', 'en')),
    motion                  TEXT NOT NULL CHECK (motion IN ('system', 'reduced', 'full')),
    notifications           TEXT NOT NULL CHECK (json_valid(notifications))
) STRICT, WITHOUT ROWID;

-- What happened to accounts and between them, for other services: written with the effect, cleared when passed on.
CREATE TABLE IF NOT EXISTS user_outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BLOB NOT NULL,
    event   TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
