-- The same name given by another issuer is another person; and the e-mail address as the provider last gave it.
-- Owned by the auth service.
CREATE TABLE identity_next (
    provider       TEXT NOT NULL,
    -- Empty: noted before issuers were. The first to come with the name is asked for nothing more.
    issuer         TEXT NOT NULL,
    subject        TEXT NOT NULL,
    user_id        BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    email          TEXT,
    email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    created_ms     INTEGER NOT NULL,
    PRIMARY KEY (provider, issuer, subject),
    CHECK (email_verified = 0 OR email IS NOT NULL)
) STRICT;

INSERT INTO identity_next (provider, issuer, subject, user_id, created_ms)
SELECT provider, CASE provider WHEN 'dev' THEN 'urn:maru:dev' ELSE '' END, subject, user_id, created_ms
FROM identity ORDER BY rowid;

DROP TABLE identity;
ALTER TABLE identity_next RENAME TO identity;
CREATE INDEX identity_of_user ON identity (user_id);
CREATE INDEX identity_of_email ON identity (email) WHERE email_verified = 1;
