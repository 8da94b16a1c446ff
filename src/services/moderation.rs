//! Reports, the moderators' queue, decisions, and appeals against them.

use std::sync::Arc;

use crate::domain::audit::Trace;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{CaseId, ReportId, RulingId, UserId};
use crate::domain::moderation::{
    APPEAL_CHARS_MAX, AppealState, COMMENT_CHARS_MAX, CaseState, ContentKind, ReportReason,
    RulingAction, SUSPENSION_DAYS_MAX, Standing, case_text, some_lines,
};
use crate::domain::text::BadText;
use crate::ports::login::LoginEnds;
use crate::ports::moderation::desk::{
    Appealed, Case, CaseFile, Decided, Judged, ModerationStore, ModerationUnavailable, NewReport,
    NewRuling, QueuePlace, Report, Reported, Ruling, Settled, Thing, settle,
};
use crate::ports::moderation::{Content, Contents};
use crate::ports::once::{Done, Once};
use crate::services::telling::Telling;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Why nothing was reported, decided or told.
#[derive(Debug, thiserror::Error)]
pub enum ModerationError {
    /// No such thing, as far as whoever asks may know.
    #[error("there is no such thing")]
    NoSuchThing,
    /// It is their own.
    #[error("nobody reports what is their own")]
    Oneself,
    /// They have reported as much as they may for today; so many milliseconds from now they may again.
    #[error("as many reports as may be in a day")]
    TooManyReports(u64),
    /// A text cannot be one.
    #[error(transparent)]
    BadText(#[from] BadText),
    /// The decision cannot be made about such a thing, or lacks something.
    #[error("{0}")]
    BadRuling(&'static str),
    /// No such case.
    #[error("there is no such case")]
    NoSuchCase,
    /// Somebody has decided before.
    #[error("it was decided before")]
    Closed,
    /// Not theirs to decide.
    #[error("not theirs to decide")]
    Forbidden,
    /// No such decision about something of theirs, or no appeal.
    #[error("there is no such decision")]
    NoSuchRuling,
    /// There is nothing to appeal against any more.
    #[error("{0}")]
    NoAppeal(&'static str),
    /// The key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// A store cannot be reached.
    #[error(transparent)]
    Unavailable(#[from] ModerationUnavailable),
}

/// What a moderator wishes to decide.
#[derive(Debug, Clone)]
pub struct RulingWish<'a> {
    /// In which case.
    pub case: CaseId,
    /// What.
    pub action: RulingAction,
    /// By which rule.
    pub rule: ReportReason,
    /// For other moderators; may be empty.
    pub note: &'a str,
    /// How many days a suspension lasts; until it is lifted when none.
    pub days: Option<u32>,
}

/// A case, and the thing as it is now.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// What is on record.
    pub file: CaseFile,
    /// The thing; none once it is gone.
    pub content: Option<Content>,
}

/// The moderation service.
#[derive(Clone)]
pub struct ModerationService {
    store: Arc<dyn ModerationStore>,
    contents: Contents,
    ends: Option<Arc<dyn LoginEnds>>,
    telling: Telling,
    clock: Clock,
}

impl std::fmt::Debug for ModerationService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ModerationService(..)")
    }
}

impl ModerationService {
    /// The service over its store and everything there is to moderate.
    pub fn new(store: Arc<dyn ModerationStore>, contents: Contents, clock: Clock) -> Self {
        Self {
            store,
            contents,
            ends: None,
            telling: Telling::default(),
            clock,
        }
    }

    /// The same, which tells of its notices, and of each login it ends.
    #[must_use]
    pub fn telling(self, telling: Telling, ends: Arc<dyn LoginEnds>) -> Self {
        Self {
            telling,
            ends: Some(ends),
            ..self
        }
    }

