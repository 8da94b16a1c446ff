//! What may be said about what people wrote: which thing is meant, and whether it may be shown.

mod event;
mod ruling;

pub use event::ModerationEvent;
pub use ruling::{
    APPEAL_CHARS_MAX, APPEAL_MS, AppealState, CASE_TEXT_CHARS_MAX, COMMENT_CHARS_MAX, CaseState,
    ReportReason, RulingAction, SUSPENSION_DAYS_MAX, case_text, may_appeal, some_lines,
};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of thing a report, a decision or an appeal is about. Clients rely on the texts: add, never change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// A person, by id: name, profile, how they behave.
    User,
    /// A room, by id: its name and what hangs in it.
    Room,
    /// A post, by id.
    Post,
    /// A comment, by id.
    Comment,
    /// An entry of a guestbook, by id.
    GuestbookEntry,
    /// A line said in a room, as `room-id/seq/line`.
    ChatLine,
    /// An uploaded picture, by id.
    Asset,
}

impl ContentKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::User,
        Self::Room,
        Self::Post,
        Self::Comment,
        Self::GuestbookEntry,
        Self::ChatLine,
        Self::Asset,
    ];

    /// The name in stores and on REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Room => "room",
            Self::Post => "post",
            Self::Comment => "comment",
            Self::GuestbookEntry => "guestbook_entry",
            Self::ChatLine => "chat_line",
            Self::Asset => "asset",
        }
    }
}

impl fmt::Display for ContentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a thing may be shown. Whoever wrote it and moderators see it in any standing but the last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// To whoever may see it.
    Shown,
    /// Not until a moderator has looked at it.
    Held,
    /// A moderator has hidden it; an appeal may bring it back.
    Hidden,
    /// A moderator has removed it; only its record is left.
    Removed,
}

impl Standing {
    /// The name in stores and on REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Held => "held",
            Self::Hidden => "hidden",
            Self::Removed => "removed",
        }
    }
}

/// The text names no kind or standing there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct NoSuchName;

impl FromStr for ContentKind {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let found = Self::ALL.iter().find(|kind| kind.as_str() == text);
        found.copied().ok_or(NoSuchName)
    }
}

impl FromStr for Standing {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let all = [Self::Shown, Self::Held, Self::Hidden, Self::Removed];
        let mut all = all.into_iter();
        all.find(|standing| standing.as_str() == text)
            .ok_or(NoSuchName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in ContentKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(*kind));
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.as_str());
        }
        for standing in [
            Standing::Shown,
            Standing::Held,
            Standing::Hidden,
            Standing::Removed,
        ] {
            assert_eq!(standing.as_str().parse(), Ok(standing));
        }
        assert_eq!("nothing".parse::<ContentKind>(), Err(NoSuchName));
        assert_eq!("nothing".parse::<Standing>(), Err(NoSuchName));
    }
}
