//! `/v1/me/muted-words`: one's own, whoever one is. `{id}` is nobody's.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                        anonymous guest closing blocked narrow reader user follower moderator admin owner
    row("GET /v1/me/muted-words",                 [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    with_body("POST /v1/me/muted-words", r#"{"word": "축구"}"#,
                                                  [401, 401, 403, 201, 403, 403, 201, 201, 201, 201, 201]),
    row("DELETE /v1/me/muted-words/{id}",         [401, 401, 403, 204, 403, 403, 204, 204, 204, 204, 204]),
];
