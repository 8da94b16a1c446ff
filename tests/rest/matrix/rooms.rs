//! `/v1/rooms`: the owner's room is public, and guests are allowed.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                    anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/rooms",                  [200, 200, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}",             [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}/thumbnail.webp",
                                          [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}/card.png",    [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    with_body("PATCH /v1/rooms/{id}", r#"{"locked": false}"#,
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("GET /v1/rooms/{id}/audit",       [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    with_body("POST /v1/rooms/{id}/tickets", "{}",
                                          [401, 201, 403, 404, 201, 403, 201, 201, 201, 201, 201]),
    // Not a handshake: who may walk in, the room says once it has seen a ticket.
    row("GET /v1/rooms/{id}/live",        [426, 426, 426, 426, 426, 426, 426, 426, 426, 426, 426]),
    row("GET /v1/catalogue",              [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/wardrobe",               [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];
