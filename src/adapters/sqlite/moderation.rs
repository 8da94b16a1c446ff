//! Moderation in SQLite: reports and cases, decisions, appeals.

mod appeals;
mod cases;
mod rows;
mod rulings;
mod taken_down;
#[cfg(test)]
mod tests;

pub(super) use rulings::suspended;
pub(super) use taken_down::{last_removal, may_come_back, taken_back, taken_down};

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::Sqlite;
use super::once::{Begun, begin, record};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, ReportId, RulingId, UserId};
use crate::domain::moderation::{AppealState, CaseState, ContentKind, Standing, case_text};
use crate::ports::moderation::desk::{
    Appealed, Case, CaseFile, Decided, Judged, ModerationStore, ModerationUnavailable, NewReport,
    NewRuling, Owed, QueuePlace, Report, Reported, Ruling, Settled, Thing,
};
use crate::ports::once::{Done, Once};

impl From<sqlx::Error> for ModerationUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Opens a case for a thing that the filter holds, in the transaction of whatever store keeps the thing.
pub(super) async fn hold(
    conn: &mut SqliteConnection,
    thing: &Thing,
    at: WallMs,
) -> Result<CaseId, sqlx::Error> {
    cases::open(conn, thing, true, at).await
}

/// The same for what its store has just kept as held; nothing for what it has kept otherwise.
pub(super) async fn hold_if(
    conn: &mut SqliteConnection,
    standing: Standing,
    (kind, id): (ContentKind, impl std::fmt::Display),
    (author, text): (UserId, &str),
    at: WallMs,
) -> Result<(), sqlx::Error> {
    if standing != Standing::Held {
        return Ok(());
    }
    let thing = Thing {
        kind,
        subject: id.to_string(),
        author: Some(author),
        text: case_text(text),
    };
    hold(conn, &thing, at).await.map(drop)
}

#[async_trait]
impl ModerationStore for Sqlite {
    async fn report(
        &self,
        report: &NewReport,
        once: Option<&Once>,
    ) -> Result<Done<Reported>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match begin(&mut transaction, once, report.at).await? {
            Begun::Fresh => {}
            Begun::Replay(reported) => return Ok(Done::Before(reported)),
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let reported = cases::report(&mut transaction, report).await?;
        if matches!(reported, Reported::Report(_)) {
            record(&mut transaction, once, &reported, report.at).await?;
            transaction.commit().await?;
        }
        Ok(Done::Now(reported))
    }

    async fn reports_of(
        &self,
        reporter: UserId,
        after: Option<(WallMs, ReportId)>,
        limit: u32,
    ) -> Result<Vec<Report>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(cases::reports_of(&mut conn, reporter, after, limit).await?)
    }

    async fn hold(&self, thing: &Thing, at: WallMs) -> Result<CaseId, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let case = hold(&mut transaction, thing, at).await?;
        transaction.commit().await?;
        Ok(case)
    }

    async fn cases(
        &self,
        state: CaseState,
        after: Option<QueuePlace>,
        limit: u32,
    ) -> Result<Vec<Case>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(cases::queue(&mut conn, state, after, limit).await?)
    }

    async fn case(&self, id: CaseId) -> Result<Option<CaseFile>, ModerationUnavailable> {
        // One view of all tables.
        let mut transaction = self.read.begin().await?;
        Ok(cases::file(&mut transaction, id).await?)
    }

    async fn decide(
        &self,
        ruling: &NewRuling,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Done<Decided>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match begin(&mut transaction, once, ruling.at).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => {
                let known = settled_before(&mut transaction, id).await?;
                let decided = known.map_or(Decided::NoSuchCase, Decided::Done);
                return Ok(Done::Before(decided));
            }
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let decided = rulings::decide(&mut transaction, ruling, trace).await?;
        if let Decided::Done(settled) = &decided {
            record(&mut transaction, once, &settled.ruling.id, ruling.at).await?;
            transaction.commit().await?;
        }
        Ok(Done::Now(decided))
    }

    async fn owed(&self, after: u64, limit: u32) -> Result<Vec<Owed>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(rulings::owed(&mut conn, after, limit).await?)
    }

    async fn paid(&self, owed: &Owed) -> Result<(), ModerationUnavailable> {
        sqlx::query("UPDATE ruling SET owes = NULL WHERE id = ? AND owes = ?")
            .bind(owed.ruling.uuid())
            .bind(owed.standing.as_str())
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn rulings_of(
        &self,
        author: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(rulings::against(&mut conn, author, before, limit).await?)
    }

    async fn appeal(
        &self,
        author: UserId,
        ruling: RulingId,
        text: &str,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Appealed>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match begin(&mut transaction, once, now).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => {
                let known = rows::ruling(&mut transaction, id).await?;
                let known = known.map(Box::new);
                let appealed = known.map_or(Appealed::NoSuchRuling, Appealed::Done);
                return Ok(Done::Before(appealed));
            }
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let appealed = appeals::appeal(&mut transaction, author, ruling, text, now).await?;
        if let Appealed::Done(appealed) = &appealed {
            record(&mut transaction, once, &appealed.id, now).await?;
            transaction.commit().await?;
        }
        Ok(Done::Now(appealed))
    }

    async fn appeals(
        &self,
        after: Option<(WallMs, u64)>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(appeals::waiting(&mut conn, after, limit).await?)
    }

    async fn judge(
        &self,
        ruling: RulingId,
        state: AppealState,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Judged>, ModerationUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match begin(&mut transaction, once, now).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => {
                let known = settled_before(&mut transaction, id).await?;
                let judged = known.map_or(Judged::NoSuchAppeal, Judged::Done);
                return Ok(Done::Before(judged));
            }
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let judged = appeals::judge(&mut transaction, ruling, state, trace, now).await?;
        if let Judged::Done(settled) = &judged {
            record(&mut transaction, once, &settled.ruling.id, now).await?;
            transaction.commit().await?;
        }
        Ok(Done::Now(judged))
    }

    async fn log(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(rulings::log(&mut conn, before, limit).await?)
    }
}

/// What a request that took effect before came to: whoever had to hear of it has.
async fn settled_before(
    conn: &mut SqliteConnection,
    id: RulingId,
) -> Result<Option<Box<Settled>>, sqlx::Error> {
    let ruling = rows::ruling(conn, id).await?;
    Ok(ruling.map(|ruling| {
        Box::new(Settled {
            ruling,
            ended: Vec::new(),
            told: Vec::new(),
        })
    }))
}
