//! Guestbooks: entry and reply are the owner's, in their own book.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                            anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/rooms/{id}/guestbook",           [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    with_body("POST /v1/rooms/{id}/guestbook", r#"{"text": "안녕"}"#,
                                                  [401, 401, 403, 404, 403, 403, 201, 201, 201, 201, 201]),
    row("GET /v1/guestbook/{id}",                 [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    with_body("PATCH /v1/guestbook/{id}", r#"{"text": "또 안녕"}"#,
                                                  [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("DELETE /v1/guestbook/{id}",              [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 204]),
    with_body("PUT /v1/guestbook/{id}/hidden", r#"{"hidden": true}"#,
                                                  [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("GET /v1/guestbook/{id}/replies",         [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    with_body("POST /v1/guestbook/{id}/replies", r#"{"text": "안녕"}"#,
                                                  [401, 401, 403, 404, 403, 403, 201, 201, 201, 201, 201]),
    row("DELETE /v1/guestbook/replies/{id}",      [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 204]),
];
