-- A picture that is taken down is taken down wherever it is shown: also as other people's uploads of the same. What was
-- banned before this was known is looked at once more.
ALTER TABLE asset_banned ADD COLUMN is_searched INTEGER NOT NULL DEFAULT 0 CHECK (is_searched IN (0, 1));

CREATE INDEX asset_banned_to_search ON asset_banned (sha256) WHERE is_searched = 0;
CREATE INDEX asset_by_source ON asset (source_sha256);
