-- Posts, what people do with them, and comments in threads. Owned by the post service.
CREATE TABLE post (
    id           BLOB PRIMARY KEY NOT NULL,
    author_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'published')),
    audience     TEXT NOT NULL CHECK (audience IN ('public', 'followers', 'ties', 'private')),
    standing     TEXT NOT NULL CHECK (standing IN ('shown', 'held', 'hidden', 'removed')),
    text         TEXT NOT NULL,
    warning      TEXT NOT NULL,
    sensitive    INTEGER NOT NULL CHECK (sensitive IN (0, 1)),
    pictures     TEXT NOT NULL CHECK (json_valid(pictures)),
    given_tags   TEXT NOT NULL CHECK (json_valid(given_tags)),
    tags         TEXT NOT NULL CHECK (json_valid(tags)),
    -- Neither a room nor a quoted post keeps this one from being: it may outlive them.
    room_id      BLOB,
    quote_id     BLOB,
    version      INTEGER NOT NULL DEFAULT 1,
    created_ms   INTEGER NOT NULL,
    -- Since when it says what it says.
    changed_ms   INTEGER NOT NULL,
    publish_ms   INTEGER,
    published_ms INTEGER,
    edited_ms    INTEGER,
    pinned_ms    INTEGER,
    -- Whether the rest of the world was told of it.
    announced    INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    -- Gone for everybody from then on; swept in steps.
    deleted_ms   INTEGER
) STRICT;

CREATE INDEX post_of_author ON post (author_id, published_ms, id);
CREATE INDEX post_newest ON post (published_ms, id)
    WHERE audience = 'public' AND state = 'published' AND deleted_ms IS NULL;
CREATE INDEX post_of_room ON post (room_id, published_ms, id) WHERE room_id IS NOT NULL;
CREATE INDEX post_unpublished ON post (author_id, created_ms, id) WHERE state <> 'published';
CREATE INDEX post_due ON post (publish_ms) WHERE state = 'scheduled' AND deleted_ms IS NULL;
CREATE INDEX post_pinned ON post (author_id, pinned_ms) WHERE pinned_ms IS NOT NULL;
CREATE INDEX post_deleted ON post (deleted_ms) WHERE deleted_ms IS NOT NULL;
CREATE INDEX post_removed ON post (changed_ms) WHERE standing = 'removed' AND deleted_ms IS NULL;

-- What a published post was before it was changed.
CREATE TABLE post_edit (
    post_id   BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    version   INTEGER NOT NULL,
    audience  TEXT NOT NULL,
    standing  TEXT NOT NULL,
    text      TEXT NOT NULL,
    warning   TEXT NOT NULL,
    sensitive INTEGER NOT NULL,
    pictures  TEXT NOT NULL CHECK (json_valid(pictures)),
    tags      TEXT NOT NULL CHECK (json_valid(tags)),
    since_ms  INTEGER NOT NULL,
    PRIMARY KEY (post_id, version)
) STRICT, WITHOUT ROWID;

