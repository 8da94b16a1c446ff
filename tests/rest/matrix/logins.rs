//! `/v1/me/logins`: `{id}` is the owner's.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me/logins",          [401, 401, 200, 200, 403, 200, 200, 200]),
    row("DELETE /v1/me/logins",       [401, 401, 204, 204, 403, 204, 204, 204]),
    with_body("PATCH /v1/me/logins/{id}", r#"{"name": "phone"}"#,
                                      [401, 401, 404, 404, 403, 404, 404, 204]),
    row("DELETE /v1/me/logins/{id}",  [401, 401, 404, 404, 403, 404, 404, 204]),
];
