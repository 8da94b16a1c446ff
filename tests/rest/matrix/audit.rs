//! `/v1/me/audit` and `/v1/admin/audit`.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                          anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me/audit",     [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/admin/audit",  [401, 401, 403, 403, 403, 403, 200, 403]),
];
