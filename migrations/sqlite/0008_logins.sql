-- Logins of apps and programs beside those of browsers, the keys tokens are signed with, suspensions, and the log of
-- what was done about accounts. Owned by the auth service.

-- The secret of a login is no longer always there, which a column cannot be told in place.
CREATE TABLE login_next (
    id               BLOB PRIMARY KEY NOT NULL,
    user_id          BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL CHECK (kind IN ('browser', 'app', 'token')),
    -- Of a browser's cookie or a personal access token. Apps have refresh tokens.
    secret_hash      BLOB UNIQUE,
    client           TEXT,
    name             TEXT,
    user_agent       TEXT NOT NULL DEFAULT '',
    address          TEXT,
    scopes           TEXT NOT NULL,
    authenticated_ms INTEGER NOT NULL,
    created_ms       INTEGER NOT NULL,
    seen_ms          INTEGER NOT NULL,
    -- Null: a token that ends when it is revoked.
    expires_ms       INTEGER,
    revoked_ms       INTEGER,
    CHECK ((kind = 'app') = (secret_hash IS NULL) AND (kind = 'app') = (client IS NOT NULL)),
    CHECK (kind = 'token' OR expires_ms IS NOT NULL)
) STRICT;

INSERT INTO login_next (id, user_id, kind, secret_hash, user_agent, scopes, authenticated_ms, created_ms, seen_ms,
                        expires_ms, revoked_ms)
SELECT id, user_id, 'browser', secret_hash, user_agent, 'read write live account moderate admin', created_ms,
       created_ms, seen_ms, expires_ms, revoked_ms
FROM login;

DROP TABLE login;
ALTER TABLE login_next RENAME TO login;
CREATE INDEX login_of_user ON login (user_id);
CREATE INDEX login_revoked ON login (revoked_ms) WHERE revoked_ms IS NOT NULL;
CREATE INDEX login_end ON login (expires_ms) WHERE expires_ms IS NOT NULL;

-- The refresh token of an app's login. One generation is good; the one before is known, older ones by their seal.
CREATE TABLE refresh (
    login_id      BLOB PRIMARY KEY NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    generation    INTEGER NOT NULL,
    hash          BLOB NOT NULL,
    previous_hash BLOB,
    -- What, with the token before, this one was made of: who has lost the answer gets the same one again.
    salt          BLOB NOT NULL,
    rotated_ms    INTEGER NOT NULL,
    -- Whether an access token made with this generation was used.
    used          INTEGER NOT NULL CHECK (used IN (0, 1)),
    -- Whether this generation was given again because its answer was lost, and whether the one before was: a token
    -- shown twice generation after generation is in two hands.
    repeated        INTEGER NOT NULL DEFAULT 0 CHECK (repeated IN (0, 1)),
    repeated_before INTEGER NOT NULL DEFAULT 0 CHECK (repeated_before IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Sign-in codes of apps, kept for a while after their use: shown again, they end what they opened.
CREATE TABLE app_code (
    hash         BLOB PRIMARY KEY NOT NULL,
    user_id      BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    client       TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    -- When the person last proved who they are.
    authenticated_ms INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    login_id     BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX app_code_of_user ON app_code (user_id);
CREATE INDEX app_code_end ON app_code (expires_ms);

-- The key that signs is the one with the latest past signs_from_ms.
CREATE TABLE signing_key (
    kid           TEXT PRIMARY KEY NOT NULL,
    seed          BLOB NOT NULL,
    created_ms    INTEGER NOT NULL,
    signs_from_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE suspension (
    user_id    BLOB PRIMARY KEY NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    reason     TEXT NOT NULL,
    -- Null: until it is lifted.
    until_ms   INTEGER,
    by_id      BLOB,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what to whom, when and from where. Ids are not references: a line may outlive an account.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms      INTEGER NOT NULL,
    -- Null: whoever runs the server.
    actor_id   BLOB,
    subject_id BLOB,
    act        TEXT NOT NULL,
    detail     TEXT NOT NULL CHECK (json_valid(detail)),
    address    TEXT,
    user_agent TEXT NOT NULL DEFAULT '',
    login_id   BLOB
) STRICT;

CREATE INDEX audit_of_subject ON audit (subject_id, id);
CREATE INDEX audit_of_actor ON audit (actor_id, id);
CREATE INDEX audit_of_act ON audit (act, id);
CREATE INDEX audit_age ON audit (at_ms);

-- Whoever goes takes along what concerns themselves. What they did to others, and staff to them, names them no more.
CREATE TRIGGER audit_forgets BEFORE DELETE ON user BEGIN
    DELETE FROM audit WHERE subject_id = OLD.id
        AND (actor_id = OLD.id OR act IN ('code_reused', 'refresh_reused'));
    UPDATE audit SET subject_id = NULL, detail = '{}' WHERE subject_id = OLD.id;
    UPDATE audit SET actor_id = NULL, address = NULL, user_agent = '', login_id = NULL WHERE actor_id = OLD.id;
    UPDATE suspension SET by_id = NULL WHERE by_id = OLD.id;
END;

INSERT INTO audit (at_ms, subject_id, act, detail)
SELECT at_ms, user_id, 'role_changed', json_object('before', before, 'after', after)
FROM account_audit ORDER BY id;
DROP TABLE account_audit;
