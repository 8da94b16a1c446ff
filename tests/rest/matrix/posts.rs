//! Posts, comments and lists of them. The owner's account is private: their public post is for the follower.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                            anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/posts",                          [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    with_body("POST /v1/posts", r#"{"text": "안녕", "visibility": "public"}"#,
                                                  [401, 401, 403, 201, 403, 403, 201, 201, 201, 201, 201]),
    row("GET /v1/posts/{id}",                     [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    with_body("PATCH /v1/posts/{id}", r#"{"sensitive": true}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 200]),
    row("DELETE /v1/posts/{id}",                  [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 204]),
    // It is out already.
    row("POST /v1/posts/{id}/publish",            [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 409]),
    row("GET /v1/posts/{id}/edits",               [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    row("PUT /v1/posts/{id}/bookmark",            [401, 401, 403, 404, 403, 403, 404, 200, 404, 404, 200]),
    row("DELETE /v1/posts/{id}/bookmark",         [401, 401, 403, 404, 403, 403, 404, 204, 404, 404, 204]),
    row("PUT /v1/posts/{id}/pin",                 [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 200]),
    row("DELETE /v1/posts/{id}/pin",              [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 204]),
    // Of a private account nothing is passed on.
    row("PUT /v1/posts/{id}/repost",              [401, 401, 403, 404, 403, 403, 404, 409, 404, 404, 409]),
    row("DELETE /v1/posts/{id}/repost",           [401, 401, 403, 404, 403, 403, 404, 204, 404, 404, 204]),
    with_body("PUT /v1/posts/{id}/reaction", r#"{"kind": "heart"}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 200, 404, 404, 200]),
    row("DELETE /v1/posts/{id}/reaction",         [401, 401, 403, 404, 403, 403, 404, 204, 404, 404, 204]),
    row("GET /v1/posts/{id}/reactions",           [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    row("GET /v1/posts/{id}/reposts",             [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    row("GET /v1/posts/{id}/comments",            [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    with_body("POST /v1/posts/{id}/comments", r#"{"text": "안녕"}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 201, 404, 404, 201]),
    row("GET /v1/comments/{id}/replies",          [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    with_body("PATCH /v1/comments/{id}", r#"{"text": "다시"}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 200]),
    row("GET /v1/comments/{id}/edits",            [404, 404, 403, 404, 403, 404, 404, 200, 404, 404, 200]),
    row("DELETE /v1/comments/{id}",               [401, 401, 403, 404, 403, 403, 404, 403, 404, 404, 204]),
    with_body("PUT /v1/comments/{id}/reaction", r#"{"kind": "heart"}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 200, 404, 404, 200]),
    row("DELETE /v1/comments/{id}/reaction",      [401, 401, 403, 404, 403, 403, 404, 204, 404, 404, 204]),
    row("GET /v1/feeds/following",                [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/tags",                           [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/tags/{tag}/posts",               [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/users/{handle}/posts",           [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}/posts",               [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/me/drafts",                      [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/me/bookmarks",                   [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
];
