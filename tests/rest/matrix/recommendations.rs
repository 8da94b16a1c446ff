//! What is talked about is for everybody; each finds what is there for them.

use super::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                            anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/recommendations/rooms",          [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/recommendations/posts",          [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/recommendations/tags",           [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/recommendations/random-room",    [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
];
