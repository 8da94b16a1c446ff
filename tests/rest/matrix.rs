//! Who may do what: every operation of the document, asked by everybody there can be.
//!
//! A row names an operation and the status each of [`WHO`] gets. A new route needs a row, in the file of its tag; its
//! path is filled in with things of the owner (`cast.rs`). The order is from the least to the most: what an
//! operation changes, it changes for those who come later, so rows expect the same status for a second time.

mod admin;
mod assets;
mod audit;
mod auth;
mod cast;
mod guestbook;
mod identities;
mod logins;
mod moderation;
mod muted_words;
mod notifications;
mod permissions;
mod posts;
mod recommendations;
mod relations;
mod rooms;
mod system;
mod tokens;
mod users;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use maru::rest::openapi::operations;

use cast::Cast;

use crate::site::Site;

/// Who asks, in the order of a row's outcomes.
///
/// A guest has no account and shows what guests show; the owner is whom the address names, or whose room it is, and has
/// a private account; blocked is whom the owner blocked; closing has closed their account and signed in again; narrow
/// and reader are the user by tokens for `live` and for `read` alone; follower may follow the owner and is tied to them.
pub(crate) const WHO: [&str; 11] = [
    "anonymous",
    "guest",
    "closing",
    "blocked",
    "narrow",
    "reader",
    "user",
    "follower",
    "moderator",
    "admin",
    "owner",
];

/// One operation.
pub(crate) struct Row {
    /// Method and path, as in the document.
    pub(crate) operation: &'static str,
    /// What to send; `{...}` is filled in as in the path.
    pub(crate) body: Option<&'static str>,
    /// The status each of [`WHO`] gets.
    pub(crate) outcomes: [u16; WHO.len()],
}

/// An operation without a body.
pub(crate) const fn row(operation: &'static str, outcomes: [u16; WHO.len()]) -> Row {
    Row {
        operation,
        body: None,
        outcomes,
    }
}

/// An operation with one.
pub(crate) const fn with_body(
    operation: &'static str,
    body: &'static str,
    outcomes: [u16; WHO.len()],
) -> Row {
    Row {
        operation,
        body: Some(body),
        outcomes,
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    [
        admin::ROWS,
        assets::ROWS,
        audit::ROWS,
        auth::ROWS,
        guestbook::ROWS,
        logins::ROWS,
        moderation::ROWS,
        muted_words::ROWS,
        notifications::ROWS,
        permissions::ROWS,
        identities::ROWS,
        posts::ROWS,
        recommendations::ROWS,
        relations::ROWS,
        rooms::ROWS,
        system::ROWS,
        tokens::ROWS,
        users::ROWS,
        visits::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// Every operation of the document, and the statuses it names.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let openapi = maru::app::openapi();
    let mut documented = BTreeMap::new();
    for (path, item) in &openapi.paths.paths {
        for (method, operation) in operations(item) {
            let statuses = operation.responses.responses.keys().cloned().collect();
            documented.insert(format!("{method} {path}"), statuses);
        }
    }
    documented
}

#[test]
fn the_table_has_every_operation_and_no_other() {
    let documented: BTreeSet<String> = documented().into_keys().collect();
    let mut listed = BTreeSet::new();
    for Row { operation, .. } in rows() {
        assert!(
            listed.insert((*operation).to_owned()),
            "{operation} is there twice"
        );
    }
    let missing: Vec<_> = documented.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "no row says who may do this: {missing:?}"
    );
    let stale: Vec<_> = listed.difference(&documented).collect();
    assert!(stale.is_empty(), "there is no such operation: {stale:?}");
}

/// What somebody suspended may do beside signing in and out; what nobody is asked for is for them, too.
const FOR_THE_SUSPENDED: [(&str, u16); 2] = [
    ("GET /v1/me/decisions", 200),
    ("POST /v1/me/decisions/{id}/appeal", 404),
];

/// As whoever has closed their account, who may restore it instead.
#[tokio::test]
async fn whoever_is_suspended_reads_decisions_and_appeals_and_nothing_else() {
    // One person asks for everything.
    let site = Site::start_as(|config| {
        let rest = &mut config.rest;
        rest.user_write = rest.address_write;
        rest.user_search = rest.address_search;
        rest.user_upload = rest.address_upload;
    })
    .await;
    let documented = documented();
    let mut wrong = Vec::new();
    let cast = Cast::assemble(&site, 0).await.with_entries().await;
    let suspended = cast.suspended(&site, "suspended").await;
    let closing = WHO.iter().position(|who| *who == "closing").unwrap();
    for row in rows().filter(|row| !row.operation.contains(" /v1/auth/")) {
        let listed = FOR_THE_SUSPENDED.iter().find(|one| one.0 == row.operation);
        let wanted = match listed {
            Some((_, status)) => *status,
            None if row.operation == "POST /v1/me/restore" => 403,
            None => row.outcomes[closing],
        };
        let answer = cast.ask_by(&suspended, row).await;
        let status = answer.status.as_u16();
        if status != wanted || (status == 403 && answer.json()["code"] != "account_suspended") {
            let line = format!("{}: {status}, not {wanted}: {}", row.operation, answer.body);
            wrong.push(line);
        }
        let named = documented.get(row.operation);
        if named.is_some_and(|named| !named.contains(&status.to_string())) {
            wrong.push(format!(
                "{}: {status} is not in the document",
                row.operation
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let site = Site::start().await;
    let documented = documented();
    let mut wrong = Vec::new();
    for (number, row) in rows().enumerate() {
        let mut cast = Cast::assemble(&site, number).await;
        if row.operation.contains(" /v1/guestbook/") {
            cast = cast.with_entries().await;
        }
        for (who, wanted) in WHO.iter().zip(row.outcomes) {
            let answer = cast.ask(who, row).await;
            let status = answer.status.as_u16();
            if status != wanted {
                let line = format!(
                    "{}: {who} got {status}, not {wanted}: {}",
                    row.operation, answer.body
                );
                wrong.push(line);
            }
            let named = documented.get(row.operation);
            if named.is_some_and(|named| !named.contains(&status.to_string())) {
                wrong.push(format!(
                    "{}: {status} is not in the document",
                    row.operation
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
