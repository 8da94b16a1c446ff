//! Moderation in PostgreSQL: reports and cases, decisions, appeals.
//!
//! Who reports, holds or decides about a thing holds it by name, then the accounts of whoever acts and of its author:
//! one open case a thing, one decision a case, and roles that are what they are until the decision stands. Who appeals
//! or judges holds the same, then the decisions about the thing, in their order: what becomes of it is decided by all of
//! them. Whether there is another moderator to judge is as it is read.

mod appeals;
mod cases;
mod pictures;
mod rows;
mod rulings;
#[cfg(test)]
mod tests;

pub(super) use rulings::suspended;

use async_trait::async_trait;
use sqlx::PgConnection;

use super::lock::Name;
use super::once::{Begun, begin, record};
use super::step::{in_one_view, in_transaction, reading};
use super::{Postgres, lock};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, ReportId, RulingId, UserId};
use crate::domain::moderation::{AppealState, CaseState};
use crate::ports::moderation::desk::{
    Appealed, Case, CaseFile, Decided, Judged, ModerationStore, ModerationUnavailable, NewReport,
    NewRuling, Owed, QueuePlace, Report, Reported, Ruling, Settled, Thing,
};
use crate::ports::once::{Done, Once};

#[async_trait]
impl ModerationStore for Postgres {
    async fn report(
        &self,
        report: &NewReport,
        once: Option<&Once>,
    ) -> Result<Done<Reported>, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            let thing = &report.thing;
            lock::names(conn, [Name::Thing(thing.kind.as_str(), &thing.subject)]).await?;
            lock::people(conn, [report.reporter]).await?;
            match begin(conn, once, report.at).await? {
                Begun::Fresh => {}
                Begun::Replay(reported) => return Ok(Done::Before(reported)),
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let reported = cases::report(conn, report).await?;
            if matches!(reported, Reported::Report(_)) {
                record(conn, once, &reported, report.at).await?;
            }
            Ok(Done::Now(reported))
        })?)
    }

    async fn reports_of(
        &self,
        reporter: UserId,
        after: Option<(WallMs, ReportId)>,
        limit: u32,
    ) -> Result<Vec<Report>, ModerationUnavailable> {
        Ok(reading!(self, |conn| cases::reports_of(
            conn, reporter, after, limit
        )
        .await)?)
    }

    async fn hold(&self, thing: &Thing, at: WallMs) -> Result<CaseId, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::Thing(thing.kind.as_str(), &thing.subject)]).await?;
            cases::open(conn, thing, true, at).await
        })?)
    }

    async fn cases(
        &self,
        state: CaseState,
        after: Option<QueuePlace>,
        limit: u32,
    ) -> Result<Vec<Case>, ModerationUnavailable> {
        Ok(reading!(self, |conn| cases::queue(
            conn, state, after, limit
        )
        .await)?)
    }

    async fn case(&self, id: CaseId) -> Result<Option<CaseFile>, ModerationUnavailable> {
        // One view of all tables.
        Ok(in_one_view!(self, |conn| cases::file(conn, id).await)?)
    }

    async fn decide(
        &self,
        ruling: &NewRuling,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Done<Decided>, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            let actors = trace.actor.into_iter().chain(once.map(|once| once.owner));
            cases::take(conn, ruling.case, actors).await?;
            match begin(conn, once, ruling.at).await? {
                Begun::Fresh => {}
                Begun::Replay(id) => {
                    let known = settled_before(conn, id).await?;
                    let decided = known.map_or(Decided::NoSuchCase, Decided::Done);
                    return Ok(Done::Before(decided));
                }
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let decided = rulings::decide(conn, ruling, trace).await?;
            if let Decided::Done(settled) = &decided {
                record(conn, once, &settled.ruling.id, ruling.at).await?;
            }
            Ok(Done::Now(decided))
        })?)
    }

    async fn owed(&self, after: u64, limit: u32) -> Result<Vec<Owed>, ModerationUnavailable> {
        Ok(reading!(self, |conn| rulings::owed(conn, after, limit).await)?)
    }

    async fn paid(&self, owed: &Owed) -> Result<(), ModerationUnavailable> {
        in_transaction!(self, |conn| sqlx::query(
            "UPDATE ruling SET owes = NULL WHERE id = $1 AND owes = $2"
        )
        .bind(owed.ruling.uuid())
        .bind(owed.standing.as_str())
        .execute(conn)
        .await)?;
        Ok(())
    }

    async fn rulings_of(
        &self,
        author: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        Ok(reading!(self, |conn| rulings::against(
            conn, author, before, limit
        )
        .await)?)
    }

    async fn appeal(
        &self,
        author: UserId,
        ruling: RulingId,
        text: &str,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Appealed>, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            take_ruling(conn, ruling, [author]).await?;
            match begin(conn, once, now).await? {
                Begun::Fresh => {}
                Begun::Replay(id) => {
                    let known = rows::ruling(conn, id).await?;
                    let known = known.map(Box::new);
                    let appealed = known.map_or(Appealed::NoSuchRuling, Appealed::Done);
                    return Ok(Done::Before(appealed));
                }
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let appealed = appeals::appeal(conn, author, ruling, text, now).await?;
            if let Appealed::Done(appealed) = &appealed {
                record(conn, once, &appealed.id, now).await?;
            }
            Ok(Done::Now(appealed))
        })?)
    }

    async fn appeals(
        &self,
        after: Option<(WallMs, u64)>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        Ok(reading!(self, |conn| appeals::waiting(conn, after, limit).await)?)
    }

    async fn judge(
        &self,
        ruling: RulingId,
        state: AppealState,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Judged>, ModerationUnavailable> {
        Ok(in_transaction!(self, |conn| {
            let actors = trace.actor.into_iter().chain(once.map(|once| once.owner));
            take_ruling(conn, ruling, actors).await?;
            match begin(conn, once, now).await? {
                Begun::Fresh => {}
                Begun::Replay(id) => {
                    let known = settled_before(conn, id).await?;
                    let judged = known.map_or(Judged::NoSuchAppeal, Judged::Done);
                    return Ok(Done::Before(judged));
                }
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let judged = appeals::judge(conn, ruling, state, trace, now).await?;
            if let Judged::Done(settled) = &judged {
                record(conn, once, &settled.ruling.id, now).await?;
            }
            Ok(Done::Now(judged))
        })?)
    }

    async fn log(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable> {
        Ok(reading!(self, |conn| rulings::log(conn, before, limit).await)?)
    }
}

/// Holds what a decision is about, its author and whoever acts, then all decisions about it. What it is about and whose it
/// was does not change but by their erasure.
async fn take_ruling(
    conn: &mut PgConnection,
    id: RulingId,
    actors: impl IntoIterator<Item = UserId>,
) -> Result<(), sqlx::Error> {
    let known = rows::ruling(conn, id).await?;
    if let Some(known) = &known {
        lock::names(conn, [Name::Thing(known.kind.as_str(), &known.subject)]).await?;
    }
    let author = known.as_ref().and_then(|known| known.author);
    lock::people(conn, actors.into_iter().chain(author)).await?;
    match known {
        Some(known) => rows::take(conn, known.kind, &known.subject).await,
        None => Ok(()),
    }
}

/// What a request that took effect before came to: whoever had to hear of it has.
async fn settled_before(
    conn: &mut PgConnection,
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
