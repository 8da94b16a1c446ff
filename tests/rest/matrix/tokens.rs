//! `/v1/me/tokens`: `{id}` is the owner's.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me/tokens",          [401, 401, 200, 200, 403, 200, 200, 200]),
    with_body("POST /v1/me/tokens", r#"{"name": "bot", "scopes": ["read"]}"#,
                                      [401, 401, 201, 201, 403, 201, 201, 201]),
    row("DELETE /v1/me/tokens/{id}",  [401, 401, 404, 404, 403, 404, 404, 204]),
];
