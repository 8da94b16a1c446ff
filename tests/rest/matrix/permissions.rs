//! `/v1/admin/users/{handle}`: the owner's role and suspension.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                          anonymous guest user blocked narrow moderator admin owner
    with_body("PUT /v1/admin/users/{handle}/role", r#"{"role": "user"}"#,
                                [401, 401, 403, 403, 403, 403, 204, 403]),
    // The owner is signed out by then.
    with_body("PUT /v1/admin/users/{handle}/suspension", r#"{"reason": "spam"}"#,
                                [401, 401, 403, 403, 403, 204, 204, 401]),
    row("DELETE /v1/admin/users/{handle}/suspension",
                                [401, 401, 403, 403, 403, 204, 204, 403]),
];
