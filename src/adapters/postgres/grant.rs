//! Sign-in codes and refresh tokens in PostgreSQL.
//!
//! Codes are kept and redeemed by whoever holds the person's account; a refresh token, with whoever holds its login: of
//! many at once one opens, one rotates.

use async_trait::async_trait;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{Line, write};
use super::login_steps::{Insert, end, insert, is_suspended, make_room, scopes_of};
use super::number::{stored, to_u32, wall};
use super::role::role_of;
use super::step::in_transaction;
use super::user_row::UserRow;
use super::{Postgres, lock};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::domain::user::User;
use crate::ports::login::{
    EndedLogin, Grant, GrantStore, LoginKind, LoginStoreError, NewCode, Redeemed, Redemption,
    Rotated, Rotation,
};

/// How long a code is kept beyond its end, so that a late second use is known for one.
const CODE_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// Overdue codes forgotten with each new one: more than come.
const FORGOTTEN_AT_ONCE: i64 = 16;

#[derive(sqlx::FromRow)]
struct CodeRow {
    client: String,
    redirect_uri: String,
    challenge: String,
    scopes: String,
    authenticated_ms: i64,
    expires_ms: i64,
    login_id: Option<Uuid>,
    role: String,
    #[sqlx(flatten)]
    user: UserRow,
}

#[derive(sqlx::FromRow)]
struct RefreshRow {
    client: String,
    scopes: String,
    authenticated_ms: i64,
    expires_ms: i64,
    seen_ms: i64,
    revoked_ms: Option<i64>,
    generation: i64,
    hash: Vec<u8>,
    previous_hash: Option<Vec<u8>>,
    salt: Vec<u8>,
    rotated_ms: i64,
    used: bool,
    repeated: bool,
    repeated_before: bool,
    role: String,
    #[sqlx(flatten)]
    user: UserRow,
}

/// What a token that is not the good one is taken for.
enum Again {
    /// Of another tab that was on its way.
    Beside,
    /// Shown once more because the answer was lost.
    Lost,
    /// Stolen, from whoever shows it or by them.
    Stolen,
}

impl RefreshRow {
    fn is_good_at(&self, rotation: &Rotation) -> bool {
        let now = stored(rotation.moment.now);
        self.revoked_ms.is_none()
            && self.expires_ms > now
            && self.seen_ms > now.saturating_sub_unsigned(rotation.moment.idle_ms)
            && self.client == rotation.client
    }

    /// What showing a token means that is no newer than the good one, and not that one.
    fn again(&self, rotation: &Rotation) -> Again {
        let is_before = rotation.generation.checked_add(1) == Some(to_u32(self.generation))
            && self.previous_hash.as_deref() == Some(rotation.hash.0.as_slice());
        let since = wall(self.rotated_ms).0;
        let is_fresh = rotation.moment.now.0.saturating_sub(since) <= rotation.overlap_ms;
        match is_before {
            true if is_fresh => Again::Beside,
            true if !(self.used || self.repeated || self.repeated_before) => Again::Lost,
            _ => Again::Stolen,
        }
    }

    fn grant(self, login: LoginId, generation: u32) -> Result<Grant, sqlx::Error> {
        Ok(Grant {
            login,
            user: self.user.try_into()?,
            role: role_of(&self.role)?,
            scopes: scopes_of(&self.scopes)?,
            authenticated: wall(self.authenticated_ms),
            generation,
        })
    }
}

