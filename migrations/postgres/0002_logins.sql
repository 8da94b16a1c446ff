-- Where people are signed in, the keys tokens are signed with, suspensions, and the log of what was done about
-- accounts. Owned by the auth service.
CREATE TABLE login (
    id               UUID PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind             TEXT NOT NULL CHECK (kind IN ('browser', 'app', 'token')),
    -- Of a browser's cookie or a personal access token. Apps have refresh tokens.
    secret_hash      BYTEA UNIQUE,
    client           TEXT,
    name             TEXT,
    user_agent       TEXT NOT NULL DEFAULT '',
    address          TEXT,
    scopes           TEXT NOT NULL,
    authenticated_ms BIGINT NOT NULL,
    created_ms       BIGINT NOT NULL,
    seen_ms          BIGINT NOT NULL,
    -- Null: a token that ends when it is revoked.
    expires_ms       BIGINT,
    revoked_ms       BIGINT,
    -- Which came first of those of one moment.
    place            BIGINT GENERATED ALWAYS AS IDENTITY,
    CHECK ((kind = 'app') = (secret_hash IS NULL) AND (kind = 'app') = (client IS NOT NULL)),
    CHECK (kind = 'token' OR expires_ms IS NOT NULL)
);
CREATE INDEX login_of_user ON login (user_id);
CREATE INDEX login_revoked ON login (revoked_ms) WHERE revoked_ms IS NOT NULL;
CREATE INDEX login_end ON login (expires_ms) WHERE expires_ms IS NOT NULL;

-- The refresh token of an app's login. One generation is good; the one before is known, older ones by their seal.
CREATE TABLE refresh (
    login_id        UUID PRIMARY KEY REFERENCES login (id) ON DELETE CASCADE,
    generation      BIGINT NOT NULL,
    hash            BYTEA NOT NULL,
    previous_hash   BYTEA,
    -- What, with the token before, this one was made of: who has lost the answer gets the same one again.
    salt            BYTEA NOT NULL,
    rotated_ms      BIGINT NOT NULL,
    -- Whether an access token made with this generation was used.
    used            BOOLEAN NOT NULL,
    -- Whether this generation was given again because its answer was lost, and whether the one before was: a token
    -- shown twice generation after generation is in two hands.
    repeated        BOOLEAN NOT NULL DEFAULT FALSE,
    repeated_before BOOLEAN NOT NULL DEFAULT FALSE
);

-- Sign-in codes of apps, kept for a while after their use: shown again, they end what they opened.
CREATE TABLE app_code (
    hash             BYTEA PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    client           TEXT NOT NULL,
    redirect_uri     TEXT NOT NULL,
    challenge        TEXT NOT NULL,
    scopes           TEXT NOT NULL,
    -- When the person last proved who they are.
    authenticated_ms BIGINT NOT NULL,
    created_ms       BIGINT NOT NULL,
    expires_ms       BIGINT NOT NULL,
    login_id         UUID
);
CREATE INDEX app_code_of_user ON app_code (user_id);
CREATE INDEX app_code_end ON app_code (expires_ms);

-- The key that signs is the one with the latest past signs_from_ms.
CREATE TABLE signing_key (
    kid           TEXT PRIMARY KEY,
    seed          BYTEA NOT NULL,
    created_ms    BIGINT NOT NULL,
    signs_from_ms BIGINT NOT NULL
);

CREATE TABLE suspension (
    user_id    UUID PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    reason     TEXT NOT NULL,
    -- Null: until it is lifted.
    until_ms   BIGINT,
    by_id      UUID,
    created_ms BIGINT NOT NULL
);
-- Whose rooms are to be emptied is asked for again and again: those who were suspended lately.
CREATE INDEX suspension_by_time ON suspension (created_ms);
CREATE INDEX suspension_by ON suspension (by_id) WHERE by_id IS NOT NULL;

-- Who did what to whom, when and from where. Ids are not references: a line may outlive an account.
CREATE TABLE audit (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms      BIGINT NOT NULL,
    -- Null: whoever runs the server.
    actor_id   UUID,
    subject_id UUID,
    act        TEXT NOT NULL,
    detail     JSONB NOT NULL,
    address    TEXT,
    user_agent TEXT NOT NULL DEFAULT '',
    login_id   UUID
);
CREATE INDEX audit_of_subject ON audit (subject_id, id);
CREATE INDEX audit_of_actor ON audit (actor_id, id);
CREATE INDEX audit_of_act ON audit (act, id);
CREATE INDEX audit_age ON audit (at_ms);

-- Whoever goes takes along what concerns themselves. What they did to others, and staff to them, names them no more.
CREATE FUNCTION audit_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM audit WHERE subject_id = OLD.id
        AND (actor_id = OLD.id OR act IN ('code_reused', 'refresh_reused'));
    UPDATE audit SET subject_id = NULL, detail = '{}' WHERE subject_id = OLD.id;
    UPDATE audit SET actor_id = NULL, address = NULL, user_agent = '', login_id = NULL WHERE actor_id = OLD.id;
    UPDATE suspension SET by_id = NULL WHERE by_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_forgets BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION audit_forget();
