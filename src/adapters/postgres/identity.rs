//! Identities in PostgreSQL: which provider's person leads to which account.
//!
//! Who adds one holds the provider's person by name and the account; who takes one away, the account: of two taken away
//! at once one stays.

use serde_json::json;
use sqlx::PgConnection;

use super::Postgres;
use super::audit::{self, Line};
use super::lock::{self, Name};
use super::login_steps::may_act;
use super::number::{stored, wall};
use super::step::{Failure, in_transaction, reading};
use super::user_row::UserRow;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::user::User;
use crate::ports::user::{Identity, LinkedIdentity, Linking, Unlinking, WayIn};

#[derive(Debug, sqlx::FromRow)]
struct IdentityRow {
    provider: String,
    email: Option<String>,
    email_verified: bool,
    created_ms: i64,
}

impl From<IdentityRow> for LinkedIdentity {
    fn from(row: IdentityRow) -> Self {
        let email = row.email.as_deref();
        Self {
            email: email.and_then(|email| Email::parse(email, row.email_verified)),
            provider: row.provider,
            at: wall(row.created_ms),
        }
    }
}

/// The account an identity leads to.
pub(super) async fn owner(
    conn: &mut PgConnection,
    identity: &Identity,
) -> Result<Option<User>, sqlx::Error> {
    // Where an issuer is noted, it wins over none.
    let row: Option<UserRow> = sqlx::query_as(
        "SELECT user_id, handle, display_name, look, mood, bio, front_room_id
         FROM identity JOIN account ON account.id = identity.user_id
         WHERE provider = $1 AND subject = $2 AND issuer IN ($3, '') ORDER BY issuer DESC LIMIT 1",
    )
    .bind(&identity.provider)
    .bind(&identity.subject)
    .bind(&identity.issuer)
    .fetch_optional(conn)
    .await?;
    row.map(User::try_from).transpose()
}

/// The only account whose identities say that the person's verified address is theirs too.
pub(super) async fn known_by_email(
    conn: &mut PgConnection,
    identity: &Identity,
) -> Result<Option<User>, sqlx::Error> {
    let Some(address) = identity.email.as_ref().and_then(Email::verified) else {
        return Ok(None);
    };
    let mut rows: Vec<UserRow> = sqlx::query_as(
        "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
         FROM account WHERE id IN (SELECT user_id FROM identity WHERE email = $1 AND email_verified)
         LIMIT 2",
    )
    .bind(address.as_str())
    .fetch_all(&mut *conn)
    .await?;
    // Two who both own it: nobody can tell who comes here.
    let (Some(row), true) = (rows.pop(), rows.is_empty()) else {
        return Ok(None);
    };
    let user = User::try_from(row)?;
    // From here on it stays as it is read.
    lock::people(conn, [user.id]).await?;
    let is_theirs: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM identity WHERE user_id = $1 AND email = $2 AND email_verified)
         AND NOT EXISTS (SELECT FROM identity WHERE user_id = $1 AND issuer = $3)",
    )
    .bind(user.id.uuid())
    .bind(address.as_str())
    .bind(&identity.issuer)
    .fetch_one(conn)
    .await?;
    Ok(is_theirs.then_some(user))
}

