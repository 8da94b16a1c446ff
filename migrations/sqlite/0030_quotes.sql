-- Whose post one quotes decides who is shown it in a feed: that too is told without reading the post.
DROP INDEX post_out_of_author;
CREATE INDEX post_out_of_author
    ON post (author_id, published_ms, id, audience, standing, state, deleted_ms, quote_id)
    WHERE state = 'published' AND deleted_ms IS NULL;
