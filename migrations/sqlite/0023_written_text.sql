-- What a text is the text of, and the request that brought it, both as digests: said anew, it counts once, as it was
-- last. And how many of its hosts were new when it was first said: they are no better known for being sent again.
ALTER TABLE written_text ADD COLUMN thing BLOB;
ALTER TABLE written_text ADD COLUMN request BLOB;
ALTER TABLE written_text ADD COLUMN new_hosts INTEGER NOT NULL DEFAULT 0;
