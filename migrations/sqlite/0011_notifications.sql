-- What people are told of. Owned by the notification service; other services write theirs with what they tell of.
CREATE TABLE notification (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    receiver_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    -- Null: a guest, or the house.
    from_id     BLOB REFERENCES user (id) ON DELETE CASCADE,
    -- What it is about, by its id; empty where kind and person say it all.
    subject     TEXT NOT NULL DEFAULT '',
    created_ms  INTEGER NOT NULL,
    -- What it tells of was taken back: it is not shown, and keeps the same from being told again too soon.
    withdrawn   INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1))
) STRICT;

CREATE INDEX notification_of_receiver ON notification (receiver_id, id);
CREATE UNIQUE INDEX notification_told_once ON notification (receiver_id, kind, from_id, subject)
    WHERE from_id IS NOT NULL;
CREATE INDEX notification_of_from ON notification (from_id);

-- Up to which of their notices people have read.
CREATE TABLE notification_read (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    up_to   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