    /// `viewer` reports a thing they can see.
    pub async fn report(
        &self,
        viewer: UserId,
        (kind, subject): (ContentKind, &str),
        reason: ReportReason,
        comment: &str,
        once: Option<&Once>,
    ) -> Result<Report, ModerationError> {
        let comment = some_lines(comment, COMMENT_CHARS_MAX)?;
        let thing = self.seen(viewer, kind, subject).await?;
        let report = NewReport {
            thing,
            reporter: viewer,
            reason,
            comment,
            at: self.clock.wall(),
        };
        match self.store.report(&report, once).await? {
            Done::Now(Reported::Report(report)) | Done::Before(Reported::Report(report)) => {
                Ok(report)
            }
            Done::Now(Reported::TooMany(wait_ms)) | Done::Before(Reported::TooMany(wait_ms)) => {
                Err(ModerationError::TooManyReports(wait_ms))
            }
            Done::KeyReused => Err(ModerationError::KeyReused),
        }
    }

    /// A thing as somebody sees it who may report it.
    async fn seen(
        &self,
        viewer: UserId,
        kind: ContentKind,
        subject: &str,
    ) -> Result<Thing, ModerationError> {
        let content = self.contents.of(kind);
        let content = content.ok_or(ModerationError::NoSuchThing)?;
        let unavailable = ModerationUnavailable::from;
        if !content
            .is_seen_by(subject, viewer)
            .await
            .map_err(unavailable)?
        {
            return Err(ModerationError::NoSuchThing);
        }
        let found = content.content(subject).await.map_err(unavailable)?;
        let found = found.filter(|found| found.standing != Standing::Removed);
        let found = found.ok_or(ModerationError::NoSuchThing)?;
        if found.author == Some(viewer) {
            return Err(ModerationError::Oneself);
        }
        Ok(Thing {
            kind,
            subject: found.id,
            author: found.author,
            text: case_text(&found.text),
        })
    }

    /// What `viewer` reported, the newest first, after this one: up to one more than asked for.
    pub async fn reports(
        &self,
        viewer: UserId,
        after: Option<(WallMs, ReportId)>,
        limit: u32,
    ) -> Result<Vec<Report>, ModerationError> {
        Ok(self.store.reports_of(viewer, after, limit + 1).await?)
    }

    /// Cases, those reported by the most first, after this place: up to one more than asked for. The caller has checked
    /// who asks.
    pub async fn cases(
        &self,
        state: CaseState,
        after: Option<QueuePlace>,
        limit: u32,
    ) -> Result<Vec<Case>, ModerationError> {
        Ok(self.store.cases(state, after, limit + 1).await?)
    }

    /// One case. The caller has checked who asks.
    pub async fn case(&self, id: CaseId) -> Result<CaseView, ModerationError> {
        let file = self.store.case(id).await?;
        let file = file.ok_or(ModerationError::NoSuchCase)?;
        let content = match self.contents.of(file.case.kind) {
            Some(content) => content.content(&file.case.subject).await,
            None => Ok(None),
        };
        let content = content.map_err(ModerationUnavailable::from)?;
        Ok(CaseView { file, content })
    }

    /// Decides a case. What follows for the thing itself follows at once or, where its store does not answer, later.
    pub async fn decide(
        &self,
        wish: &RulingWish<'_>,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Ruling, ModerationError> {
        let at = self.clock.wall();
        let note = some_lines(wish.note, COMMENT_CHARS_MAX)?;
        let until = match (wish.action, wish.days) {
            (RulingAction::Suspend, Some(days @ 1..=SUSPENSION_DAYS_MAX)) => {
                Some(WallMs(at.0 + u64::from(days) * DAY_MS))
            }
            (_, None) => None,
            (RulingAction::Suspend, Some(_)) => {
                return Err(ModerationError::BadRuling("days: 1 to 366"));
            }
            _ => return Err(ModerationError::BadRuling("only a suspension has days")),
        };
        let file = self.store.case(wish.case).await?;
        let case = file.ok_or(ModerationError::NoSuchCase)?.case;
        let takes_away = matches!(
            wish.action,
            RulingAction::Hide | RulingAction::Remove | RulingAction::Show
        );
        if case.kind == ContentKind::User && takes_away {
            let why = "a person is warned, suspended, or left alone";
            return Err(ModerationError::BadRuling(why));
        }
        let new = NewRuling {
            case: wish.case,
            action: wish.action,
            rule: wish.rule,
            note,
            until,
            at,
        };
        match self.store.decide(&new, trace, once).await? {
            Done::Now(Decided::Done(settled)) | Done::Before(Decided::Done(settled)) => {
                Ok(self.followed(*settled).await)
            }
            Done::Now(refused) | Done::Before(refused) => Err(match refused {
                Decided::Closed => ModerationError::Closed,
                Decided::Forbidden => ModerationError::Forbidden,
                Decided::NoAuthor => ModerationError::BadRuling("there is nobody to be told"),
                Decided::NoSuchCase | Decided::Done(_) => ModerationError::NoSuchCase,
            }),
            Done::KeyReused => Err(ModerationError::KeyReused),
        }
    }

