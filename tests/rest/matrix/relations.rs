//! Relations between people: `/v1/users/{handle}/...` and one's own lists. Whom the owner blocked finds nobody there.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                            anonymous guest user blocked narrow moderator admin owner
    row("GET /v1/users/{handle}/relation",        [401, 401, 200, 404, 403, 200, 200, 422]),
    row("GET /v1/users/{handle}/follow",          [401, 401, 200, 404, 403, 200, 200, 200]),
    row("PUT /v1/users/{handle}/follow",          [401, 401, 200, 404, 403, 200, 200, 422]),
    row("DELETE /v1/users/{handle}/follow",       [401, 401, 204, 404, 403, 204, 204, 204]),
    row("PUT /v1/users/{handle}/block",           [401, 401, 200, 404, 403, 200, 200, 422]),
    row("DELETE /v1/users/{handle}/block",        [401, 401, 204, 404, 403, 204, 204, 204]),
    with_body("PUT /v1/users/{handle}/mute", r#"{}"#,
                                                  [401, 401, 200, 404, 403, 200, 200, 422]),
    row("DELETE /v1/users/{handle}/mute",         [401, 401, 204, 404, 403, 204, 204, 204]),
    with_body("PUT /v1/users/{handle}/tie", r#"{"nickname": "별"}"#,
                                                  [401, 401, 200, 404, 403, 200, 200, 422]),
    row("DELETE /v1/users/{handle}/tie",          [401, 401, 204, 404, 403, 204, 204, 204]),
    // Nobody here is tied to the owner.
    with_body("PUT /v1/users/{handle}/testimonial", r#"{"text": "안녕"}"#,
                                                  [401, 401, 403, 404, 403, 403, 403, 422]),
    row("DELETE /v1/users/{handle}/testimonial",  [401, 401, 204, 404, 403, 204, 204, 204]),
    row("DELETE /v1/me/testimonials/{handle}",    [401, 401, 204, 404, 403, 204, 204, 204]),
    row("DELETE /v1/me/followers/{handle}",       [401, 401, 204, 404, 403, 204, 204, 204]),
    // The owner asks nobody.
    row("PUT /v1/me/follow-requests/{handle}",    [401, 401, 404, 404, 403, 404, 404, 422]),
    row("DELETE /v1/me/follow-requests/{handle}", [401, 401, 204, 404, 403, 204, 204, 204]),
    row("GET /v1/users/{handle}/followers",       [200, 200, 200, 404, 403, 200, 200, 200]),
    row("GET /v1/users/{handle}/following",       [200, 200, 200, 404, 403, 200, 200, 200]),
    row("GET /v1/users/{handle}/testimonials",    [200, 200, 200, 404, 403, 200, 200, 200]),
    row("GET /v1/users/{handle}/familiar-followers",[401, 401, 200, 404, 403, 200, 200, 200]),
    row("GET /v1/me/follow-requests",             [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/me/blocks",                      [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/me/mutes",                       [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/me/ties",                        [401, 401, 200, 200, 403, 200, 200, 200]),
    row("GET /v1/me/tie-requests",                [401, 401, 200, 200, 403, 200, 200, 200]),
];
