//! `/v1/me/notifications`: one's own, whoever one is.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                        anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me/notifications",               [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/me/notifications/unread",        [401, 401, 200, 200, 403, 200, 200, 200]),
    with_body("POST /v1/me/notifications/read", r#"{"up_to": 1}"#,
                                                  [401, 401, 200, 200, 403, 200, 200, 200]),
];
