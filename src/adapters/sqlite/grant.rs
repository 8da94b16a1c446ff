//! Sign-in codes and refresh tokens in SQLite.

use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::audit::{Line, write};
use super::login_steps::{Insert, end, insert, is_suspended, make_room, scopes_of};
use super::number::{stored, wall};
use super::role::role_of;
use super::user_row::UserRow;
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
    generation: u32,
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
        let is_before = rotation.generation.checked_add(1) == Some(self.generation)
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
impl GrantStore for Sqlite {
    async fn keep_code(&self, code: &NewCode) -> Result<bool, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if is_suspended(&mut transaction, code.user_id, code.at).await? {
            return Ok(false);
        }
        sqlx::query("DELETE FROM app_code WHERE expires_ms < ?")
            .bind(stored(code.at).saturating_sub_unsigned(CODE_KEPT_MS))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO app_code (hash, user_id, client, redirect_uri, challenge, scopes, authenticated_ms,
                                   created_ms, expires_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<Redeemed, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let code: Option<CodeRow> = sqlx::query_as(
            "SELECT client, redirect_uri, challenge, scopes, authenticated_ms, expires_ms, login_id, role,
                    user_id, handle, display_name, look, mood, bio, front_room_id
             FROM app_code JOIN user ON user.id = user_id WHERE hash = ?",
        )
        .bind(redemption.hash.0.as_slice())
        .fetch_optional(&mut *transaction)
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
            let ended =
                end_for(&mut transaction, id, Act::CodeReused, &redemption.trace, at).await?;
            transaction.commit().await?;
            return Ok(Redeemed::Reused(ended));
        }
        if code.expires_ms <= stored(at) {
            return Ok(Redeemed::Invalid);
        }
        let (authenticated, role) = (wall(code.authenticated_ms), role_of(&code.role)?);
        let scopes = scopes_of(&code.scopes)?.and(Scopes::of_role(role));
        let user: User = code.user.try_into()?;
        if is_suspended(&mut transaction, user.id, at).await? {
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
        let ended = open_app(&mut transaction, redemption, &grant).await?;
        transaction.commit().await?;
        Ok(Redeemed::Opened(grant, ended))
    }

    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (login, now) = (rotation.login, rotation.moment.now);
        let row: Option<RefreshRow> = sqlx::query_as(
            "SELECT client, scopes, authenticated_ms, expires_ms, seen_ms, revoked_ms, generation, hash,
                    previous_hash, salt, rotated_ms, used, repeated, repeated_before, role,
                    user_id, handle, display_name, look, mood, bio, front_room_id
             FROM login JOIN refresh ON refresh.login_id = login.id JOIN user ON user.id = login.user_id
             WHERE login.id = ?",
        )
        .bind(login.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row.filter(|row| row.is_good_at(rotation)) else {
            return Ok(Rotated::Gone);
        };
        // A store that was set back does not know tokens of the time it has lost.
        if rotation.generation > row.generation {
            return Ok(Rotated::Gone);
        }
        let fits = rotation.wanted.is_within(scopes_of(&row.scopes)?);
        let is_good = rotation.generation == row.generation && row.hash == rotation.hash.0;
        if is_good {
            if !fits {
                return Ok(Rotated::TooWide);
            }
            advance(&mut transaction, rotation).await?;
            let grant = row.grant(login, rotation.generation.saturating_add(1))?;
            transaction.commit().await?;
            return Ok(Rotated::Next(grant));
        }
        let again = row.again(rotation);
        if let Again::Beside | Again::Lost = again {
            if !fits {
                return Ok(Rotated::TooWide);
            }
            if let Again::Lost = again {
                sqlx::query("UPDATE refresh SET repeated = 1 WHERE login_id = ?")
                    .bind(login.uuid())
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
            }
            let (salt, generation) = (salt_of(&row.salt)?, row.generation);
            return Ok(Rotated::Same(row.grant(login, generation)?, salt));
        }
        let act = Act::RefreshReused;
        let ended = end_for(&mut transaction, login, act, &rotation.trace, now).await?;
        transaction.commit().await?;
        Ok(ended.map_or(Rotated::Gone, Rotated::Reused))
    }

    async fn note_use(&self, login: LoginId, generation: u32) -> Result<(), LoginStoreError> {
        sqlx::query("UPDATE refresh SET used = 1 WHERE login_id = ? AND generation = ?")
            .bind(login.uuid())
            .bind(generation)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

/// Opens an app's login for a code, which is spent with it.
async fn open_app(
    connection: &mut SqliteConnection,
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
    insert(connection, &new).await?;
    sqlx::query(
        "INSERT INTO refresh (login_id, generation, hash, salt, rotated_ms, used) VALUES (?, 0, ?, ?, ?, 0)",
    )
    .bind(login.uuid())
    .bind(redemption.refresh.hash.0.as_slice())
    .bind(redemption.refresh.salt.as_slice())
    .bind(stored(at))
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE app_code SET login_id = ? WHERE hash = ?")
        .bind(login.uuid())
        .bind(redemption.hash.0.as_slice())
        .execute(&mut *connection)
        .await?;
    let ended = make_room(connection, user, login, at).await?;
    let line = Line {
        act: Act::SignedIn,
        subject: Some(user),
        detail: json!({ "app": redemption.client }),
        trace: &redemption.trace.clone().by(user, login),
        at,
    };
    write(connection, line).await?;
    Ok(ended)
}

async fn advance(
    connection: &mut SqliteConnection,
    rotation: &Rotation,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE refresh SET generation = generation + 1, previous_hash = hash, hash = ?, salt = ?,
                            rotated_ms = ?, used = 0, repeated_before = repeated, repeated = 0
         WHERE login_id = ?",
    )
    .bind(rotation.next.hash.0.as_slice())
    .bind(rotation.next.salt.as_slice())
    .bind(stored(rotation.moment.now))
    .bind(rotation.login.uuid())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE login SET seen_ms = max(seen_ms, ?) WHERE id = ?")
        .bind(stored(rotation.moment.now))
        .bind(rotation.login.uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends a login for what was shown to us, and writes it down as done by nobody known.
async fn end_for(
    connection: &mut SqliteConnection,
    login: LoginId,
    act: Act,
    trace: &Trace,
    at: WallMs,
) -> Result<Option<EndedLogin>, sqlx::Error> {
    let user: Option<UserId> = end(connection, login, None, at).await?;
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
    write(connection, line).await?;
    Ok(Some(EndedLogin { id: login, at }))
}

fn salt_of(stored: &[u8]) -> Result<[u8; 16], sqlx::Error> {
    let salt = stored.try_into();
    salt.map_err(|_| sqlx::Error::Decode("a salt has a wrong length".into()))
}
