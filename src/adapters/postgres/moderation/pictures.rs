//! Decisions about pictures, as the store of pictures asks of them and has them written down. Each holds the picture by
//! name, its people, and then the decisions about it, as every other step of moderation does.

use async_trait::async_trait;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::audit::{self, Line};
use super::super::lock::{self, Name};
use super::super::number::stored;
use super::super::step::{in_transaction, reading};
use super::super::{Postgres, decision_outbox};
use super::appeals::standing_without;
use super::rows::{self, RULING, RulingRow};
use super::rulings::tell;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::{
    APPEAL_MS, AppealState, ContentKind, ModerationEvent, ReportReason, RulingAction, Standing,
};
use crate::domain::notification::Delivery;
use crate::ports::moderation::desk::{ModerationUnavailable, Ruling};
use crate::ports::moderation::pictures::{LastRemoval, PictureRulings, Removal};

const KIND: ContentKind = ContentKind::Asset;

#[async_trait]
impl PictureRulings for Postgres {
    async fn removed(&self, removal: &Removal) -> Result<Vec<Delivery>, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            let subject = removal.picture.to_string();
            lock::names(conn, [Name::Thing(KIND.as_str(), &subject)]).await?;
            let people = removal.trace.actor.into_iter().chain([removal.owner]);
            lock::people(conn, people).await?;
            let owner_is_there: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT FROM account WHERE id = $1)")
                    .bind(removal.owner.uuid())
                    .fetch_one(&mut *conn)
                    .await?;
            // Of whoever was erased meanwhile nothing is put on record any more.
            if !owner_is_there || rows::ruling(conn, removal.id).await?.is_some() {
                return Ok(Vec::new());
            }
            write_down(conn, removal, &subject).await
        })?)
    }

    async fn last_removal(
        &self,
        picture: AssetId,
    ) -> Result<Option<LastRemoval>, ModerationUnavailable> {
        let subject = picture.to_string();
        let last = reading!(self, |conn| last(conn, &subject).await)?;
        Ok(last.map(|last| LastRemoval {
            rule: last.rule,
            appeal: last.appeal.map(|appeal| appeal.state),
        }))
    }

    async fn may_come_back(
        &self,
        picture: AssetId,
        now: WallMs,
    ) -> Result<bool, ModerationUnavailable> {
        Ok(reading!(self, |conn| sqlx::query_scalar(
            "SELECT coalesce(bool_or(owes IN ('shown', 'hidden')
                                     OR (action = 'remove' AND (appeal = 'open'
                                         OR (appeal IS NULL AND created_ms >= $3)))), FALSE)
                    AND NOT coalesce(bool_or(action = 'remove' AND rule = $4
                                             AND appeal IS DISTINCT FROM 'overturned'), FALSE)
             FROM ruling WHERE kind = $1 AND subject = $2",
        )
        .bind(KIND.as_str())
        .bind(picture.to_string())
        .bind(stored(WallMs(now.0.saturating_sub(APPEAL_MS))))
        .bind(ReportReason::Illegal.as_str())
        .fetch_one(conn)
        .await)?)
    }

    async fn take_back(
        &self,
        picture: AssetId,
        with: Option<AssetId>,
        at: WallMs,
    ) -> Result<Option<Standing>, ModerationUnavailable> {
        let subject = picture.to_string();
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::Thing(KIND.as_str(), &subject)]).await?;
            let author = last(conn, &subject).await?.and_then(|last| last.author);
            lock::people(conn, author).await?;
            rows::take(conn, KIND, &subject).await?;
            let Some(last) = last(conn, &subject).await? else {
                return Ok(None);
            };
            match last.appeal.as_ref().map(|appeal| appeal.state) {
                Some(AppealState::Upheld) => return Ok(None),
                Some(AppealState::Overturned) => {}
                Some(AppealState::Open) | None => {
                    let judge = match with {
                        Some(with) => judge_of(conn, with).await?,
                        None => None,
                    };
                    overturn(conn, &last, judge, at).await?;
                }
            }
            let standing = standing_without(conn, &last).await?;
            Ok(Some(standing).filter(|standing| *standing != Standing::Removed))
        })?)
    }
}

