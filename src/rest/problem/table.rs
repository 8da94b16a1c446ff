//! `docs/problems.md`: every code a refusal can carry.

use std::fmt::Write;

use super::Code;

/// The page, as it is kept in `docs/problems.md`.
#[must_use]
pub fn page() -> String {
    let mut codes: Vec<Code> = Code::ALL.to_vec();
    codes.sort_by_key(|code| (code.status(), code.as_str()));
    let mut page = HEAD.to_owned();
    for code in codes {
        let (status, text, title) = (code.status().as_u16(), code.as_str(), code.title());
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {status} | `{text}` | {title} |");
    }
    page
}

const HEAD: &str = "# Refusals

Every refusal is a problem document (RFC 9457), `application/problem+json`: `type`, `title`, `status`, `code` and, where
there is something to add, `detail` for people, `limit` (the setting that was in the way) and `retry_after_ms`, which
`Retry-After` says too, in whole seconds. Look at `code`: codes are added, never changed, and an unknown one is to be
treated by its status. What refuses where is in [openapi.json](openapi.json).

This page is written by `UPDATE_DOCS=1 cargo test --test rest docs`.

| status | code | meaning |
|---|---|---|
";
