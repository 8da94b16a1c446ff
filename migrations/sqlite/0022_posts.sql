-- What is out, by author. Who sees a post is decided within the index: lists pass by what is not for their viewer
-- without reading it.
CREATE INDEX post_out_of_author ON post (author_id, published_ms, id, audience, standing, state, deleted_ms)
    WHERE state = 'published' AND deleted_ms IS NULL;

-- Who reacted in one way, however many did in others.
CREATE INDEX post_reaction_of_kind ON post_reaction (post_id, kind, created_ms, user_id);

-- What a comment said before it was changed.
CREATE TABLE comment_edit (
    comment_id BLOB NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    standing   TEXT NOT NULL,
    text       TEXT NOT NULL,
    since_ms   INTEGER NOT NULL,
    PRIMARY KEY (comment_id, version)
) STRICT, WITHOUT ROWID;

-- Whether what is left of a deleted comment is to be looked at: it may go, if nothing answers it. Places that stay are
-- not looked at again until an answer goes.
ALTER TABLE comment ADD COLUMN unswept INTEGER NOT NULL DEFAULT 0 CHECK (unswept IN (0, 1));
UPDATE comment SET unswept = 1 WHERE deleted_ms IS NOT NULL;
CREATE INDEX comment_unswept ON comment (id) WHERE unswept = 1;
DROP INDEX comment_deleted;

CREATE TRIGGER comment_buried AFTER UPDATE OF deleted_ms ON comment
WHEN NEW.deleted_ms IS NOT NULL AND OLD.deleted_ms IS NULL BEGIN
    UPDATE comment SET unswept = 1 WHERE id = NEW.id;
END;

CREATE TRIGGER comment_unanswered AFTER DELETE ON comment BEGIN
    UPDATE comment SET unswept = 1 WHERE id IN (OLD.under_id, OLD.parent_id) AND deleted_ms IS NOT NULL;
END;
