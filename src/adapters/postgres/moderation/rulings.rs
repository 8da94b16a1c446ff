//! Decisions: one step with the author's notice, a suspension and the audit log.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::audit::{self, Line};
use super::super::number::{stored, to_i64, to_u64};
use super::super::{decision_outbox, notification, permission_steps};
use super::cases;
use super::rows::{self, RULING, named, ruling, rulings};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, RulingId, UserId};
use crate::domain::moderation::{
    CaseState, ContentKind, ModerationEvent, ReportReason, RulingAction, Standing,
};
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
    let acting = permission_steps::actor_role(&mut *conn, trace, new.at).await?;
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
            Some(author) => permission_steps::role(&mut *conn, author).await?,
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
    if owes.is_some() {
        rows::take(&mut *conn, case.kind, &case.subject).await?;
        owe_no_more(&mut *conn, case.kind, &case.subject).await?;
    }
    let record = Ruling {
        id,
        place: 0,
        case: Some(case.id),
        kind: case.kind,
        subject: case.subject,
        author,
        moderator: trace.actor,
        action: new.action,
        rule: new.rule,
        note: new.note.clone(),
        until: new.until,
        at: new.at,
        appeal: None,
    };
    keep(&mut *conn, &record, owes).await?;
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
        // One that lasts longer is not cut short by a shorter one.
        if new.action == RulingAction::Suspend
            && !permission_steps::is_out_beyond(&mut *conn, author, new.until, new.at).await?
        {
            let suspension = Suspension {
                user_id: author,
                reason: new.rule.as_str().to_owned(),
                until: new.until,
            };
            settled.ended = permission_steps::lay(&mut *conn, &suspension, trace, new.at).await?;
        }
        settled.told = tell(&mut *conn, author, id, new.at).await?;
    }
    Ok(Decided::Done(Box::new(settled)))
}

/// Writes a decision down, with what it owes the thing and the event that tells of it.
async fn keep(
    conn: &mut PgConnection,
    new: &Ruling,
    owes: Option<Standing>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO ruling (id, case_id, kind, subject, author_id, moderator_id, action, rule, note,
                             until_ms, created_ms, owes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(new.id.uuid())
    .bind(new.case.map(CaseId::uuid))
    .bind(new.kind.as_str())
    .bind(&new.subject)
    .bind(new.author.map(UserId::uuid))
    .bind(new.moderator.map(UserId::uuid))
    .bind(new.action.as_str())
    .bind(new.rule.as_str())
    .bind(&new.note)
    .bind(new.until.map(stored))
    .bind(stored(new.at))
    .bind(owes.map(Standing::as_str))
    .execute(&mut *conn)
    .await?;
    let event = ModerationEvent::Decided {
        kind: new.kind,
        thing: new.subject.clone(),
        author: new.author,
        action: new.action,
        rule: new.rule,
        until: new.until,
        at: new.at,
    };
    decision_outbox::put(conn, new.id, &event).await
}

/// What earlier decisions owe a thing is overtaken by another, but for its removal: that is for good. Whoever asks holds
/// the decisions about it.
pub(super) async fn owe_no_more(
    conn: &mut PgConnection,
    kind: ContentKind,
    subject: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE ruling SET owes = NULL
         WHERE kind = $1 AND subject = $2 AND owes IS NOT NULL AND owes <> 'removed'",
    )
    .bind(kind.as_str())
    .bind(subject)
    .execute(conn)
    .await
    .map(drop)
}

/// Writes down that an account, which the transaction holds, was suspended without a case: it is in the log as any other
/// decision, its person hears of it, and may appeal.
pub(in super::super) async fn suspended(
    conn: &mut PgConnection,
    suspension: &Suspension,
    by: Option<UserId>,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let person = suspension.user_id;
    let record = Ruling {
        id: RulingId::generate(),
        place: 0,
        case: None,
        kind: ContentKind::User,
        subject: person.to_string(),
        author: Some(person),
        moderator: by,
        action: RulingAction::Suspend,
        rule: ReportReason::Other,
        note: suspension.reason.clone(),
        until: suspension.until,
        at,
        appeal: None,
    };
    keep(&mut *conn, &record, None).await?;
    tell(conn, person, record.id, at).await.map(drop)
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
pub(super) async fn owed(
    conn: &mut PgConnection,
    after: u64,
    limit: u32,
) -> Result<Vec<Owed>, sqlx::Error> {
    let rows: Vec<(i64, Uuid, String, String, String)> = sqlx::query_as(
        "SELECT place, id, kind, subject, owes FROM ruling WHERE owes IS NOT NULL AND place > $1
         ORDER BY place LIMIT $2",
    )
    .bind(to_i64(after))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    let owed = rows.into_iter();
    let owed = owed.map(|(place, id, kind, subject, standing)| {
        Ok(Owed {
            ruling: RulingId::from_uuid(id),
            place: to_u64(place),
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
