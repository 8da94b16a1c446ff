//! Where reports, cases, decisions and appeals are durable.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{ContentUnavailable, Contents};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, ReportId, RulingId, UserId};
use crate::domain::moderation::{
    AppealState, CaseState, ContentKind, ReportReason, RulingAction, Standing,
};
use crate::domain::notification::Delivery;
use crate::domain::user::User;
use crate::ports::login::EndedLogin;
use crate::ports::once::{Done, Once};

/// Reports of one person within a day.
pub const REPORTS_A_DAY_MAX: u32 = 50;

/// Reports shown with a case: the first ones.
pub const REPORTS_SHOWN_MAX: u32 = 100;

/// How long after their last report of a thing somebody may report it again, when that case was closed, in
/// milliseconds: a day.
pub const REPORT_AGAIN_MS: u64 = 24 * 60 * 60 * 1_000;

/// Past decisions against the author that are shown with a case: the newest.
pub const PAST_SHOWN_MAX: u32 = 20;

/// How long a closed case keeps what the thing said, in milliseconds: 180 days.
pub const CASE_TEXT_KEPT_MS: u64 = 180 * 24 * 60 * 60 * 1_000;

/// Cases cannot be reached now.
#[derive(Debug, thiserror::Error)]
#[error("moderation cannot be reached: {0}")]
pub struct ModerationUnavailable(pub String);

impl From<ContentUnavailable> for ModerationUnavailable {
    fn from(error: ContentUnavailable) -> Self {
        Self(error.0)
    }
}

/// A thing a case is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What kind of thing.
    pub kind: ContentKind,
    /// Which, by its kind's rules.
    pub subject: String,
    /// Whose; nobody's where a guest wrote it.
    pub author: Option<UserId>,
    /// What it says now, as far as a case keeps it.
    pub text: String,
}

/// Something to be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// What.
    pub thing: Thing,
    /// By whom.
    pub reporter: UserId,
    /// Why.
    pub reason: ReportReason,
    /// What they say of it.
    pub comment: String,
    /// When.
    pub at: WallMs,
}

/// A report as whoever made it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// What kind of thing it is about.
    pub kind: ContentKind,
    /// Which thing.
    pub subject: String,
    /// Why.
    pub reason: ReportReason,
    /// What they say of it.
    pub comment: String,
    /// When.
    pub at: WallMs,
    /// Whether it still waits.
    pub state: CaseState,
}

/// What reporting came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reported {
    /// It waits for a moderator; the same report as before where they had reported the thing, in a case that is open or
    /// less than [`REPORT_AGAIN_MS`] ago.
    Report(Report),
    /// They have made [`REPORTS_A_DAY_MAX`] within a day; so many milliseconds from now it is one less.
    TooMany(u64),
}

/// A case as the queue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// What kind of thing.
    pub kind: ContentKind,
    /// Which thing.
    pub subject: String,
    /// Whose; nobody's where a guest wrote it.
    pub author: Option<User>,
    /// What it said when the case was opened; empty some time after it was closed.
    pub text: String,
    /// Whether it waits.
    pub state: CaseState,
    /// Whether the filter holds it.
    pub held: bool,
    /// How many have reported it.
    pub reports: u32,
    /// Since when it waits.
    pub opened: WallMs,
    /// When somebody decided.
    pub closed: Option<WallMs>,
}

/// One report as moderators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    /// By whom.
    pub reporter: User,
    /// Why.
    pub reason: ReportReason,
    /// What they say of it.
    pub comment: String,
    /// When.
    pub at: WallMs,
}

/// A case with all there is to decide by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// The case.
    pub case: Case,
    /// The first [`REPORTS_SHOWN_MAX`] reports.
    pub reports: Vec<CaseReport>,
    /// What was decided in it.
    pub rulings: Vec<Ruling>,
    /// What was decided against the author before, in other cases.
    pub past: Vec<Ruling>,
}

/// After which case the next page of the queue begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlace {
    /// How many had reported it.
    pub reports: u32,
    /// Since when it waits.
    pub opened: WallMs,
    /// Which.
    pub id: CaseId,
}

/// A decision on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Which.
    pub id: RulingId,
    /// Its place among all: later ones are greater.
    pub place: u64,
    /// In which case; none once that is gone.
    pub case: Option<CaseId>,
    /// About what kind of thing.
    pub kind: ContentKind,
    /// Which thing; empty once its person is gone.
    pub subject: String,
    /// Against whom.
    pub author: Option<UserId>,
    /// By whom.
    pub moderator: Option<UserId>,
    /// What.
    pub action: RulingAction,
    /// By which rule.
    pub rule: ReportReason,
    /// What the moderator leaves for others.
    pub note: String,
    /// Until when the author is kept out, of a suspension that ends by itself.
    pub until: Option<WallMs>,
    /// When.
    pub at: WallMs,
    /// The appeal against it.
    pub appeal: Option<Appeal>,
}

/// An appeal against a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// What the author says.
    pub text: String,
    /// What became of it.
    pub state: AppealState,
    /// When it was made.
    pub at: WallMs,
    /// When it was decided.
    pub decided: Option<WallMs>,
}

/// What a moderator decides in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRuling {
    /// In which case.
    pub case: CaseId,
    /// What.
    pub action: RulingAction,
    /// By which rule.
    pub rule: ReportReason,
    /// For other moderators.
    pub note: String,
    /// Until when a suspension lasts; until it is lifted when none.
    pub until: Option<WallMs>,
    /// When.
    pub at: WallMs,
}

/// What deciding came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It is decided.
    Done(Box<Settled>),
    /// No such case.
    NoSuchCase,
    /// Somebody has decided already.
    Closed,
    /// The thing is the moderator's own, or of somebody of an equal or a higher role, or whoever acts is no moderator
    /// any more.
    Forbidden,
    /// There is nobody to be told or kept out.
    NoAuthor,
}

