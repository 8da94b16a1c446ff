//! `/v1/me` and `/v1/users`.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                               anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me",                [200, 200, 200, 200, 403, 200, 200, 200]),
    with_body("PATCH /v1/me", r#"{"mood": "좋아요"}"#,
                                     [401, 401, 200, 200, 403, 200, 200, 200]),
    row("DELETE /v1/me",             [401, 401, 202, 202, 403, 202, 202, 202]),
    row("POST /v1/me/restore",       [401, 401, 204, 204, 403, 204, 204, 204]),
    row("GET /v1/me/export",         [401, 401, 200, 200, 403, 200, 200, 200]),
    with_body("PUT /v1/me/handle", r#"{"handle": "{handle}"}"#,
                                     [401, 401, 409, 409, 403, 409, 409, 200]),
    row("GET /v1/me/settings",       [401, 401, 200, 200, 403, 200, 200, 200]),
    with_body("PATCH /v1/me/settings", r#"{"motion": "reduced"}"#,
                                     [401, 401, 200, 200, 403, 200, 200, 200]),
    // There is nothing to search for.
    row("GET /v1/users",             [400, 400, 400, 400, 403, 400, 400, 400]),
    row("GET /v1/users/{handle}",    [200, 200, 200, 404, 403, 200, 200, 200]),
];
