//! Appeals against decisions.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::super::audit::{self, Line};
use super::super::number::{stored, to_i64};
use super::super::{decision_outbox, permission_steps};
use super::rows::{RULING, named, ruling, rulings};
use super::rulings::{found, owe_no_more, tell};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{RulingId, UserId};
use crate::domain::moderation::{
    AppealState, ContentKind, ModerationEvent, RulingAction, Standing, may_appeal,
};
use crate::domain::user::AccountRole;
use crate::ports::moderation::desk::{Appealed, Judged, Ruling, Settled};

/// Appeals, as the port says.
pub(super) async fn appeal(
    conn: &mut PgConnection,
    author: UserId,
    id: RulingId,
    text: &str,
    now: WallMs,
) -> Result<Appealed, sqlx::Error> {
    let known = ruling(&mut *conn, id).await?;
    let Some(known) = known.filter(|known| known.author == Some(author)) else {
        return Ok(Appealed::NoSuchRuling);
    };
    if !known.action.is_against_author() {
        return Ok(Appealed::NotAgainstThem);
    }
    if known.appeal.is_some() {
        return Ok(Appealed::Already);
    }
    if !may_appeal(known.at, now) {
        return Ok(Appealed::TooLate);
    }
    sqlx::query(
        "UPDATE ruling SET appeal = 'open', appeal_text = $1, appealed_ms = $2 WHERE id = $3",
    )
    .bind(text)
    .bind(stored(now))
    .bind(id.uuid())
    .execute(&mut *conn)
    .await?;
    let appealed = found(ruling(conn, id).await?)?;
    Ok(Appealed::Done(Box::new(appealed)))
}

/// Decisions with an appeal that waits, the oldest appeal first.
pub(super) async fn waiting(
    conn: &mut PgConnection,
    after: Option<(WallMs, u64)>,
    limit: u32,
) -> Result<Vec<Ruling>, sqlx::Error> {
    let rows = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE appeal = 'open' AND ($1::bigint IS NULL OR (appealed_ms, place) > ($1, $2))
         ORDER BY appealed_ms, place LIMIT $3"
    )))
    .bind(after.map(|(at, _)| stored(at)))
    .bind(after.map(|(_, place)| to_i64(place)))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    rulings(rows)
}

/// Whether somebody else could decide: neither this moderator nor the author, of a higher role than theirs, and able to
/// act.
async fn has_another(
    conn: &mut PgConnection,
    actor: Option<UserId>,
    author: Option<UserId>,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (
         SELECT 1 FROM account WHERE role IN ('moderator', 'admin') AND closing_ms IS NULL
           AND (role = 'admin' OR NOT EXISTS (SELECT FROM account AS author
                                              WHERE author.id = $2 AND author.role = 'moderator'))
           AND id IS DISTINCT FROM $1 AND id IS DISTINCT FROM $2
           AND NOT EXISTS (SELECT 1 FROM suspension
                           WHERE user_id = account.id AND (until_ms IS NULL
                           OR until_ms > $3)))",
    )
    .bind(actor.map(UserId::uuid))
    .bind(author.map(UserId::uuid))
    .bind(stored(now))
    .fetch_one(conn)
    .await
}

/// Decides an appeal, as the port says.
pub(super) async fn judge(
    conn: &mut PgConnection,
    id: RulingId,
    state: AppealState,
    trace: &Trace,
    now: WallMs,
) -> Result<Judged, sqlx::Error> {
    let acting = permission_steps::actor_role(&mut *conn, trace, now).await?;
    if acting < AccountRole::Moderator {
        return Ok(Judged::Forbidden);
    }
    let known = ruling(&mut *conn, id).await?;
    let Some((known, before)) = known.and_then(|known| {
        let before = known.appeal.as_ref()?.state;
        Some((known, before))
    }) else {
        return Ok(Judged::NoSuchAppeal);
    };
    if known.author.is_some() && known.author == trace.actor {
        return Ok(Judged::Forbidden);
    }
    if before != AppealState::Open {
        return Ok(Judged::Already);
    }
    let is_own = known.moderator.is_some() && known.moderator == trace.actor;
    if is_own && has_another(&mut *conn, trace.actor, known.author, now).await? {
        return Ok(Judged::Forbidden);
    }
    if let Some(author) = known.author {
        let role = permission_steps::role(&mut *conn, author).await?;
        if role.is_some_and(|role| role >= acting) {
            return Ok(Judged::Forbidden);
        }
    }
    let overturned = state == AppealState::Overturned;
    let owes = follows(&mut *conn, &known, overturned).await?;
    if owes.is_some() {
        owe_no_more(&mut *conn, known.kind, &known.subject).await?;
    }
    sqlx::query(
        "UPDATE ruling SET appeal = $1, judge_id = $2, judged_ms = $3, owes = coalesce($4,
         owes) WHERE id = $5",
    )
    .bind(state.as_str())
    .bind(trace.actor.map(UserId::uuid))
    .bind(stored(now))
    .bind(owes.map(|standing| standing.as_str()))
    .bind(id.uuid())
    .execute(&mut *conn)
    .await?;
    if let (true, RulingAction::Suspend, Some(author)) = (overturned, known.action, known.author) {
        lift_if_laid_then(&mut *conn, author, &known, trace, now).await?;
    }
    let line = Line {
        act: Act::AppealDecided,
        subject: known.author,
        detail: json!({ "decision": id, "outcome": state }),
        trace,
        at: now,
    };
    audit::write(&mut *conn, line).await?;
    let event = ModerationEvent::AppealDecided {
        kind: known.kind,
        thing: known.subject,
        author: known.author,
        outcome: state,
        at: now,
    };
    decision_outbox::put(&mut *conn, id, &event).await?;
    let told = match known.author {
        Some(author) => tell(&mut *conn, author, id, now).await?,
        None => Vec::new(),
    };
    Ok(Judged::Done(Box::new(Settled {
        ruling: found(ruling(conn, id).await?)?,
        ended: Vec::new(),
        told,
    })))
}

