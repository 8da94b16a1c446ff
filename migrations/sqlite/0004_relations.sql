-- Who follows whom, what an account may do on the platform, and who changed that. Owned by the user service.
CREATE TABLE follow (
    follower_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    followee_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX follow_of_followee ON follow (followee_id);

ALTER TABLE user ADD COLUMN role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'moderator', 'admin'));

-- What operators did to accounts. Kept when the account goes.
CREATE TABLE account_audit (
    id      INTEGER PRIMARY KEY NOT NULL,
    at_ms   INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    user_id BLOB NOT NULL,
    action  TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL
) STRICT;

CREATE INDEX account_audit_of_user ON account_audit (user_id, id);
