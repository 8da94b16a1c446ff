-- Accounts, how they sign in, what they show and chose. Owned by the user service.
--
-- Texts that are compared by range are in the order of their bytes, whatever the database's own order is.
CREATE TABLE account (
    id                UUID PRIMARY KEY,
    handle            TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name      TEXT NOT NULL,
    look              BYTEA NOT NULL CHECK (octet_length(look) = 6),
    mood              TEXT NOT NULL DEFAULT '',
    bio               TEXT NOT NULL DEFAULT '',
    links             JSONB NOT NULL DEFAULT '[]',
    front_room_id     UUID NOT NULL UNIQUE,
    role              TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'moderator', 'admin')),
    -- Grows with each change a profile shows.
    version           BIGINT NOT NULL DEFAULT 1,
    created_ms        BIGINT NOT NULL,
    handle_changed_ms BIGINT,
    -- Since when the account is closed: gone for everybody else, and erased when its grace has passed.
    closing_ms        BIGINT,
    -- Erasure has begun: there is no way back.
    erasing           BOOLEAN NOT NULL DEFAULT FALSE,
    -- The display name as it is searched.
    name_folded       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX account_by_name ON account (name_folded, id);
CREATE INDEX account_closing ON account (id) WHERE closing_ms IS NOT NULL;
CREATE INDEX account_admin ON account (id) WHERE role = 'admin';

-- One account may have several; one (provider, issuer, subject) leads to one account.
CREATE TABLE identity (
    provider       TEXT COLLATE "C" NOT NULL,
    -- Empty: noted before issuers were, by a store this one took over. The first to come with the name is asked for
    -- nothing more.
    issuer         TEXT COLLATE "C" NOT NULL,
    subject        TEXT COLLATE "C" NOT NULL,
    user_id        UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    email          TEXT COLLATE "C",
    email_verified BOOLEAN NOT NULL DEFAULT FALSE,
    created_ms     BIGINT NOT NULL,
    -- Which came first of those of one moment.
    place          BIGINT GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (provider, issuer, subject),
    CHECK (NOT email_verified OR email IS NOT NULL)
);
CREATE INDEX identity_of_user ON identity (user_id);
CREATE INDEX identity_of_email ON identity (email) WHERE email_verified;
CREATE INDEX identity_of_provider ON identity (provider, created_ms, place);

-- Leads from where somebody was to where they are, and is nobody else's until then.
CREATE TABLE old_handle (
    handle        TEXT COLLATE "C" PRIMARY KEY,
    user_id       UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kept_until_ms BIGINT NOT NULL
);
CREATE INDEX old_handle_of_user ON old_handle (user_id);
CREATE INDEX old_handle_age ON old_handle (kept_until_ms);

-- Handles of people who were erased, as keyed digests: nobody takes one while links still lead to it.
CREATE TABLE kept_handle (
    digest        BYTEA PRIMARY KEY,
    kept_until_ms BIGINT NOT NULL
);
CREATE INDEX kept_handle_age ON kept_handle (kept_until_ms);

-- One and two characters in a row of each folded name.
CREATE TABLE user_gram (
    gram    TEXT COLLATE "C" NOT NULL,
    user_id UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (gram, user_id)
);
CREATE INDEX user_gram_of_user ON user_gram (user_id);

-- Who has no row has the defaults.
CREATE TABLE user_settings (
    user_id                 UUID PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    version                 BIGINT NOT NULL,
    account_private         BOOLEAN NOT NULL,
    room_default_visibility TEXT NOT NULL CHECK (room_default_visibility IN ('public', 'followers', 'private')),
    show_presence           TEXT NOT NULL CHECK (show_presence IN ('everyone', 'followers', 'ties', 'nobody')),
    show_visits             TEXT NOT NULL CHECK (show_visits IN ('everyone', 'followers', 'ties', 'nobody')),
    language                TEXT NOT NULL CHECK (language IN ('ko', 'en')),
    motion                  TEXT NOT NULL CHECK (motion IN ('system', 'reduced', 'full')),
    notifications           JSONB NOT NULL
);

-- What the rest of the world is told of people: written with the effect, cleared when passed on. No reference to the
-- account: the last word on a person outlives them. Who writes one holds the person's row, so that of one person the
-- ids are in the order of what happened.
CREATE TABLE user_outbox (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id UUID NOT NULL,
    event   JSONB NOT NULL
);
CREATE INDEX user_outbox_of_user ON user_outbox (user_id);

-- Secrets of this installation, made when they are first asked for.
CREATE TABLE installation (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Requests that take effect once. A row is written in the transaction of the effect it stands for.
CREATE TABLE once (
    user_id    UUID NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- The client's key, hashed: with the key itself what was answered could be read.
    key_hash   BYTEA NOT NULL CHECK (octet_length(key_hash) = 32),
    digest     BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    -- JSON, sealed under the client's key: it may hold a secret that is shown once.
    result     BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);
CREATE INDEX once_age ON once (created_ms);
CREATE INDEX once_of_user ON once (user_id, created_ms);
