-- A picture that is taken down can come back for as long as its owner may appeal or an appeal waits: until then its
-- bytes, its words and what it hung in are kept, closed to everybody. Of those taken down before nothing was kept.
ALTER TABLE asset ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld IN (0, 1));
-- The picture with which this one was taken down, being the same.
ALTER TABLE asset ADD COLUMN taken_with BLOB;
-- The decision about that one was taken back: to be looked at.
ALTER TABLE asset ADD COLUMN coming_back INTEGER NOT NULL DEFAULT 0 CHECK (coming_back IN (0, 1));
-- The picture, the newest of several, with which these bytes were banned.
ALTER TABLE asset_banned ADD COLUMN asset_id BLOB;

CREATE INDEX asset_withheld ON asset (due_ms) WHERE withheld = 1;
CREATE INDEX asset_taken_with ON asset (taken_with) WHERE taken_with IS NOT NULL;
CREATE INDEX asset_coming_back ON asset (id) WHERE coming_back = 1;
CREATE INDEX asset_banned_by ON asset_banned (asset_id) WHERE asset_id IS NOT NULL;