-- The tags of what is published.
CREATE TABLE post_tag (
    tag     TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    post_id BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, at_ms, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_tag_of_post ON post_tag (post_id);

-- Who was told that a post, or a comment on it, names them.
CREATE TABLE post_mention (
    post_id BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_mention_of_user ON post_mention (user_id);

CREATE TABLE post_reaction (
    post_id    BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('heart', 'laugh', 'wow', 'sad', 'cheer', 'thanks')),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_reaction_by_time ON post_reaction (post_id, created_ms, user_id);
CREATE INDEX post_reaction_of_user ON post_reaction (user_id);

CREATE TABLE post_bookmark (
    post_id    BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_bookmark_of_user ON post_bookmark (user_id, created_ms, post_id);

CREATE TABLE post_repost (
    post_id    BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_repost_by_time ON post_repost (post_id, created_ms, user_id);
CREATE INDEX post_repost_of_user ON post_repost (user_id, created_ms, post_id);

CREATE TABLE comment (
    id         BLOB PRIMARY KEY NOT NULL,
    post_id    BLOB NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    -- Null: only its place is left, for the answers to it.
    author_id  BLOB REFERENCES user (id) ON DELETE SET NULL,
    parent_id  BLOB,
    root_id    BLOB NOT NULL,
    -- Below which it is listed: what it answers or, beyond the depth that is shown, what that is listed below.
    under_id   BLOB,
    depth      INTEGER NOT NULL,
    -- The ids from the root to here as they are listed, in hexadecimal: what is below begins with it.
    path       TEXT NOT NULL,
    text       TEXT NOT NULL,
    standing   TEXT NOT NULL CHECK (standing IN ('shown', 'held', 'hidden', 'removed')),
    version    INTEGER NOT NULL DEFAULT 1,
    created_ms INTEGER NOT NULL,
    edited_ms  INTEGER,
    announced  INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    deleted_ms INTEGER
) STRICT;
CREATE INDEX comment_of_post ON comment (post_id, created_ms, id) WHERE under_id IS NULL;
CREATE INDEX comment_of_post_all ON comment (post_id);
CREATE INDEX comment_under ON comment (under_id, created_ms, id) WHERE under_id IS NOT NULL;
CREATE INDEX comment_answers ON comment (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comment_path ON comment (path);
CREATE INDEX comment_of_author ON comment (author_id, post_id);
CREATE INDEX comment_deleted ON comment (deleted_ms) WHERE deleted_ms IS NOT NULL;

CREATE TABLE comment_reaction (
    comment_id BLOB NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    user_id    BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('heart', 'laugh', 'wow', 'sad', 'cheer', 'thanks')),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (comment_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_reaction_of_user ON comment_reaction (user_id);

-- Kept by triggers, so that no way of adding or removing a row forgets them, the deletion of an account among them.
CREATE TABLE post_count (
    post_id   BLOB PRIMARY KEY NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    comments  INTEGER NOT NULL DEFAULT 0 CHECK (comments >= 0),
    reposts   INTEGER NOT NULL DEFAULT 0 CHECK (reposts >= 0),
    bookmarks INTEGER NOT NULL DEFAULT 0 CHECK (bookmarks >= 0),
    heart     INTEGER NOT NULL DEFAULT 0 CHECK (heart >= 0),
    laugh     INTEGER NOT NULL DEFAULT 0 CHECK (laugh >= 0),
    wow       INTEGER NOT NULL DEFAULT 0 CHECK (wow >= 0),
    sad       INTEGER NOT NULL DEFAULT 0 CHECK (sad >= 0),
    cheer     INTEGER NOT NULL DEFAULT 0 CHECK (cheer >= 0),
    thanks    INTEGER NOT NULL DEFAULT 0 CHECK (thanks >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE comment_count (
    comment_id BLOB PRIMARY KEY NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    replies    INTEGER NOT NULL DEFAULT 0 CHECK (replies >= 0),
    heart      INTEGER NOT NULL DEFAULT 0 CHECK (heart >= 0),
    laugh      INTEGER NOT NULL DEFAULT 0 CHECK (laugh >= 0),
    wow        INTEGER NOT NULL DEFAULT 0 CHECK (wow >= 0),
    sad        INTEGER NOT NULL DEFAULT 0 CHECK (sad >= 0),
    cheer      INTEGER NOT NULL DEFAULT 0 CHECK (cheer >= 0),
    thanks     INTEGER NOT NULL DEFAULT 0 CHECK (thanks >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER post_begun AFTER INSERT ON post BEGIN
    INSERT INTO post_count (post_id) VALUES (NEW.id);
END;

CREATE TRIGGER post_reaction_counted AFTER INSERT ON post_reaction BEGIN
    UPDATE post_count SET heart = heart + (NEW.kind = 'heart'), laugh = laugh + (NEW.kind = 'laugh'),
        wow = wow + (NEW.kind = 'wow'), sad = sad + (NEW.kind = 'sad'),
        cheer = cheer + (NEW.kind = 'cheer'), thanks = thanks + (NEW.kind = 'thanks')
    WHERE post_id = NEW.post_id;
END;

CREATE TRIGGER post_reaction_discounted AFTER DELETE ON post_reaction BEGIN
    UPDATE post_count SET heart = heart - (OLD.kind = 'heart'), laugh = laugh - (OLD.kind = 'laugh'),
        wow = wow - (OLD.kind = 'wow'), sad = sad - (OLD.kind = 'sad'),
        cheer = cheer - (OLD.kind = 'cheer'), thanks = thanks - (OLD.kind = 'thanks')
    WHERE post_id = OLD.post_id;
END;

CREATE TRIGGER post_reaction_recounted AFTER UPDATE OF kind ON post_reaction BEGIN
    UPDATE post_count SET heart = heart + (NEW.kind = 'heart') - (OLD.kind = 'heart'),
        laugh = laugh + (NEW.kind = 'laugh') - (OLD.kind = 'laugh'),
        wow = wow + (NEW.kind = 'wow') - (OLD.kind = 'wow'),
        sad = sad + (NEW.kind = 'sad') - (OLD.kind = 'sad'),
        cheer = cheer + (NEW.kind = 'cheer') - (OLD.kind = 'cheer'),
        thanks = thanks + (NEW.kind = 'thanks') - (OLD.kind = 'thanks')
    WHERE post_id = NEW.post_id;
END;

CREATE TRIGGER post_repost_counted AFTER INSERT ON post_repost BEGIN
    UPDATE post_count SET reposts = reposts + 1 WHERE post_id = NEW.post_id;
END;

CREATE TRIGGER post_repost_discounted AFTER DELETE ON post_repost BEGIN
    UPDATE post_count SET reposts = reposts - 1 WHERE post_id = OLD.post_id;
END;

CREATE TRIGGER post_bookmark_counted AFTER INSERT ON post_bookmark BEGIN
    UPDATE post_count SET bookmarks = bookmarks + 1 WHERE post_id = NEW.post_id;
END;

CREATE TRIGGER post_bookmark_discounted AFTER DELETE ON post_bookmark BEGIN
    UPDATE post_count SET bookmarks = bookmarks - 1 WHERE post_id = OLD.post_id;
END;

-- A comment counts while it is there and shown.
CREATE TRIGGER comment_counted AFTER INSERT ON comment BEGIN
    INSERT INTO comment_count (comment_id) VALUES (NEW.id);
    UPDATE post_count SET comments = comments + (NEW.standing = 'shown' AND NEW.deleted_ms IS NULL)
    WHERE post_id = NEW.post_id;
    UPDATE comment_count SET replies = replies + (NEW.standing = 'shown' AND NEW.deleted_ms IS NULL)
    WHERE comment_id = NEW.under_id;
END;

CREATE TRIGGER comment_discounted AFTER DELETE ON comment BEGIN
    UPDATE post_count SET comments = comments - (OLD.standing = 'shown' AND OLD.deleted_ms IS NULL)
    WHERE post_id = OLD.post_id;
    UPDATE comment_count SET replies = replies - (OLD.standing = 'shown' AND OLD.deleted_ms IS NULL)
    WHERE comment_id = OLD.under_id;
END;

CREATE TRIGGER comment_recounted AFTER UPDATE OF standing, deleted_ms ON comment BEGIN
    UPDATE post_count SET comments = comments + (NEW.standing = 'shown' AND NEW.deleted_ms IS NULL)
        - (OLD.standing = 'shown' AND OLD.deleted_ms IS NULL)
    WHERE post_id = NEW.post_id;
    UPDATE comment_count SET replies = replies + (NEW.standing = 'shown' AND NEW.deleted_ms IS NULL)
        - (OLD.standing = 'shown' AND OLD.deleted_ms IS NULL)
    WHERE comment_id = NEW.under_id;
END;

CREATE TRIGGER comment_reaction_counted AFTER INSERT ON comment_reaction BEGIN
    UPDATE comment_count SET heart = heart + (NEW.kind = 'heart'), laugh = laugh + (NEW.kind = 'laugh'),
        wow = wow + (NEW.kind = 'wow'), sad = sad + (NEW.kind = 'sad'),
        cheer = cheer + (NEW.kind = 'cheer'), thanks = thanks + (NEW.kind = 'thanks')
    WHERE comment_id = NEW.comment_id;
END;

CREATE TRIGGER comment_reaction_discounted AFTER DELETE ON comment_reaction BEGIN
    UPDATE comment_count SET heart = heart - (OLD.kind = 'heart'), laugh = laugh - (OLD.kind = 'laugh'),
        wow = wow - (OLD.kind = 'wow'), sad = sad - (OLD.kind = 'sad'),
        cheer = cheer - (OLD.kind = 'cheer'), thanks = thanks - (OLD.kind = 'thanks')
    WHERE comment_id = OLD.comment_id;
END;

CREATE TRIGGER comment_reaction_recounted AFTER UPDATE OF kind ON comment_reaction BEGIN
    UPDATE comment_count SET heart = heart + (NEW.kind = 'heart') - (OLD.kind = 'heart'),
        laugh = laugh + (NEW.kind = 'laugh') - (OLD.kind = 'laugh'),
        wow = wow + (NEW.kind = 'wow') - (OLD.kind = 'wow'),
        sad = sad + (NEW.kind = 'sad') - (OLD.kind = 'sad'),
        cheer = cheer + (NEW.kind = 'cheer') - (OLD.kind = 'cheer'),
        thanks = thanks + (NEW.kind = 'thanks') - (OLD.kind = 'thanks')
    WHERE comment_id = NEW.comment_id;
END;

-- Whether a post's pictures are for everybody follows from the post and from its author's settings, whoever changes
-- either.
CREATE TRIGGER post_pictures_shown AFTER UPDATE OF state, audience, standing, deleted_ms ON post BEGIN
    UPDATE asset_use SET is_public = (NEW.state = 'published' AND NEW.audience = 'public'
        AND NEW.standing = 'shown' AND NEW.deleted_ms IS NULL
        AND NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = NEW.author_id AND account_private = 1))
    WHERE subject_kind = 'post' AND subject_id = NEW.id;
END;

CREATE TRIGGER post_pictures_of_chooser AFTER UPDATE OF account_private ON user_settings
WHEN NEW.account_private <> OLD.account_private BEGIN
    UPDATE asset_use SET is_public = (NEW.account_private = 0)
    WHERE subject_kind = 'post' AND subject_id IN (
        SELECT id FROM post WHERE author_id = NEW.user_id AND state = 'published' AND audience = 'public'
            AND standing = 'shown' AND deleted_ms IS NULL);
END;

CREATE TRIGGER post_pictures_of_newly_private AFTER INSERT ON user_settings
WHEN NEW.account_private = 1 BEGIN
    UPDATE asset_use SET is_public = 0
    WHERE subject_kind = 'post' AND subject_id IN (SELECT id FROM post WHERE author_id = NEW.user_id);
END;
