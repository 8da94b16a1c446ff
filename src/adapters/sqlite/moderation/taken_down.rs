//! Pictures that are taken down without a case of reports: a decision on record all the same, of which the owner hears
//! and against which they may appeal. And whether one that was taken down may come back.

use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::audit::{self, Line};
use super::super::number::stored;
use super::super::outbox;
use super::appeals::standing_without;
use super::rows::named;
use super::rulings::tell;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{
    APPEAL_MS, AppealState, ContentKind, ModerationEvent, ReportReason, RulingAction, Standing,
};
use crate::domain::notification::Delivery;
use crate::ports::moderation::desk::ModerationUnavailable;
use crate::ports::moderation::pictures::{LastRemoval, PictureRulings, Removal};

/// Writes the decision down, once, closes the case there may be, and tells the owner. The picture is down already, so
/// that nothing is owed.
pub(in super::super) async fn taken_down(
    conn: &mut SqliteConnection,
    removal: &Removal,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let subject = removal.picture.to_string();
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM ruling WHERE id = ?)")
        .bind(removal.id.uuid())
        .fetch_one(&mut *conn)
        .await?;
    if known {
        return Ok(Vec::new());
    }
    let line = Line {
        act: Act::PictureTakenDown,
        subject: Some(removal.owner),
        detail: json!({ "asset": removal.picture }),
        trace: &removal.trace,
        at: removal.at,
    };
    audit::write(&mut *conn, line).await?;
    let case: Option<Uuid> = sqlx::query_scalar(
        "UPDATE moderation_case SET state = 'closed', held = 0, closed_ms = ?
         WHERE kind = ? AND subject = ? AND state = 'open' RETURNING id",
    )
    .bind(stored(removal.at))
    .bind(ContentKind::Asset.as_str())
    .bind(&subject)
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO ruling (id, case_id, kind, subject, author_id, moderator_id, action, rule, note, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
    )
    .bind(removal.id.uuid())
    .bind(case)
    .bind(ContentKind::Asset.as_str())
    .bind(&subject)
    .bind(removal.owner.uuid())
    .bind(removal.trace.actor.map(UserId::uuid))
    .bind(RulingAction::Remove.as_str())
    .bind(removal.rule.as_str())
    .bind(stored(removal.at))
    .execute(&mut *conn)
    .await?;
    tell(conn, removal.owner, removal.id, removal.at).await
}

/// By which rule a picture was last removed, and what became of an appeal against that.
pub(in super::super) async fn last_removal(
    conn: &mut SqliteConnection,
    asset: AssetId,
) -> Result<Option<LastRemoval>, sqlx::Error> {
    let last: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT rule, appeal FROM ruling WHERE kind = ? AND subject = ? AND action = 'remove' ORDER BY place DESC LIMIT 1",
    )
    .bind(ContentKind::Asset.as_str())
    .bind(asset.to_string())
    .fetch_optional(conn)
    .await?;
    let read = |(rule, appeal): (String, Option<String>)| {
        Ok(LastRemoval {
            rule: named(&rule)?,
            appeal: appeal.as_deref().map(named).transpose()?,
        })
    };
    last.map(read).transpose()
}

/// Whether a picture that was removed may come back: its owner may still appeal, an appeal waits, or one was granted
/// and is to be followed. What was removed as against the law may not.
pub(in super::super) async fn may_come_back(
    conn: &mut SqliteConnection,
    asset: AssetId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce(max(owes IN ('shown', 'hidden')
                             OR (action = 'remove' AND (appeal = 'open' OR (appeal IS NULL AND created_ms >= ?3)))), 0)
                AND NOT coalesce(max(action = 'remove' AND rule = ?4 AND appeal IS NOT 'overturned'), 0)
         FROM ruling WHERE kind = ?1 AND subject = ?2",
    )
    .bind(ContentKind::Asset.as_str())
    .bind(asset.to_string())
    .bind(stored(WallMs(now.0.saturating_sub(APPEAL_MS))))
    .bind(ReportReason::Illegal.as_str())
    .fetch_one(conn)
    .await
}

/// Who last took a removal of this picture back.
async fn judge_of(
    conn: &mut SqliteConnection,
    asset: AssetId,
) -> Result<Option<UserId>, sqlx::Error> {
    let judge: Option<Option<Uuid>> = sqlx::query_scalar(
        "SELECT judge_id FROM ruling
         WHERE kind = ? AND subject = ? AND action = 'remove' AND appeal = 'overturned'
         ORDER BY judged_ms DESC, place DESC LIMIT 1",
    )
    .bind(ContentKind::Asset.as_str())
    .bind(asset.to_string())
    .fetch_optional(conn)
    .await?;
    Ok(judge.flatten().map(UserId::from_uuid))
}

