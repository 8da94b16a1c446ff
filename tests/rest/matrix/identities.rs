//! `/v1/me/identities`: everybody's own, each of them the only one.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                           anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/me/identities",                 [401, 401, 200, 200, 403, 200, 200, 200]),
    row("POST /v1/me/identities/{provider}",     [401, 401, 200, 200, 403, 200, 200, 200]),
    row("DELETE /v1/me/identities/{provider}",   [401, 401, 409, 409, 403, 409, 409, 409]),
];
