//! The server itself.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                          anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/openapi.json", [200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /healthz",         [200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /readyz",          [200, 200, 200, 200, 200, 200, 200, 200]),
];
