-- Pictures people upload. Owned by the asset service. The bytes lie elsewhere (a folder, S3), named by their SHA-256.
CREATE TABLE asset (
    id            BLOB PRIMARY KEY NOT NULL,
    owner_id      BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    purpose       TEXT NOT NULL CHECK (purpose IN ('picture', 'avatar', 'texture')),
    state         TEXT NOT NULL CHECK (state IN ('uploading', 'processing', 'ready', 'refused', 'taken_down')),
    standing      TEXT NOT NULL DEFAULT 'shown' CHECK (standing IN ('shown', 'held', 'hidden', 'removed')),
    refusal       TEXT,
    alt           TEXT NOT NULL,
    license_note  TEXT NOT NULL,
    -- What was sent, or is going to be.
    content_type  TEXT NOT NULL,
    source_bytes  INTEGER NOT NULL,
    source_sha256 BLOB NOT NULL CHECK (length(source_sha256) = 32),
    -- What is kept of it, counted against the owner.
    kept_bytes    INTEGER NOT NULL DEFAULT 0,
    width         INTEGER NOT NULL DEFAULT 0,
    height        INTEGER NOT NULL DEFAULT 0,
    blurhash      TEXT NOT NULL DEFAULT '',
    version       INTEGER NOT NULL DEFAULT 1,
    created_ms    INTEGER NOT NULL,
    -- When the asset service looks at it next: to decode it, or to see whether it is still wanted.
    due_ms        INTEGER NOT NULL,
    -- How often it was taken to be decoded.
    tries         INTEGER NOT NULL DEFAULT 0,
    -- Nobody showed it when it was looked at, nor since.
    seen_unused   INTEGER NOT NULL DEFAULT 1 CHECK (seen_unused IN (0, 1))
) STRICT;

CREATE INDEX asset_of_owner ON asset (owner_id, id);
CREATE INDEX asset_due ON asset (state, due_ms);

-- Bytes that are in the store of bytes, or may be. A row is written before they are, and goes after they have.
CREATE TABLE asset_blob (
    sha256        BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32),
    -- Whoever writes them needs them until then.
    held_until_ms INTEGER NOT NULL,
    -- No picture may have them any more: to be looked at.
    loose         INTEGER NOT NULL CHECK (loose IN (0, 1)),
    -- They are being deleted, and are not to be written meanwhile.
    going         INTEGER NOT NULL DEFAULT 0 CHECK (going IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_blob_loose ON asset_blob (held_until_ms) WHERE loose = 1;

CREATE TABLE asset_variant (
    asset_id BLOB NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    name     TEXT NOT NULL CHECK (name IN ('thumb', 'small', 'large')),
    sha256   BLOB NOT NULL REFERENCES asset_blob (sha256),
    width    INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (asset_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_variant_by_bytes ON asset_variant (sha256);

-- Bytes that were taken down, as they were sent and as they were kept: they are not taken again, from anybody.
CREATE TABLE asset_banned (
    sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32),
    at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What caches are to drop, whatever it was that made it so.
CREATE TABLE media_purge (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    asset_id BLOB NOT NULL,
    variant  TEXT NOT NULL,
    sha256   BLOB NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    due_ms   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX media_purge_due ON media_purge (due_ms, id);

CREATE TRIGGER asset_gone AFTER DELETE ON asset BEGIN
    DELETE FROM asset_use WHERE asset_id = OLD.id;
END;

CREATE TRIGGER asset_variant_gone AFTER DELETE ON asset_variant BEGIN
    UPDATE asset_blob SET loose = 1 WHERE sha256 = OLD.sha256;
    INSERT INTO media_purge (asset_id, variant, sha256) VALUES (OLD.asset_id, OLD.name, OLD.sha256);
END;

CREATE TRIGGER asset_use_begun AFTER INSERT ON asset_use BEGIN
    UPDATE asset SET seen_unused = 0 WHERE id = NEW.asset_id;
END;

-- Nobody shows it to everybody any more: from now on by signed links alone, also out of caches.
CREATE TRIGGER asset_use_ended AFTER DELETE ON asset_use
WHEN OLD.is_public = 1
    AND NOT EXISTS (SELECT 1 FROM asset_use WHERE asset_id = OLD.asset_id AND is_public = 1) BEGIN
    INSERT INTO media_purge (asset_id, variant, sha256)
        SELECT asset_id, name, sha256 FROM asset_variant WHERE asset_id = OLD.asset_id;
END;

CREATE TRIGGER asset_use_closed AFTER UPDATE OF is_public ON asset_use
WHEN OLD.is_public = 1
    AND NOT EXISTS (SELECT 1 FROM asset_use WHERE asset_id = OLD.asset_id AND is_public = 1) BEGIN
    INSERT INTO media_purge (asset_id, variant, sha256)
        SELECT asset_id, name, sha256 FROM asset_variant WHERE asset_id = OLD.asset_id;
END;
