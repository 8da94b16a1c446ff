//! Decisions: one step with the author's notice, a suspension and the audit log.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::audit::{self, Line};
use super::super::number::{stored, to_i64};
use super::super::{notification, permission};
use super::cases;
use super::rows::{RULING, named, ruling, rulings};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{RulingId, UserId};
use crate::domain::moderation::{CaseState, ContentKind, RulingAction};
use crate::domain::notification::{NewNotice, NoticeKind};
use crate::domain::user::AccountRole;
use crate::ports::moderation::desk::{
    CASE_TEXT_KEPT_MS, Decided, NewRuling, Owed, Ruling, Settled,
};
use crate::ports::permission::Suspension;

/// Closed cases that lose what the thing said with each decision: more than are closed.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// Decides a case, as the port says.
pub(super) async fn decide(
    conn: &mut PgConnection,
    new: &NewRuling,
    trace: &Trace,
) -> Result<Decided, sqlx::Error> {
    let acting = permission::actor_role(&mut *conn, trace, new.at).await?;
    if acting < AccountRole::Moderator {
        return Ok(Decided::Forbidden);
    }
    let Some(case) = cases::one(&mut *conn, new.case).await? else {
        return Ok(Decided::NoSuchCase);
    };
    let author = case.author.as_ref().map(|author| author.id);
    if author.is_some() && author == trace.actor {
        return Ok(Decided::Forbidden);
    }
    if case.state == CaseState::Closed {
        return Ok(Decided::Closed);
    }
    if new.action.is_against_author() {
        let role = match author {
            Some(author) => permission::role(&mut *conn, author).await?,
            None => None,
        };
        if role.is_some_and(|role| role >= acting) {
            return Ok(Decided::Forbidden);
        }
    }
    if author.is_none() && matches!(new.action, RulingAction::Warn | RulingAction::Suspend) {
        return Ok(Decided::NoAuthor);
    }
    let id = RulingId::generate();
    // A person's standing is their suspension, which is laid right here.
    let owes = new.action.standing(case.held);
    let owes = owes.filter(|_| case.kind != ContentKind::User);
    sqlx::query(
        "INSERT INTO ruling (id, case_id, kind, subject, author_id, moderator_id, action,
         rule, note, until_ms,
                             created_ms, owes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id.uuid())
    .bind(case.id.uuid())
    .bind(case.kind.as_str())
    .bind(&case.subject)
    .bind(author.map(UserId::uuid))
    .bind(trace.actor.map(UserId::uuid))
    .bind(new.action.as_str())
    .bind(new.rule.as_str())
    .bind(&new.note)
    .bind(new.until.map(stored))
    .bind(stored(new.at))
    .bind(owes.map(|standing| standing.as_str()))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE moderation_case SET state = 'closed', held = FALSE, closed_ms = $1 WHERE id = $2",
    )
    .bind(stored(new.at))
    .bind(case.id.uuid())
    .execute(&mut *conn)
    .await?;
    forget_texts(&mut *conn, new.at).await?;
    let detail = json!({
        "case": case.id, "kind": case.kind, "action": new.action, "rule": new.rule, "decision": id,
    });
    let line = Line {
        act: Act::Moderated,
        subject: author,
        detail,
        trace,
        at: new.at,
    };
    audit::write(&mut *conn, line).await?;
    let mut settled = Settled {
        ruling: found(ruling(&mut *conn, id).await?)?,
        ended: Vec::new(),
        told: Vec::new(),
    };
    if let Some(author) = author.filter(|_| new.action.is_against_author()) {
        if new.action == RulingAction::Suspend {
            let suspension = Suspension {
                user_id: author,
                reason: new.rule.as_str().to_owned(),
                until: new.until,
            };
            settled.ended = permission::lay(&mut *conn, &suspension, trace, new.at).await?;
        }
        settled.told = tell(&mut *conn, author, id, new.at).await?;
    }
    Ok(Decided::Done(Box::new(settled)))
}

pub(super) fn found(ruling: Option<Ruling>) -> Result<Ruling, sqlx::Error> {
    ruling.ok_or(sqlx::Error::RowNotFound)
}

/// Tells the author that there is something to read.
pub(super) async fn tell(
    conn: &mut PgConnection,
    author: UserId,
    ruling: RulingId,
    at: WallMs,
) -> Result<Vec<crate::domain::notification::Delivery>, sqlx::Error> {
    let notice = NewNotice {
        to: author,
        kind: NoticeKind::Decision,
        from: None,
        subject: ruling.to_string(),
        at,
    };
    let told = notification::notify(conn, &notice).await?;
    Ok(told.into_iter().collect())
}

/// What things said is not kept longer than it may be asked for.
async fn forget_texts(conn: &mut PgConnection, now: WallMs) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE moderation_case SET text = '' WHERE id IN (
         SELECT id FROM moderation_case WHERE state = 'closed' AND closed_ms < $1 AND text <> ''
         LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind(stored(now).saturating_sub_unsigned(CASE_TEXT_KEPT_MS))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(conn)
    .await
    .map(drop)
}

/// Standings that are owed, the oldest first.
pub(super) async fn owed(conn: &mut PgConnection, limit: u32) -> Result<Vec<Owed>, sqlx::Error> {
    let rows: Vec<(Uuid, String, String, String)> = sqlx::query_as(
        "SELECT id, kind, subject, owes FROM ruling WHERE owes IS NOT NULL ORDER BY place LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    let owed = rows.into_iter().map(|(id, kind, subject, standing)| {
        Ok(Owed {
            ruling: RulingId::from_uuid(id),
            kind: named(&kind)?,
            subject,
            standing: named(&standing)?,
        })
    });
    owed.collect()
}

fn place(before: Option<u64>) -> i64 {
    before.map_or(i64::MAX, to_i64)
}

/// What somebody was told of.
pub(super) async fn against(
    conn: &mut PgConnection,
    author: UserId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Ruling>, sqlx::Error> {
    let rows = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE author_id = $1 AND place < $2
         AND action IN ('hide', 'remove', 'warn', 'suspend')
         ORDER BY place DESC LIMIT $3"
    )))
    .bind(author.uuid())
    .bind(place(before))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rulings(rows)
}

/// All decisions.
pub(super) async fn log(
    conn: &mut PgConnection,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Ruling>, sqlx::Error> {
    let rows = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE place < $1 ORDER BY place DESC LIMIT $2"
    )))
    .bind(place(before))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rulings(rows)
}
