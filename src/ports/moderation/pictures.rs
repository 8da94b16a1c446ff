//! What the store of pictures asks of decisions, and has written down there.
//!
//! A picture that is removed goes in the store of pictures, and the decision about it stands on record with moderation:
//! two services, and in a distributed installation two databases. Each alone writes what is its own. The picture closes
//! first, in one step with the note that its decision is owed ([`Removal`], with an id of its own); then the decision is
//! written down, once however often it is brought. Nobody sees a picture of which no decision is on record yet; the
//! other way round somebody might. Where both lie in one file it is one transaction, and nothing is ever owed.

use async_trait::async_trait;

use super::desk::ModerationUnavailable;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{AppealState, ReportReason, Standing};
use crate::domain::notification::Delivery;

/// A decision by which a picture is down, to be put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The decision: under it it is on record once.
    pub id: RulingId,
    /// The picture.
    pub picture: AssetId,
    /// Whose it is.
    pub owner: UserId,
    /// By which rule.
    pub rule: ReportReason,
    /// Of the moderator, where one is at it.
    pub trace: Trace,
    /// When.
    pub at: WallMs,
}

/// The last decision that removed a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRemoval {
    /// By which rule.
    pub rule: ReportReason,
    /// What became of an appeal against it.
    pub appeal: Option<AppealState>,
}

impl LastRemoval {
    /// Whether it is by this rule, and nobody has taken it back.
    pub fn stands_by(self, rule: ReportReason) -> bool {
        self.rule == rule && self.appeal != Some(AppealState::Overturned)
    }
}

/// Decisions about pictures. Each answer is of this moment, never of a moment ago: bytes are destroyed by it.
#[async_trait]
pub trait PictureRulings: Send + Sync {
    /// Puts a removal on record, in one step with the end of the case there may be, the owner's notice and the audit
    /// log; whom to tell. Of one that is on record nobody is told again.
    async fn removed(&self, removal: &Removal) -> Result<Vec<Delivery>, ModerationUnavailable>;

    /// By which rule a picture was last removed, and what became of an appeal against that.
    async fn last_removal(
        &self,
        picture: AssetId,
    ) -> Result<Option<LastRemoval>, ModerationUnavailable>;

    /// Whether a picture that was removed may come back: its owner may still appeal, an appeal waits, or one was granted
    /// and is to be followed. What was removed as against the law may not.
    async fn may_come_back(
        &self,
        picture: AssetId,
        now: WallMs,
    ) -> Result<bool, ModerationUnavailable>;

    /// The decision about the picture with which this one was removed was taken back, and with it, by the same judge, the
    /// last one about this; the standing it gets. None where this one's own appeal was refused, or another decision
    /// keeps it down. Of one that was taken back before, the standing once more.
    async fn take_back(
        &self,
        picture: AssetId,
        with: Option<AssetId>,
        at: WallMs,
    ) -> Result<Option<Standing>, ModerationUnavailable>;
}