/// Writes a removal down that is not on record.
async fn write_down(
    conn: &mut PgConnection,
    removal: &Removal,
    subject: &str,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let line = Line {
        act: Act::PictureTakenDown,
        subject: Some(removal.owner),
        detail: json!({ "asset": removal.picture }),
        trace: &removal.trace,
        at: removal.at,
    };
    audit::write(&mut *conn, line).await?;
    let case: Option<Uuid> = sqlx::query_scalar(
        "UPDATE moderation_case SET state = 'closed', held = FALSE, closed_ms = $1
         WHERE kind = $2 AND subject = $3 AND state = 'open' RETURNING id",
    )
    .bind(stored(removal.at))
    .bind(KIND.as_str())
    .bind(subject)
    .fetch_optional(&mut *conn)
    .await?;
    // A moderator who is gone since is nobody.
    sqlx::query(
        "INSERT INTO ruling (id, case_id, kind, subject, author_id, moderator_id, action, rule, note, created_ms)
         VALUES ($1, $2, $3, $4, $5, (SELECT id FROM account WHERE id = $6), $7, $8, '', $9)",
    )
    .bind(removal.id.uuid())
    .bind(case)
    .bind(KIND.as_str())
    .bind(subject)
    .bind(removal.owner.uuid())
    .bind(removal.trace.actor.map(UserId::uuid))
    .bind(RulingAction::Remove.as_str())
    .bind(removal.rule.as_str())
    .bind(stored(removal.at))
    .execute(&mut *conn)
    .await?;
    tell(conn, removal.owner, removal.id, removal.at).await
}

/// The last decision that removed a picture.
async fn last(conn: &mut PgConnection, subject: &str) -> Result<Option<Ruling>, sqlx::Error> {
    let row: Option<RulingRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{RULING} WHERE kind = $1 AND subject = $2 AND action = 'remove' ORDER BY place DESC LIMIT 1"
    )))
    .bind(KIND.as_str())
    .bind(subject)
    .fetch_optional(conn)
    .await?;
    row.map(Ruling::try_from).transpose()
}

/// Who last took a removal of this picture back.
async fn judge_of(
    conn: &mut PgConnection,
    picture: AssetId,
) -> Result<Option<UserId>, sqlx::Error> {
    let judge: Option<Option<Uuid>> = sqlx::query_scalar(
        "SELECT judge_id FROM ruling
         WHERE kind = $1 AND subject = $2 AND action = 'remove' AND appeal = 'overturned'
         ORDER BY judged_ms DESC, place DESC LIMIT 1",
    )
    .bind(KIND.as_str())
    .bind(picture.to_string())
    .fetch_optional(conn)
    .await?;
    Ok(judge.flatten().map(UserId::from_uuid))
}

/// Takes a removal back, as if its owner had appealed.
async fn overturn(
    conn: &mut PgConnection,
    last: &Ruling,
    judge: Option<UserId>,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE ruling SET appeal = 'overturned', appealed_ms = coalesce(appealed_ms, $1), judged_ms = $1,
                           judge_id = (SELECT id FROM account WHERE id = $2)
         WHERE id = $3",
    )
    .bind(stored(at))
    .bind(judge.map(UserId::uuid))
    .bind(last.id.uuid())
    .execute(&mut *conn)
    .await?;
    let trace = Trace {
        actor: judge,
        ..Trace::default()
    };
    let line = Line {
        act: Act::AppealDecided,
        subject: last.author,
        detail: json!({ "decision": last.id, "outcome": AppealState::Overturned }),
        trace: &trace,
        at,
    };
    audit::write(&mut *conn, line).await?;
    let event = ModerationEvent::AppealDecided {
        kind: KIND,
        thing: last.subject.clone(),
        author: last.author,
        outcome: AppealState::Overturned,
        at,
    };
    decision_outbox::put(&mut *conn, last.id, &event).await?;
    if let Some(author) = last.author {
        tell(&mut *conn, author, last.id, at).await?;
    }
    Ok(())
}
