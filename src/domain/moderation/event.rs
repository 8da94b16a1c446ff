//! What is told of moderators' decisions.

use serde::{Deserialize, Serialize};

use super::{AppealState, ContentKind, ReportReason, RulingAction};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// Something moderators did, filed under the decision it is about. It names the thing and whose it is; who reported,
/// who decided, and what anybody wrote stays with the moderators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ModerationEvent {
    /// A case was decided, or an account suspended without one.
    Decided {
        /// About what kind of thing.
        kind: ContentKind,
        /// Which thing, by its kind's rules.
        thing: String,
        /// Whose; nobody's where a guest wrote it.
        author: Option<UserId>,
        /// What.
        action: RulingAction,
        /// By which rule.
        rule: ReportReason,
        /// Until when the author is kept out, of a suspension that ends by itself.
        until: Option<WallMs>,
        /// When.
        at: WallMs,
    },
    /// An appeal against the decision was decided.
    AppealDecided {
        /// About what kind of thing.
        kind: ContentKind,
        /// Which thing, by its kind's rules.
        thing: String,
        /// Whose; nobody's once they are gone.
        author: Option<UserId>,
        /// What became of it.
        outcome: AppealState,
        /// When.
        at: WallMs,
    },
}