/// The decision about the picture with which this one was taken down was taken back, and with it, by the same judge, the
/// one about this: the standing it gets. None where this one's own appeal was refused, or another decision keeps it down.
pub(in super::super) async fn taken_back(
    conn: &mut SqliteConnection,
    asset: AssetId,
    with: Option<AssetId>,
    at: WallMs,
) -> Result<Option<Standing>, sqlx::Error> {
    let subject = asset.to_string();
    let judge = match with {
        Some(with) => judge_of(conn, with).await?,
        None => None,
    };
    let row: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
        "UPDATE ruling SET appeal = 'overturned', appealed_ms = coalesce(appealed_ms, ?1), judged_ms = ?1, judge_id = ?4
         WHERE place = (SELECT max(place) FROM ruling WHERE kind = ?2 AND subject = ?3 AND action = 'remove')
           AND (appeal IS NULL OR appeal = 'open') RETURNING id, author_id",
    )
    .bind(stored(at))
    .bind(ContentKind::Asset.as_str())
    .bind(&subject)
    .bind(judge.map(UserId::uuid))
    .fetch_optional(&mut *conn)
    .await?;
    let Some((id, author)) = row else {
        return taken_back_before(conn, &subject).await;
    };
    let (id, author) = (RulingId::from_uuid(id), author.map(UserId::from_uuid));
    let trace = Trace {
        actor: judge,
        ..Trace::default()
    };
    let line = Line {
        act: Act::AppealDecided,
        subject: author,
        detail: json!({ "decision": id, "outcome": AppealState::Overturned }),
        trace: &trace,
        at,
    };
    audit::write(&mut *conn, line).await?;
    let event = Event::Moderation(ModerationEvent::AppealDecided {
        kind: ContentKind::Asset,
        thing: subject.clone(),
        author,
        outcome: AppealState::Overturned,
        at,
    });
    outbox::put(&mut *conn, Subject::Decision(id), &event).await?;
    if let Some(author) = author {
        tell(&mut *conn, author, id, at).await?;
    }
    standing_but_for(conn, &subject, id).await
}

/// The standing of a picture whose last removal was taken back before; none where it stands.
async fn taken_back_before(
    conn: &mut SqliteConnection,
    subject: &str,
) -> Result<Option<Standing>, sqlx::Error> {
    let last: Option<Uuid> = sqlx::query_scalar(
        "SELECT id FROM ruling
         WHERE place = (SELECT max(place) FROM ruling WHERE kind = ? AND subject = ? AND action = 'remove')
           AND appeal = 'overturned'",
    )
    .bind(ContentKind::Asset.as_str())
    .bind(subject)
    .fetch_optional(&mut *conn)
    .await?;
    match last {
        Some(id) => standing_but_for(conn, subject, RulingId::from_uuid(id)).await,
        None => Ok(None),
    }
}

/// The standing that other decisions than this one give a picture; none where they keep it down.
async fn standing_but_for(
    conn: &mut SqliteConnection,
    subject: &str,
    id: RulingId,
) -> Result<Option<Standing>, sqlx::Error> {
    let standing = standing_without(conn, ContentKind::Asset, subject, id).await?;
    Ok(Some(standing).filter(|standing| *standing != Standing::Removed))
}

#[async_trait]
impl PictureRulings for Sqlite {
    async fn removed(&self, removal: &Removal) -> Result<Vec<Delivery>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let told = taken_down(&mut transaction, removal).await?;
        transaction.commit().await?;
        Ok(told)
    }

    async fn last_removal(
        &self,
        picture: AssetId,
    ) -> Result<Option<LastRemoval>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(last_removal(&mut conn, picture).await?)
    }

    async fn may_come_back(
        &self,
        picture: AssetId,
        now: WallMs,
    ) -> Result<bool, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(may_come_back(&mut conn, picture, now).await?)
    }

    async fn take_back(
        &self,
        picture: AssetId,
        with: Option<AssetId>,
        at: WallMs,
    ) -> Result<Option<Standing>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let standing = taken_back(&mut transaction, picture, with, at).await?;
        transaction.commit().await?;
        Ok(standing)
    }
}
