//! Reports, cases, decisions and appeals. `{id}` is nobody's; the owner's front room may be seen by all but whom they
//! block.

use super::{Row, row, with_body};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    //                                        anonymous guest closing blocked narrow reader user follower moderator admin owner
    with_body("POST /v1/reports", r#"{"kind": "user", "id": "{owner}", "reason": "spam"}"#,
                                                  [401, 401, 403, 404, 403, 403, 201, 201, 201, 201, 422]),
    row("GET /v1/me/reports",                     [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    row("GET /v1/me/decisions",                   [401, 401, 403, 200, 403, 200, 200, 200, 200, 200, 200]),
    with_body("POST /v1/me/decisions/{id}/appeal", r#"{"text": "아니에요"}"#,
                                                  [401, 401, 403, 404, 403, 403, 404, 404, 404, 404, 404]),
    row("GET /v1/moderation/cases",               [401, 401, 403, 403, 403, 403, 403, 403, 200, 200, 403]),
    row("GET /v1/moderation/cases/{id}",          [401, 401, 403, 403, 403, 403, 403, 403, 404, 404, 403]),
    with_body("POST /v1/moderation/cases/{id}/decisions", r#"{"action": "dismiss", "rule": "other"}"#,
                                                  [401, 401, 403, 403, 403, 403, 403, 403, 404, 404, 403]),
    row("GET /v1/moderation/appeals",             [401, 401, 403, 403, 403, 403, 403, 403, 200, 200, 403]),
    with_body("POST /v1/moderation/appeals/{id}/decision", r#"{"decision": "uphold"}"#,
                                                  [401, 401, 403, 403, 403, 403, 403, 403, 404, 404, 403]),
    row("GET /v1/moderation/log",                 [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];