#[async_trait]
impl GrantStore for Postgres {
    async fn keep_code(&self, code: &NewCode) -> Result<bool, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [code.user_id]).await?;
            if is_suspended(conn, code.user_id, code.at).await? {
                return Ok(false);
            }
            sqlx::query(
                "DELETE FROM app_code WHERE hash IN (
                 SELECT hash FROM app_code WHERE expires_ms < $1
                 ORDER BY expires_ms LIMIT $2 FOR UPDATE SKIP LOCKED)",
            )
            .bind(stored(code.at).saturating_sub_unsigned(CODE_KEPT_MS))
            .bind(FORGOTTEN_AT_ONCE)
            .execute(&mut *conn)
            .await?;
            sqlx::query(
                "INSERT INTO app_code (hash, user_id, client, redirect_uri, challenge, scopes,
                 authenticated_ms,
                                       created_ms, expires_ms)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(code.hash.0.as_slice())
            .bind(code.user_id.uuid())
            .bind(&code.client)
            .bind(&code.redirect_uri)
            .bind(&code.challenge)
            .bind(code.scopes.to_string())
            .bind(stored(code.authenticated))
            .bind(stored(code.at))
            .bind(stored(code.expires))
            .execute(&mut *conn)
            .await?;
            Ok(true)
        })?)
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<Redeemed, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            // Whose it is does not change; what became of it does until they are held.
            let owner: Option<Uuid> =
                sqlx::query_scalar("SELECT user_id FROM app_code WHERE hash = $1")
                    .bind(redemption.hash.0.as_slice())
                    .fetch_optional(&mut *conn)
                    .await?;
            let Some(owner) = owner else {
                return Ok(Redeemed::Invalid);
            };
            lock::people(conn, [UserId::from_uuid(owner)]).await?;
            let code: Option<CodeRow> = sqlx::query_as(
                "SELECT client, redirect_uri, challenge, scopes, authenticated_ms, expires_ms,
                 login_id, role,
                        user_id, handle, display_name, look, mood, bio, front_room_id
                 FROM app_code JOIN account ON account.id = user_id WHERE hash = $1",
            )
            .bind(redemption.hash.0.as_slice())
            .fetch_optional(&mut *conn)
            .await?;
            let proves = |code: &CodeRow| {
                code.client == redemption.client
                    && code.redirect_uri == redemption.redirect_uri
                    && code.challenge == redemption.challenge
            };
            let Some(code) = code.filter(proves) else {
                return Ok(Redeemed::Invalid);
            };
            let at = redemption.at;
            if let Some(opened) = code.login_id {
                let id = LoginId::from_uuid(opened);
                let ended = end_for(conn, id, Act::CodeReused, &redemption.trace, at).await?;
                return Ok(Redeemed::Reused(ended));
            }
            if code.expires_ms <= stored(at) {
                return Ok(Redeemed::Invalid);
            }
            let (authenticated, role) = (wall(code.authenticated_ms), role_of(&code.role)?);
            let scopes = scopes_of(&code.scopes)?.and(Scopes::of_role(role));
            let user: User = code.user.try_into()?;
            if is_suspended(conn, user.id, at).await? {
                return Ok(Redeemed::Suspended);
            }
            let grant = Grant {
                login: redemption.login,
                user,
                role,
                scopes,
                authenticated,
                generation: 0,
            };
            let ended = open_app(conn, redemption, &grant).await?;
            Ok(Redeemed::Opened(grant, ended))
        })?)
    }

    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            let (login, now) = (rotation.login, rotation.moment.now);
            sqlx::query("SELECT FROM login WHERE id = $1 FOR NO KEY UPDATE")
                .bind(login.uuid())
                .execute(&mut *conn)
                .await?;
            let row: Option<RefreshRow> = sqlx::query_as(
                "SELECT client, scopes, authenticated_ms, expires_ms, seen_ms, revoked_ms,
                 generation, hash,
                        previous_hash, salt, rotated_ms, used, repeated, repeated_before, role,
                        user_id, handle, display_name, look, mood, bio, front_room_id
                 FROM login JOIN refresh ON refresh.login_id = login.id JOIN account
                 ON account.id = login.user_id
                 WHERE login.id = $1",
            )
            .bind(login.uuid())
            .fetch_optional(&mut *conn)
            .await?;
            let Some(row) = row.filter(|row| row.is_good_at(rotation)) else {
                return Ok(Rotated::Gone);
            };
            // A store that was set back does not know tokens of the time it has lost.
            let generation = to_u32(row.generation);
            if rotation.generation > generation {
                return Ok(Rotated::Gone);
            }
            let fits = rotation.wanted.is_within(scopes_of(&row.scopes)?);
            let is_good = rotation.generation == generation && row.hash == rotation.hash.0;
            if is_good {
                if !fits {
                    return Ok(Rotated::TooWide);
                }
                advance(conn, rotation).await?;
                let grant = row.grant(login, rotation.generation.saturating_add(1))?;
                return Ok(Rotated::Next(grant));
            }
            let again = row.again(rotation);
            if let Again::Beside | Again::Lost = again {
                if !fits {
                    return Ok(Rotated::TooWide);
                }
                if let Again::Lost = again {
                    sqlx::query("UPDATE refresh SET repeated = TRUE WHERE login_id = $1")
                        .bind(login.uuid())
                        .execute(&mut *conn)
                        .await?;
                }
                let salt = salt_of(&row.salt)?;
                return Ok(Rotated::Same(row.grant(login, generation)?, salt));
            }
            let act = Act::RefreshReused;
            let ended = end_for(conn, login, act, &rotation.trace, now).await?;
            Ok(ended.map_or(Rotated::Gone, Rotated::Reused))
        })?)
    }

    async fn note_use(&self, login: LoginId, generation: u32) -> Result<(), LoginStoreError> {
        in_transaction!(self, |conn| sqlx::query(
            "UPDATE refresh SET used = TRUE WHERE login_id = $1 AND generation = $2 AND NOT used"
        )
        .bind(login.uuid())
        .bind(i64::from(generation))
        .execute(conn)
        .await)?;
        Ok(())
    }
}

