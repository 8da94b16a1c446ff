-- Bytes are banned once for each picture they were removed as: taking one of those decisions back leaves the others.
-- What was banned before pictures were written down with it has none.
CREATE TABLE asset_banned_by_picture (
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    asset_id    BLOB,
    at_ms       INTEGER NOT NULL,
    is_searched INTEGER NOT NULL DEFAULT 0 CHECK (is_searched IN (0, 1)),
    UNIQUE (sha256, asset_id)
) STRICT;

INSERT INTO asset_banned_by_picture (sha256, asset_id, at_ms, is_searched)
    SELECT sha256, asset_id, at_ms, is_searched FROM asset_banned;
DROP TABLE asset_banned;
ALTER TABLE asset_banned_by_picture RENAME TO asset_banned;

CREATE INDEX asset_banned_to_search ON asset_banned (sha256) WHERE is_searched = 0;
CREATE INDEX asset_banned_by ON asset_banned (asset_id) WHERE asset_id IS NOT NULL;

-- What has come back is bound to nothing any more.
UPDATE asset SET taken_with = NULL, coming_back = 0
    WHERE state <> 'taken_down' AND (taken_with IS NOT NULL OR coming_back = 1);