/// Notes what an identity that is there says of itself now.
pub(super) async fn note(conn: &mut PgConnection, identity: &Identity) -> Result<(), sqlx::Error> {
    let email = identity.email.as_ref();
    sqlx::query(
        "UPDATE identity SET issuer = $3, email = $4, email_verified = $5
         WHERE provider = $1 AND subject = $2 AND issuer IN ($3, '')
         AND (issuer <> $3 OR email IS DISTINCT FROM $4 OR email_verified <> $5)
         AND (issuer = $3 OR NOT EXISTS (
             SELECT FROM identity AS other
             WHERE other.provider = $1 AND other.subject = $2 AND other.issuer = $3))",
    )
    .bind(&identity.provider)
    .bind(&identity.subject)
    .bind(&identity.issuer)
    .bind(email.map(|email| email.address().as_str()))
    .bind(email.and_then(Email::verified).is_some())
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds an identity to an account.
pub(super) async fn insert(
    conn: &mut PgConnection,
    user: UserId,
    identity: &Identity,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let email = identity.email.as_ref();
    sqlx::query(
        "INSERT INTO identity (provider, issuer, subject, user_id, email, email_verified,
         created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&identity.provider)
    .bind(&identity.issuer)
    .bind(&identity.subject)
    .bind(user.uuid())
    .bind(email.map(|email| email.address().as_str()))
    .bind(email.and_then(Email::verified).is_some())
    .bind(stored(at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn link(
    store: &Postgres,
    user: UserId,
    identity: &Identity,
    trace: &Trace,
    at: WallMs,
) -> Result<Linking, Failure> {
    in_transaction!(store, |conn| {
        lock::names(
            conn,
            [Name::Identity(&identity.provider, &identity.subject)],
        )
        .await?;
        lock::people(conn, trace.actor.into_iter().chain([user])).await?;
        if !may_act(conn, trace, at).await? {
            return Ok(Linking::SignedOut);
        }
        match owner(conn, identity).await? {
            Some(owner) if owner.id == user => note(conn, identity).await?,
            Some(_) => return Ok(Linking::Elsewhere),
            None => {
                let taken: bool = sqlx::query_scalar(
                    "SELECT EXISTS (SELECT 1 FROM identity
                     WHERE user_id = $1 AND provider = $2 AND issuer = $3)",
                )
                .bind(user.uuid())
                .bind(&identity.provider)
                .bind(&identity.issuer)
                .fetch_one(&mut *conn)
                .await?;
                if taken {
                    return Ok(Linking::ProviderTaken);
                }
                insert(conn, user, identity, at).await?;
                let line = Line {
                    act: Act::IdentityLinked,
                    subject: Some(user),
                    detail: json!({ "provider": identity.provider }),
                    trace,
                    at,
                };
                audit::write(conn, line).await?;
            }
        }
        Ok(Linking::Linked)
    })
}

pub(super) async fn unlink(
    store: &Postgres,
    user: UserId,
    provider: &str,
    others: &[WayIn],
    trace: &Trace,
    at: WallMs,
) -> Result<Unlinking, Failure> {
    in_transaction!(store, |conn| {
        lock::people(conn, trace.actor.into_iter().chain([user])).await?;
        if !may_act(conn, trace, at).await? {
            return Ok(Unlinking::SignedOut);
        }
        let mut left: Vec<(String, String)> =
            sqlx::query_as("SELECT provider, issuer FROM identity WHERE user_id = $1")
                .bind(user.uuid())
                .fetch_all(&mut *conn)
                .await?;
        let before = left.len();
        left.retain(|(other, _)| other != provider);
        if left.len() == before {
            return Ok(Unlinking::NotLinked);
        }
        let leads_in = |(provider, issuer): &(String, String)| {
            let mut others = others.iter();
            // Noted before issuers were, it leads in whoever is configured now.
            others.any(|other| {
                other.provider == *provider && (*issuer == other.issuer || issuer.is_empty())
            })
        };
        if !left.iter().any(leads_in) {
            return Ok(Unlinking::Last);
        }
        sqlx::query("DELETE FROM identity WHERE user_id = $1 AND provider = $2")
            .bind(user.uuid())
            .bind(provider)
            .execute(&mut *conn)
            .await?;
        let line = Line {
            act: Act::IdentityUnlinked,
            subject: Some(user),
            detail: json!({ "provider": provider }),
            trace,
            at,
        };
        audit::write(conn, line).await?;
        Ok(Unlinking::Unlinked)
    })
}

pub(super) async fn of_user(
    store: &Postgres,
    user: UserId,
) -> Result<Vec<LinkedIdentity>, Failure> {
    let rows: Vec<IdentityRow> = reading!(store, |conn| sqlx::query_as(
        "SELECT provider, email, email_verified, created_ms FROM identity
         WHERE user_id = $1 ORDER BY created_ms, place",
    )
    .bind(user.uuid())
    .fetch_all(conn)
    .await)?;
    Ok(rows.into_iter().map(LinkedIdentity::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::audit::{AuditQuery, AuditStore, Person};
    use crate::ports::user::conformance::{created, identity, new_user};
    use crate::ports::user::{Admission, UserStore};

    #[tokio::test]
    async fn who_was_noted_before_issuers_were_keeps_the_account() {
        let Some(store) = scratch().await else { return };
        let user = created(&*store, "early", "early").await;
        sqlx::query("UPDATE identity SET issuer = ''")
            .execute(&store.pool)
            .await
            .unwrap();
        let again = store.admit(&identity("early"), &new_user(&["other"])).await;
        assert_eq!(again.unwrap(), Admission::Existing(user.clone()));
        // From now on the issuer is part of who it is.
        let mut elsewhere = identity("early");
        elsewhere.issuer = "https://evil.example".to_owned();
        let other = store.admit(&elsewhere, &new_user(&["elsewhere"])).await;
        assert!(matches!(other.unwrap(), Admission::Created(other) if other.id != user.id));
    }

    #[tokio::test]
    async fn an_account_that_is_linked_by_its_address_can_read_so() {
        let Some(store) = scratch().await else { return };
        let sure = |provider: &str| Identity {
            provider: provider.to_owned(),
            issuer: format!("https://{provider}.example"),
            subject: "1".to_owned(),
            email: Email::parse("h@a.example", true),
        };
        let made = store.admit(&sure("acme"), &new_user(&["haneul"])).await;
        let Admission::Created(user) = made.unwrap() else {
            panic!("nobody is there yet");
        };
        let mut from = new_user(&["other"]);
        from.trace = Trace::of(None, "Mozilla/5.0");
        for _ in 0..2 {
            store.admit(&sure("umbrella"), &from).await.unwrap();
        }
        let lines = store.audit(&AuditQuery::default(), 9).await.unwrap();
        assert_eq!(lines.len(), 1, "once: {lines:?}");
        let who = |person: &Option<Person>| person.as_ref().map(|person| person.id);
        let line = &lines[0];
        assert_eq!(line.act, Act::IdentityLinked);
        assert_eq!(
            (who(&line.subject), who(&line.actor)),
            (Some(user.id), Some(user.id))
        );
        assert_eq!(line.detail["provider"], "umbrella");
        assert_eq!(line.user_agent, "Mozilla/5.0");
    }

    #[tokio::test]
    async fn what_was_noted_before_issuers_were_counts_as_a_way_in() {
        let Some(store) = scratch().await else { return };
        let user = created(&*store, "early", "early").await;
        let mut second = identity("second");
        second.provider = "umbrella".to_owned();
        let (trace, at) = (Trace::default(), WallMs(1));
        store.link(user.id, &second, &trace, at).await.unwrap();
        sqlx::query("UPDATE identity SET issuer = '' WHERE provider = 'umbrella'")
            .execute(&store.pool)
            .await
            .unwrap();
        let others = [WayIn {
            provider: "umbrella".to_owned(),
            issuer: "https://new.example".to_owned(),
        }];
        let unlinked = store.unlink(user.id, "acme", &others, &trace, at).await;
        assert_eq!(unlinked.unwrap(), Unlinking::Unlinked);
    }
}
