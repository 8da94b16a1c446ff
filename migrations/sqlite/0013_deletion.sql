-- Accounts on their way out. Owned by the user service.

-- Since when the account is closed: gone for everybody else, and erased when its grace has passed.
ALTER TABLE user ADD COLUMN closing_ms INTEGER;
-- Erasure has begun: there is no way back.
ALTER TABLE user ADD COLUMN erasing INTEGER NOT NULL DEFAULT 0 CHECK (erasing IN (0, 1));

CREATE INDEX user_closing ON user (closing_ms) WHERE closing_ms IS NOT NULL;

-- Handles of people who were erased, as keyed digests: nobody takes one while links still lead to it.
CREATE TABLE kept_handle (
    digest        BLOB PRIMARY KEY NOT NULL,
    kept_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
