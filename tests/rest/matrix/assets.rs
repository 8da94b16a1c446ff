//! `/v1/assets`, `/v1/me/avatar` and `/media`. The owner has announced a picture that is not there yet.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                     anonymous guest closing blocked narrow reader user follower moderator admin owner
    // There is no form.
    row("POST /v1/assets",                 [401, 401, 403, 415, 403, 403, 415, 415, 415, 415, 415]),
    with_body("POST /v1/assets/uploads", r#"{"content_type": "image/png", "bytes": 9, "purpose": "picture",
        "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}"#,
                                           [401, 401, 403, 201, 403, 403, 201, 201, 201, 201, 201]),
    // Nothing signs the address: who one is does not matter.
    row("PUT /v1/assets/{id}/bytes",       [400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400]),
    row("GET /v1/assets/{id}",             [401, 401, 403, 404, 403, 404, 404, 404, 200, 200, 200]),
    with_body("PATCH /v1/assets/{id}", r#"{"alt": "별"}"#,
                                           [401, 401, 403, 404, 403, 403, 404, 404, 404, 404, 200]),
    row("DELETE /v1/assets/{id}",          [401, 401, 403, 404, 403, 403, 404, 404, 404, 404, 204]),
    row("POST /v1/assets/{id}/takedown",   [401, 401, 403, 403, 403, 403, 403, 403, 200, 200, 403]),
    row("GET /v1/me/assets",               [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    with_body("PUT /v1/me/avatar", r#"{"asset": "{asset}"}"#,
                                           [401, 401, 403, 404, 403, 403, 404, 404, 404, 404, 409]),
    row("DELETE /v1/me/avatar",            [401, 401, 403, 204, 403, 403, 204, 204, 204, 204, 204]),
    row("GET /media/{asset}/{variant}/{file}", [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404]),
];
