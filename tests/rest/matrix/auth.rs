//! `/v1/auth`.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                       anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/auth/providers",            [200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/auth/{provider}/start",     [302, 302, 302, 302, 302, 302, 302, 302]),
    row("GET /v1/auth/{provider}/callback",  [302, 302, 302, 302, 302, 302, 302, 302]),
    // This provider sends links.
    row("POST /v1/auth/{provider}/callback", [405, 405, 405, 405, 405, 405, 405, 405]),
    row("POST /v1/auth/logout",              [204, 204, 204, 204, 204, 204, 204, 204]),
    // No query, no form: what is wrong with a request is told to everybody.
    row("GET /v1/auth/authorize",            [400, 400, 400, 400, 400, 400, 400, 400]),
    row("POST /v1/auth/token",               [400, 400, 400, 400, 400, 400, 400, 400]),
    row("POST /v1/auth/revoke",              [400, 400, 400, 400, 400, 400, 400, 400]),
    row("GET /.well-known/jwks.json",        [200, 200, 200, 200, 200, 200, 200, 200]),
];
