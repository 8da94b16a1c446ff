//! Reports, decisions and appeals, as far as they are rules.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NoSuchName, Standing};
use crate::domain::clock::WallMs;
use crate::domain::text::{BadText, clean};

/// The longest comment on a report, and note on a decision, in Unicode scalar values.
pub const COMMENT_CHARS_MAX: usize = 500;

/// The longest appeal, in Unicode scalar values.
pub const APPEAL_CHARS_MAX: usize = 1_000;

/// What is kept of what a thing said when its case was opened, in Unicode scalar values.
pub const CASE_TEXT_CHARS_MAX: usize = 2_000;

/// How long after a decision one may appeal, in milliseconds: 30 days.
pub const APPEAL_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// The longest suspension that ends by itself, in days.
pub const SUSPENSION_DAYS_MAX: u32 = 366;

macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$meta:meta])* $name:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $type {$($(#[$meta])* $name,)+}

        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name in stores and on REST.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }
        }

        impl FromStr for $type {
            type Err = NoSuchName;

            fn from_str(text: &str) -> Result<Self, NoSuchName> {
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or(NoSuchName)
            }
        }
    };
}

named! {
    /// Which rule a thing breaks: why it is reported, and why something is done about it. Clients rely on the texts:
    /// add, never change.
    ReportReason {
        /// Advertising, floods, fraud.
        Spam = "spam",
        /// Aimed at a person.
        Abuse = "abuse",
        /// Against people for what they are.
        Hate = "hate",
        /// About sex, where it is not wanted.
        Sexual = "sexual",
        /// Threats, and calls to hurt oneself or others.
        Violence = "violence",
        /// Tells what somebody keeps to themselves.
        Privacy = "privacy",
        /// Against the law.
        Illegal = "illegal",
        /// Something else.
        Other = "other",
    }
}

named! {
    /// What a moderator decides. Clients rely on the texts: add, never change.
    RulingAction {
        /// Nothing is wrong with it; what the filter held is shown.
        Dismiss = "dismiss",
        /// It is shown again.
        Show = "show",
        /// Only its author and moderators see it.
        Hide = "hide",
        /// What it says and shows is taken away for good.
        Remove = "remove",
        /// Its author is told which rule it breaks; it stays.
        Warn = "warn",
        /// It is hidden, and its author is kept out for some days.
        Suspend = "suspend",
    }
}

named! {
    /// Whether a case waits for a moderator.
    CaseState {
        /// It does.
        Open = "open",
        /// Somebody has decided.
        Closed = "closed",
    }
}

named! {
    /// What became of an appeal.
    AppealState {
        /// It waits.
        Open = "open",
        /// The decision stands.
        Upheld = "upheld",
        /// The decision is taken back.
        Overturned = "overturned",
    }
}

impl RulingAction {
    /// The standing a thing gets by it.
    pub const fn standing(self, is_held: bool) -> Option<Standing> {
        match self {
            Self::Show => Some(Standing::Shown),
            // Nothing waits any longer once somebody has looked at it.
            Self::Dismiss | Self::Warn if is_held => Some(Standing::Shown),
            Self::Dismiss | Self::Warn => None,
            Self::Hide | Self::Suspend => Some(Standing::Hidden),
            Self::Remove => Some(Standing::Removed),
        }
    }

    /// Whether it takes something from the author: then they are told, and may appeal.
    pub const fn is_against_author(self) -> bool {
        matches!(self, Self::Hide | Self::Remove | Self::Warn | Self::Suspend)
    }
}

/// Whether it is not too late for an appeal.
pub const fn may_appeal(decided: WallMs, now: WallMs) -> bool {
    now.0.saturating_sub(decided.0) <= APPEAL_MS
}

/// A text of some lines: NFC, trimmed, without control characters but line feeds; empty where nothing is said.
pub fn some_lines(text: &str, chars_max: usize) -> Result<String, BadText> {
    let too_long = BadText::TooLong { chars_max };
    // Normalising never makes a text shorter than a third of its input.
    if text.len() > chars_max * 4 * 4 {
        return Err(too_long);
    }
    let text = text.trim().replace("\r\n", "\n");
    let lines = text.split('\n').map(|line| match clean(line, chars_max) {
        Err(BadText::Empty) => Ok(String::new()),
        cleaned => cleaned,
    });
    let text = lines.collect::<Result<Vec<_>, _>>()?.join("\n");
    match text.chars().count() > chars_max {
        true => Err(too_long),
        false => Ok(text),
    }
}

/// As much of a text as a case keeps.
pub fn case_text(text: &str) -> String {
    text.chars().take(CASE_TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for reason in ReportReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(*reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        for action in RulingAction::ALL {
            assert_eq!(action.as_str().parse(), Ok(*action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
        assert_eq!("ban".parse::<RulingAction>(), Err(NoSuchName));
    }

    #[test]
    fn what_was_held_is_shown_once_somebody_has_found_nothing_wrong() {
        assert_eq!(RulingAction::Dismiss.standing(true), Some(Standing::Shown));
        assert_eq!(RulingAction::Dismiss.standing(false), None);
        assert_eq!(
            RulingAction::Suspend.standing(false),
            Some(Standing::Hidden)
        );
        assert!(!RulingAction::Show.is_against_author());
    }

    #[test]
    fn appeals_have_a_time() {
        assert!(may_appeal(WallMs(5), WallMs(5 + APPEAL_MS)));
        assert!(!may_appeal(WallMs(5), WallMs(6 + APPEAL_MS)));
    }

    #[test]
    fn texts_of_some_lines_are_bounded_and_clean() {
        assert_eq!(some_lines(" a\r\nb ", 3), Ok("a\nb".to_owned()));
        assert_eq!(some_lines("  ", 3), Ok(String::new()));
        assert!(some_lines("abcd", 3).is_err());
        assert!(some_lines("a\nb\nc", 3).is_err());
        assert!(some_lines("a\u{0}", 9).is_err());
        assert!(some_lines(&"a".repeat(1_000_000), 9).is_err());
        assert_eq!(
            case_text(&"가".repeat(9_999)).chars().count(),
            CASE_TEXT_CHARS_MAX
        );
    }
}