/// Opens an app's login for a code, which is spent with it.
async fn open_app(
    conn: &mut PgConnection,
    redemption: &Redemption,
    grant: &Grant,
) -> Result<Vec<EndedLogin>, sqlx::Error> {
    let (user, login, at) = (grant.user.id, redemption.login, redemption.at);
    let new = Insert {
        id: login,
        user_id: user,
        kind: LoginKind::App,
        secret: None,
        client: Some(&redemption.client),
        name: None,
        scopes: grant.scopes,
        trace: &redemption.trace,
        authenticated: grant.authenticated,
        at,
        expires: Some(redemption.expires),
    };
    insert(conn, &new).await?;
    sqlx::query(
        "INSERT INTO refresh (login_id, generation, hash, salt, rotated_ms, used)
         VALUES ($1, 0, $2, $3, $4, FALSE)",
    )
    .bind(login.uuid())
    .bind(redemption.refresh.hash.0.as_slice())
    .bind(redemption.refresh.salt.as_slice())
    .bind(stored(at))
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE app_code SET login_id = $1 WHERE hash = $2")
        .bind(login.uuid())
        .bind(redemption.hash.0.as_slice())
        .execute(&mut *conn)
        .await?;
    let ended = make_room(conn, user, login, at).await?;
    let line = Line {
        act: Act::SignedIn,
        subject: Some(user),
        detail: json!({ "app": redemption.client }),
        trace: &redemption.trace.clone().by(user, login),
        at,
    };
    write(conn, line).await?;
    Ok(ended)
}

async fn advance(conn: &mut PgConnection, rotation: &Rotation) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE refresh SET generation = generation + 1, previous_hash = hash, hash = $1, salt = $2,
                            rotated_ms = $3, used = FALSE, repeated_before = repeated,
                            repeated = FALSE
         WHERE login_id = $4",
    )
    .bind(rotation.next.hash.0.as_slice())
    .bind(rotation.next.salt.as_slice())
    .bind(stored(rotation.moment.now))
    .bind(rotation.login.uuid())
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE login SET seen_ms = greatest(seen_ms, $1) WHERE id = $2")
        .bind(stored(rotation.moment.now))
        .bind(rotation.login.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a login for what was shown to us, and writes it down as done by nobody known.
async fn end_for(
    conn: &mut PgConnection,
    login: LoginId,
    act: Act,
    trace: &Trace,
    at: WallMs,
) -> Result<Option<EndedLogin>, sqlx::Error> {
    let user: Option<UserId> = end(conn, login, None, at).await?;
    if user.is_none() {
        return Ok(None);
    }
    let line = Line {
        act,
        subject: user,
        detail: json!({ "login": login }),
        trace,
        at,
    };
    write(conn, line).await?;
    Ok(Some(EndedLogin { id: login, at }))
}

fn salt_of(stored: &[u8]) -> Result<[u8; 16], sqlx::Error> {
    let salt = stored.try_into();
    salt.map_err(|_| sqlx::Error::Decode("a salt has a wrong length".into()))
}
