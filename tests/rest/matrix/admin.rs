//! `/v1/admin`.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                    anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/admin/live",             [401, 401, 403, 403, 403, 403, 200, 403]),
    // Nobody is in the room, so it is not live.
    row("GET /v1/admin/live/{room}",      [401, 401, 403, 403, 403, 403, 404, 403]),
];
