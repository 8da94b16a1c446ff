//! What a step holds until it commits. Names before accounts, and each kind in one statement: whoever keeps to that
//! order never waits in a circle.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::id::UserId;

/// Something that has no row of its own to hold, or not yet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name<'a> {
    /// A provider's person, whoever the issuer is.
    Identity(&'a str, &'a str),
    /// A verified e-mail address.
    Email(&'a str),
    /// A handle that somebody wants.
    Handle(&'a str),
    /// Who the admins are.
    Admins,
    /// The keys tokens are signed with.
    SigningKeys,
    /// A thing that is reported, held or decided about: its kind and its id.
    Thing(&'a str, &'a str),
}

impl Name<'_> {
    /// Two names with one number wait for each other without need, and do no harm.
    fn number(self) -> i64 {
        let (kind, parts) = match self {
            Self::Identity(provider, subject) => ("identity", [provider, subject]),
            Self::Email(address) => ("email", [address, ""]),
            Self::Handle(handle) => ("handle", [handle, ""]),
            Self::Admins => ("admins", ["", ""]),
            Self::SigningKeys => ("signing_keys", ["", ""]),
            Self::Thing(kind, subject) => ("thing", [kind, subject]),
        };
        let mut hash = Sha256::new_with_prefix(kind);
        for part in parts {
            hash.update([0]);
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let first = digest.first_chunk();
        first.map_or(0, |first| i64::from_be_bytes(*first))
    }
}

/// Holds names.
pub(super) async fn names(
    conn: &mut PgConnection,
    names: impl IntoIterator<Item = Name<'_>>,
) -> Result<(), sqlx::Error> {
    let mut numbers: Vec<i64> = names.into_iter().map(Name::number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    // A set-returning function is read row by row, in its order.
    sqlx::query("SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number")
        .bind(numbers)
        .execute(conn)
        .await
        .map(drop)
}

/// Holds the accounts of people, those that are there. References to them go on being made.
pub(super) async fn people(
    conn: &mut PgConnection,
    people: impl IntoIterator<Item = UserId>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = people.into_iter().map(UserId::uuid).collect();
    sqlx::query("SELECT FROM account WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(ids)
        .execute(conn)
        .await
        .map(drop)
}