/// The standing a thing gets by what became of an appeal, if it changes.
async fn follows(
    conn: &mut PgConnection,
    appealed: &Ruling,
    overturned: bool,
) -> Result<Option<Standing>, sqlx::Error> {
    // Of all that is removed a picture alone is kept until nobody can appeal any more.
    let is_kept = appealed.kind == ContentKind::Asset && appealed.action == RulingAction::Remove;
    if !overturned {
        return Ok(is_kept.then_some(Standing::Removed));
    }
    let hid = matches!(appealed.action, RulingAction::Hide | RulingAction::Suspend);
    if appealed.kind == ContentKind::User || !(hid || is_kept) {
        return Ok(None);
    }
    Ok(match standing_without(conn, appealed).await? {
        Standing::Shown => Some(Standing::Shown),
        Standing::Hidden if is_kept => Some(Standing::Hidden),
        _ => None,
    })
}

/// The standing a thing has by the decisions about it that stand, but for this one: of those the newest counts.
pub(super) async fn standing_without(
    conn: &mut PgConnection,
    taken_back: &Ruling,
) -> Result<Standing, sqlx::Error> {
    let newest: Option<String> = sqlx::query_scalar(
        "SELECT action FROM ruling
         WHERE kind = $1 AND subject = $2 AND id <> $3 AND action IN ('show', 'hide', 'remove', 'suspend')
           AND appeal IS DISTINCT FROM 'overturned'
         ORDER BY place DESC LIMIT 1",
    )
    .bind(taken_back.kind.as_str())
    .bind(&taken_back.subject)
    .bind(taken_back.id.uuid())
    .fetch_optional(conn)
    .await?;
    let action: Option<RulingAction> = newest.as_deref().map(named).transpose()?;
    let standing = action.and_then(|action| action.standing(false));
    Ok(standing.unwrap_or(Standing::Shown))
}

/// Ends a suspension with the decision that laid it. One that was laid anew since stands, and so does another decision
/// that keeps the author out, unless somebody has let them in since.
async fn lift_if_laid_then(
    conn: &mut PgConnection,
    author: UserId,
    taken_back: &Ruling,
    trace: &Trace,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let is_that: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM suspension WHERE user_id = $1 AND created_ms = $2)",
    )
    .bind(author.uuid())
    .bind(stored(taken_back.at))
    .fetch_one(&mut *conn)
    .await?;
    if !is_that {
        return Ok(());
    }
    let other: Option<(String, Option<i64>, i64)> = sqlx::query_as(
        "SELECT rule, until_ms, created_ms FROM ruling
         WHERE author_id = $1 AND id <> $2 AND action = 'suspend' AND appeal IS DISTINCT FROM 'overturned'
           AND (until_ms IS NULL OR until_ms > $3)
           AND NOT EXISTS (SELECT FROM audit WHERE subject_id = $1 AND act = $4 AND at_ms >= created_ms)
         ORDER BY until_ms DESC NULLS FIRST LIMIT 1",
    )
    .bind(author.uuid())
    .bind(taken_back.id.uuid())
    .bind(stored(now))
    .bind(Act::Reinstated.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((rule, until, created)) = other else {
        return permission_steps::lift(conn, author, trace, now).await;
    };
    sqlx::query(
        "UPDATE suspension SET reason = $1, until_ms = $2, created_ms = $3 WHERE user_id = $4",
    )
    .bind(rule)
    .bind(until)
    .bind(created)
    .bind(author.uuid())
    .execute(conn)
    .await
    .map(drop)
}
