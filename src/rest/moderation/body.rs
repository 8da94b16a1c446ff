//! Cases and decisions as they travel.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, CaseId, RulingId, UserId};
use crate::domain::moderation::{
    AppealState, CaseState, ContentKind, ReportReason, RulingAction, Standing,
};
use crate::ports::moderation::Content;
use crate::ports::moderation::desk::{Appeal, Case, CaseReport, Ruling};
use crate::rest::relation::PersonBody;

/// What waits for a moderator, or did.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseFields {
    id: CaseId,
    kind: ContentKind,
    /// Which thing, by its kind's rules.
    subject: String,
    /// Whose; null: a guest's.
    #[schema(required)]
    author: Option<PersonBody>,
    /// What it said when the case was opened; empty some time after it was closed.
    text: String,
    state: CaseState,
    /// Whether the filter holds it.
    held: bool,
    /// How many have reported it.
    reports: u32,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    opened_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required, value_type = Option<String>, format = DateTime)]
    closed_at: Option<OffsetDateTime>,
}

impl From<Case> for CaseFields {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            kind: case.kind,
            subject: case.subject,
            author: case.author.map(PersonBody::from),
            text: case.text,
            state: case.state,
            held: case.held,
            reports: case.reports,
            opened_at: case.opened.to_offset(),
            closed_at: case.closed.map(WallMs::to_offset),
        }
    }
}

/// One report, for moderators.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseReportFields {
    reporter: PersonBody,
    reason: ReportReason,
    comment: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    reported_at: OffsetDateTime,
}

impl From<CaseReport> for CaseReportFields {
    fn from(report: CaseReport) -> Self {
        Self {
            reporter: report.reporter.into(),
            reason: report.reason,
            comment: report.comment,
            reported_at: report.at.to_offset(),
        }
    }
}

/// The thing as it is now.
#[derive(Serialize, ToSchema)]
pub(super) struct ContentFields {
    text: String,
    pictures: Vec<AssetId>,
    standing: Standing,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    written_at: OffsetDateTime,
}

impl From<Content> for ContentFields {
    fn from(content: Content) -> Self {
        Self {
            text: content.text,
            pictures: content.pictures,
            standing: content.standing,
            written_at: content.at.to_offset(),
        }
    }
}

/// An appeal against a decision.
#[derive(Serialize, ToSchema)]
pub(super) struct AppealFields {
    text: String,
    state: AppealState,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    appealed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required, value_type = Option<String>, format = DateTime)]
    decided_at: Option<OffsetDateTime>,
}

impl From<Appeal> for AppealFields {
    fn from(appeal: Appeal) -> Self {
        Self {
            text: appeal.text,
            state: appeal.state,
            appealed_at: appeal.at.to_offset(),
            decided_at: appeal.decided.map(WallMs::to_offset),
        }
    }
}

/// A decision about something of one's own.
#[derive(Serialize, ToSchema)]
pub(super) struct DecisionFields {
    id: RulingId,
    kind: ContentKind,
    /// Which thing, by its kind's rules.
    subject: String,
    action: RulingAction,
    /// The rule that was broken.
    rule: ReportReason,
    /// Until when one is kept out, of a suspension that ends by itself.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required, value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    decided_at: OffsetDateTime,
    /// Null: there is none.
    #[schema(required)]
    appeal: Option<AppealFields>,
}

impl From<Ruling> for DecisionFields {
    fn from(ruling: Ruling) -> Self {
        Self {
            id: ruling.id,
            kind: ruling.kind,
            subject: ruling.subject,
            action: ruling.action,
            rule: ruling.rule,
            until: ruling.until.map(WallMs::to_offset),
            decided_at: ruling.at.to_offset(),
            appeal: ruling.appeal.map(AppealFields::from),
        }
    }
}

/// A decision as moderators see it.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffDecisionFields {
    #[serde(flatten)]
    decision: DecisionFields,
    /// Null once the case is gone.
    #[schema(required)]
    case_id: Option<CaseId>,
    /// Whose thing it is about; null: a guest's, or somebody is gone.
    #[schema(required)]
    author_id: Option<UserId>,
    /// Who decided; null once they are gone.
    #[schema(required)]
    moderator_id: Option<UserId>,
    /// What they left for others.
    note: String,
}

impl From<Ruling> for StaffDecisionFields {
    fn from(ruling: Ruling) -> Self {
        Self {
            case_id: ruling.case,
            author_id: ruling.author,
            moderator_id: ruling.moderator,
            note: ruling.note.clone(),
            decision: ruling.into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct StaffDecisionBody {
    pub decision: StaffDecisionFields,
}