    /// Who had to hear of a decision hears of it, and the thing gets its standing. The decision stands whatever becomes
    /// of that: the worker that looks for what is owed does it once more.
    async fn followed(&self, settled: Settled) -> Ruling {
        for login in settled.ended {
            if let Some(ends) = &self.ends {
                ends.ended(login);
            }
        }
        self.telling.told(&settled.told);
        if let Err(error) = settle(&*self.store, &self.contents, self.clock.wall()).await {
            tracing::warn!(%error, "what follows from a decision could not be done yet");
        }
        settled.ruling
    }

    /// Decisions about things of `viewer`, the newest first, before this place: up to one more than asked for.
    pub async fn own_rulings(
        &self,
        viewer: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationError> {
        Ok(self.store.rulings_of(viewer, before, limit + 1).await?)
    }

    /// `viewer` appeals against a decision about something of theirs.
    pub async fn appeal(
        &self,
        viewer: UserId,
        ruling: RulingId,
        text: &str,
        once: Option<&Once>,
    ) -> Result<Ruling, ModerationError> {
        let text = some_lines(text, APPEAL_CHARS_MAX)?;
        if text.is_empty() {
            return Err(BadText::Empty.into());
        }
        let now = self.clock.wall();
        let appealed = self.store.appeal(viewer, ruling, &text, once, now).await?;
        match appealed {
            Done::Now(Appealed::Done(ruling)) | Done::Before(Appealed::Done(ruling)) => Ok(*ruling),
            Done::Now(refused) | Done::Before(refused) => Err(match refused {
                Appealed::NotAgainstThem => ModerationError::NoAppeal("it takes nothing from you"),
                Appealed::Already => ModerationError::NoAppeal("you have appealed"),
                Appealed::TooLate => ModerationError::NoAppeal("it was decided too long ago"),
                Appealed::NoSuchRuling | Appealed::Done(_) => ModerationError::NoSuchRuling,
            }),
            Done::KeyReused => Err(ModerationError::KeyReused),
        }
    }

    /// Appeals that wait, the oldest first, after this one: up to one more than asked for. The caller has checked who
    /// asks.
    pub async fn appeals(
        &self,
        after: Option<(WallMs, u64)>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationError> {
        Ok(self.store.appeals(after, limit + 1).await?)
    }

    /// Decides an appeal.
    pub async fn judge(
        &self,
        ruling: RulingId,
        overturn: bool,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Ruling, ModerationError> {
        let state = match overturn {
            true => AppealState::Overturned,
            false => AppealState::Upheld,
        };
        let now = self.clock.wall();
        match self.store.judge(ruling, state, trace, once, now).await? {
            Done::Now(Judged::Done(settled)) | Done::Before(Judged::Done(settled)) => {
                Ok(self.followed(*settled).await)
            }
            Done::Now(refused) | Done::Before(refused) => Err(match refused {
                Judged::Already => ModerationError::Closed,
                Judged::Forbidden => ModerationError::Forbidden,
                Judged::NoSuchAppeal | Judged::Done(_) => ModerationError::NoSuchRuling,
            }),
            Done::KeyReused => Err(ModerationError::KeyReused),
        }
    }

    /// All decisions, the newest first, before this place: up to one more than asked for.
    pub async fn log(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Ruling>, ModerationError> {
        Ok(self.store.log(before, limit + 1).await?)
    }
}