/// A decision with what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The decision.
    pub ruling: Ruling,
    /// Logins ended by it.
    pub ended: Vec<EndedLogin>,
    /// Who is to hear of it.
    pub told: Vec<Delivery>,
}

/// What appealing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appealed {
    /// It waits for another moderator.
    Done(Box<Ruling>),
    /// No such decision about something of theirs.
    NoSuchRuling,
    /// It takes nothing from them.
    NotAgainstThem,
    /// They have appealed.
    Already,
    /// It was decided too long ago.
    TooLate,
}

/// What deciding an appeal came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It is decided.
    Done(Box<Settled>),
    /// No such appeal.
    NoSuchAppeal,
    /// It was decided before.
    Already,
    /// Whoever acts made the decision, and there is another who could decide; or it is about something of their own, or
    /// of somebody of an equal or a higher role; or they are no moderator any more.
    Forbidden,
}

/// A standing that a decision has not brought about yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// By which decision.
    pub ruling: RulingId,
    /// The decision's place among all.
    pub place: u64,
    /// Of what kind of thing.
    pub kind: ContentKind,
    /// Of which thing.
    pub subject: String,
    /// Which.
    pub standing: Standing,
}

/// Where moderation is durable. Whether whoever acts (the trace's actor) may do so is decided by the roles of the very
/// step that does it, and what is done is written to the audit log in it. Readers have been checked by the caller.
#[async_trait]
pub trait ModerationStore: Send + Sync {
    /// Reports a thing: one report a person and case, in the thing's open case, which is opened where there is none.
    /// However many report at once, there is one case, and its count is right.
    async fn report(
        &self,
        report: &NewReport,
        once: Option<&Once>,
    ) -> Result<Done<Reported>, ModerationUnavailable>;

    /// What somebody reported, the newest first, after this one.
    async fn reports_of(
        &self,
        reporter: UserId,
        after: Option<(WallMs, ReportId)>,
        limit: u32,
    ) -> Result<Vec<Report>, ModerationUnavailable>;

    /// Opens a case for a thing that the filter holds, or notes so in its open case. Stores that keep held things in
    /// the same place do it in the step that keeps them.
    async fn hold(&self, thing: &Thing, at: WallMs) -> Result<CaseId, ModerationUnavailable>;

    /// Cases: those reported by the most first, of them the oldest, after this place.
    async fn cases(
        &self,
        state: CaseState,
        after: Option<QueuePlace>,
        limit: u32,
    ) -> Result<Vec<Case>, ModerationUnavailable>;

    /// One case with all there is to decide by.
    async fn case(&self, id: CaseId) -> Result<Option<CaseFile>, ModerationUnavailable>;

    /// Decides an open case, in one step with the author's notice, a suspension, the event that tells of it and the
    /// audit log. Of decisions at once one is the first. The standing that follows is owed from then on, in place of
    /// what earlier decisions owe the thing, but for its removal. A suspension that lasts longer stays.
    async fn decide(
        &self,
        ruling: &NewRuling,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Done<Decided>, ModerationUnavailable>;

    /// Standings that are owed, by decisions after this place, the oldest first.
    async fn owed(&self, after: u64, limit: u32) -> Result<Vec<Owed>, ModerationUnavailable>;

    /// A thing has the standing a decision owed it. One owed anew since stays owed.
    async fn paid(&self, owed: &Owed) -> Result<(), ModerationUnavailable>;

    /// Decisions about things of somebody that they were told of, the newest first, before this place.
    async fn rulings_of(
        &self,
        author: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable>;

    /// Appeals against a decision: once each, and not too late.
    async fn appeal(
        &self,
        author: UserId,
        ruling: RulingId,
        text: &str,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Appealed>, ModerationUnavailable>;

    /// Decisions with an appeal that waits, the oldest appeal first, after this one.
    async fn appeals(
        &self,
        after: Option<(WallMs, u64)>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable>;

    /// Decides an appeal, in one step with the author's notice, the event that tells of it and the audit log.
    /// Overturning ends a suspension that the decision laid, and owes the thing that it is shown; unless another
    /// decision that stands keeps the author out or the thing hidden. What was removed does not come back, but for
    /// pictures: they are owed the standing that other decisions give them, and, where the appeal is refused, their end.
    async fn judge(
        &self,
        ruling: RulingId,
        state: AppealState,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Judged>, ModerationUnavailable>;

    /// All decisions, the newest first, before this place.
    async fn log(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationUnavailable>;
}

/// Gives things the standings that decisions owe them. One that cannot be reached is in no other's way: it stays owed.
///
/// One at a time, so that nobody gives a thing what was owed it before somebody else decided otherwise.
pub async fn settle(
    store: &dyn ModerationStore,
    contents: &Contents,
    now: WallMs,
) -> Result<(), ModerationUnavailable> {
    const AT_ONCE: u32 = 16;
    let _alone = contents.settling().await;
    let (mut after, mut failed) = (0, None);
    loop {
        let owed = store.owed(after, AT_ONCE).await?;
        let more = owed.len() == AT_ONCE as usize;
        for owed in owed {
            after = owed.place;
            // A thing that is gone, or whose kind nobody keeps here, has no standing.
            let stood = match contents.of(owed.kind) {
                Some(content) => content.stand(&owed.subject, owed.standing, now).await,
                None => Ok(false),
            };
            match stood {
                Ok(_) => store.paid(&owed).await?,
                Err(error) => failed = Some(error),
            }
        }
        if !more {
            return failed.map_or(Ok(()), |error| Err(error.into()));
        }
    }
}
