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
    // It is the front room.
    row("DELETE /v1/rooms/{id}",          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 409]),
    row("POST /v1/rooms/{id}/restore",    [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    with_body("POST /v1/rooms", r#"{"name": "새 방"}"#,
                                          [401, 401, 403, 201, 403, 403, 201, 201, 201, 201, 201]),
    row("GET /v1/me/rooms",               [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/me/edited-rooms",        [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    with_body("PUT /v1/me/front-room", r#"{"room": "{front}"}"#,
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("GET /v1/users/{handle}/rooms",   [200, 200, 403, 404, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/room-templates",         [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/rooms/{id}/editors",     [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    // The owner is whom the address names.
    row("PUT /v1/rooms/{id}/editors/{handle}",
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 422]),
    row("DELETE /v1/rooms/{id}/editors/{handle}",
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 422]),
    row("GET /v1/rooms/{id}/layouts",     [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 200]),
    row("PUT /v1/rooms/{id}/layouts/{name}",
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 204]),
    row("DELETE /v1/rooms/{id}/layouts/{name}",
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 204]),
    with_body("PUT /v1/rooms/{id}/layout", r#"{"name": "none"}"#,
                                          [401, 401, 403, 404, 403, 403, 403, 403, 403, 403, 404]),
    row("GET /v1/catalogue",              [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/wardrobe",               [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];
