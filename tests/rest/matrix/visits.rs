//! Visits: the owner's room is public, and guests are allowed.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                    anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/rooms/{id}/visits",      [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}/visitors",    [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("GET /v1/rooms/{id}/surf",        [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/me/visits",              [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("DELETE /v1/me/visits",           [401, 401, 403, 204, 403, 403, 204, 204, 204, 204, 204]),
];
