//! Posts and comments in SQLite. `seen` says who sees what, in the words of SQL; every query that shows something to
//! somebody is put together from it.

mod announce;
mod attached;
mod comment_rows;
mod comments;
mod counts;
mod delete;
mod erase;
mod feeds;
mod moderated;
mod place;
mod reacting;
mod responses;
mod rows;
mod seen;
mod tags;
#[cfg(test)]
mod tests;
mod upkeep;
mod view;
mod write;

use uuid::Uuid;

use crate::ports::post::PostStoreError;

pub(super) use erase::erase_some;
pub use moderated::{ModeratedComments, ModeratedPosts};

impl From<sqlx::Error> for PostStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Ids as a list of values in a statement: nothing but hexadecimal digits comes of them.
fn literals(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids = ids
        .into_iter()
        .map(|id| format!("(x'{}')", id.as_simple()))
        .collect::<Vec<_>>();
    match ids.is_empty() {
        // Nobody's id.
        true => "(NULL)".to_owned(),
        false => ids.join(","),
    }
}

/// A statement about these: with their ids where it says `{ids}`.
fn of_these(statement: &str, ids: impl IntoIterator<Item = Uuid>) -> String {
    statement.replace("{ids}", &literals(ids))
}

/// A name that a column's check allows.
fn known<T: std::str::FromStr>(name: &str) -> Result<T, sqlx::Error> {
    name.parse()
        .map_err(|_| sqlx::Error::Decode(format!("not a name: {name}").into()))
}
