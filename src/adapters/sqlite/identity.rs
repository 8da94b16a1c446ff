//! Identities in SQLite: which provider's person leads to which account.

use serde_json::json;
use sqlx::SqliteConnection;

use super::Sqlite;
use super::audit::{self, Line};
use super::login_steps::may_act;
use super::number::stored;
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
            at: WallMs(u64::try_from(row.created_ms).unwrap_or(0)),
        }
    }
}

/// The account an identity leads to.
pub(super) async fn owner(
    connection: &mut SqliteConnection,
    identity: &Identity,
) -> Result<Option<User>, sqlx::Error> {
    // Where an issuer is noted, it wins over none.
    let row: Option<UserRow> = sqlx::query_as(
        "SELECT user_id, handle, display_name, look, mood, bio, front_room_id
         FROM identity JOIN user ON user.id = identity.user_id
         WHERE provider = ? AND subject = ? AND issuer IN (?, '') ORDER BY issuer DESC LIMIT 1",
    )
    .bind(&identity.provider)
    .bind(&identity.subject)
    .bind(&identity.issuer)
    .fetch_optional(connection)
    .await?;
    row.map(User::try_from).transpose()
}

/// The only account whose identities say that the person's verified address is theirs too.
pub(super) async fn known_by_email(
    connection: &mut SqliteConnection,
    identity: &Identity,
) -> Result<Option<User>, sqlx::Error> {
    let Some(address) = identity.email.as_ref().and_then(Email::verified) else {
        return Ok(None);
    };
    let mut rows: Vec<UserRow> = sqlx::query_as(
        "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
         FROM user WHERE id IN (SELECT user_id FROM identity WHERE email = ? AND email_verified = 1)
         LIMIT 2",
    )
    .bind(address.as_str())
    .fetch_all(&mut *connection)
    .await?;
    // Two who both own it: nobody can tell who comes here.
    let (Some(row), true) = (rows.pop(), rows.is_empty()) else {
        return Ok(None);
    };
    let user = User::try_from(row)?;
    let other: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identity WHERE user_id = ? AND issuer = ?)",
    )
    .bind(user.id.uuid())
    .bind(&identity.issuer)
    .fetch_one(connection)
    .await?;
    Ok((!other).then_some(user))
}

/// Notes what an identity that is there says of itself now.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    identity: &Identity,
) -> Result<(), sqlx::Error> {
    let email = identity.email.as_ref();
    sqlx::query(
        "UPDATE OR IGNORE identity SET issuer = ?3, email = ?4, email_verified = ?5
         WHERE provider = ?1 AND subject = ?2 AND issuer IN (?3, '')
         AND (issuer <> ?3 OR email IS NOT ?4 OR email_verified <> ?5)",
    )
    .bind(&identity.provider)
    .bind(&identity.subject)
    .bind(&identity.issuer)
    .bind(email.map(|email| email.address().as_str()))
    .bind(email.and_then(Email::verified).is_some())
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds an identity to an account.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    user: UserId,
    identity: &Identity,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let email = identity.email.as_ref();
    sqlx::query(
        "INSERT INTO identity (provider, issuer, subject, user_id, email, email_verified, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&identity.provider)
    .bind(&identity.issuer)
    .bind(&identity.subject)
    .bind(user.uuid())
    .bind(email.map(|email| email.address().as_str()))
    .bind(email.and_then(Email::verified).is_some())
    .bind(stored(at))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn link(
    store: &Sqlite,
    user: UserId,
    identity: &Identity,
    trace: &Trace,
    at: WallMs,
) -> Result<Linking, sqlx::Error> {
    let mut transaction = store.write.begin_with("BEGIN IMMEDIATE").await?;
    if !may_act(&mut transaction, trace, at).await? {
        return Ok(Linking::SignedOut);
    }
    match owner(&mut transaction, identity).await? {
        Some(owner) if owner.id == user => note(&mut transaction, identity).await?,
        Some(_) => return Ok(Linking::Elsewhere),
        None => {
            let taken: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM identity WHERE user_id = ? AND provider = ? AND issuer = ?)",
            )
            .bind(user.uuid())
            .bind(&identity.provider)
            .bind(&identity.issuer)
            .fetch_one(&mut *transaction)
            .await?;
            if taken {
                return Ok(Linking::ProviderTaken);
            }
            insert(&mut transaction, user, identity, at).await?;
            let line = Line {
                act: Act::IdentityLinked,
                subject: Some(user),
                detail: json!({ "provider": identity.provider }),
                trace,
                at,
            };
            audit::write(&mut transaction, line).await?;
        }
    }
    transaction.commit().await?;
    Ok(Linking::Linked)
}

pub(super) async fn unlink(
    store: &Sqlite,
    user: UserId,
    provider: &str,
    others: &[WayIn],
    trace: &Trace,
    at: WallMs,
) -> Result<Unlinking, sqlx::Error> {
    let mut transaction = store.write.begin_with("BEGIN IMMEDIATE").await?;
    if !may_act(&mut transaction, trace, at).await? {
        return Ok(Unlinking::SignedOut);
    }
    let gone = sqlx::query("DELETE FROM identity WHERE user_id = ? AND provider = ?")
        .bind(user.uuid())
        .bind(provider)
        .execute(&mut *transaction)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(Unlinking::NotLinked);
    }
    let left: Vec<(String, String)> =
        sqlx::query_as("SELECT provider, issuer FROM identity WHERE user_id = ?")
            .bind(user.uuid())
            .fetch_all(&mut *transaction)
            .await?;
    let leads_in = |(provider, issuer): &(String, String)| {
        let mut others = others.iter();
        // Noted before issuers were, it leads in whoever is configured now.
        others.any(|other| {
            other.provider == *provider && (*issuer == other.issuer || issuer.is_empty())
        })
    };
    if !left.iter().any(leads_in) {
        transaction.rollback().await?;
        return Ok(Unlinking::Last);
    }
    let line = Line {
        act: Act::IdentityUnlinked,
        subject: Some(user),
        detail: json!({ "provider": provider }),
        trace,
        at,
    };
    audit::write(&mut transaction, line).await?;
    transaction.commit().await?;
    Ok(Unlinking::Unlinked)
}

pub(super) async fn of_user(
    store: &Sqlite,
    user: UserId,
) -> Result<Vec<LinkedIdentity>, sqlx::Error> {
    let rows: Vec<IdentityRow> = sqlx::query_as(
        "SELECT provider, email, email_verified, created_ms FROM identity
         WHERE user_id = ? ORDER BY created_ms, rowid",
    )
    .bind(user.uuid())
    .fetch_all(&store.read)
    .await?;
    Ok(rows.into_iter().map(LinkedIdentity::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::audit::{AuditQuery, AuditStore, Person};
    use crate::ports::user::conformance::{created, identity, new_user};
    use crate::ports::user::{Admission, UserStore};

    #[tokio::test]
    async fn who_was_noted_before_issuers_were_keeps_the_account() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let user = created(&store, "early", "early").await;
        sqlx::query("UPDATE identity SET issuer = ''")
            .execute(&store.write)
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
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
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
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let user = created(&store, "early", "early").await;
        let mut second = identity("second");
        second.provider = "umbrella".to_owned();
        let (trace, at) = (Trace::default(), WallMs(1));
        store.link(user.id, &second, &trace, at).await.unwrap();
        sqlx::query("UPDATE identity SET issuer = '' WHERE provider = 'umbrella'")
            .execute(&store.write)
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
