//! `/v1/me/identities`: everybody's own, each of them the only one.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                           anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/me/identities",                 [401, 401, 403, 200, 403, 403, 200, 200, 200, 200, 200]),
    row("POST /v1/me/identities/{provider}",     [401, 401, 403, 200, 403, 403, 200, 200, 200, 200, 200]),
    row("DELETE /v1/me/identities/{provider}",   [401, 401, 403, 409, 403, 403, 409, 409, 409, 409, 409]),
];
