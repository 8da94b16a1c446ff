//! What people are to each other: follows, mutes, blocks, ties by consent with a name each gives the other.

use serde::{Deserialize, Serialize};

use super::clock::WallMs;
use super::id::UserId;
use super::text::{BadText, clean};

/// The longest name one gives a tie, in Unicode scalar values.
pub const NICKNAME_CHARS_MAX: usize = 20;

/// The longest testimonial, in Unicode scalar values.
pub const TESTIMONIAL_CHARS_MAX: usize = 140;

/// The longest a mute lasts that ends by itself: longer ones are meant to stay.
pub const MUTE_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;

/// The name one of two tied people gives the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Nickname(String);

impl Nickname {
    /// Accepts a name or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        clean(text, NICKNAME_CHARS_MAX).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The one line a tie writes on the other's profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Testimonial(String);

impl Testimonial {
    /// Accepts a line or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        clean(text, TESTIMONIAL_CHARS_MAX).map(Self)
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tie as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The name I gave them.
    pub nickname_mine: String,
    /// The name they gave me.
    pub nickname_theirs: String,
    /// Since when both have agreed.
    pub since: WallMs,
}

/// Somebody whose notices are not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Muting {
    /// When it ends by itself; none for never.
    pub until: Option<WallMs>,
}

/// What somebody else is to me. It never tells that they block me: to whom they block they are not there at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// I follow them.
    pub following: bool,
    /// I have asked to follow them.
    pub requested: bool,
    /// They have asked to follow me.
    pub requested_by: bool,
    /// They follow me.
    pub followed_by: bool,
    /// I have muted them.
    pub muting: Option<Muting>,
    /// I block them.
    pub blocking: bool,
    /// We are tied.
    pub tie: Option<Tie>,
    /// I have asked for a tie.
    pub tie_asked: bool,
    /// They have asked for a tie.
    pub tie_asked_by: bool,
}

/// How many people are what to somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Who follows them.
    pub followers: u32,
    /// Whom they follow.
    pub following: u32,
    /// Their ties.
    pub ties: u32,
}

/// Whether a mute is still in force.
pub fn is_muted(until: Option<WallMs>, now: WallMs) -> bool {
    until.is_none_or(|until| now < until)
}

/// Whether a mute may end then: later than now, and not so late that it means never.
pub fn may_mute_until(until: WallMs, now: WallMs) -> bool {
    now < until && until.0 - now.0 <= MUTE_MS_MAX
}

/// Whether a list of somebody's people may be read: of a private account only by its followers, and by itself.
pub fn may_read_lists(is_private: bool, is_own: bool, is_follower: bool) -> bool {
    !is_private || is_own || is_follower
}

/// What the rest of the world is told of relations, in the order in which it became so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RelationEvent {
    /// `by` follows `whom` from now on.
    Followed {
        /// The follower.
        by: UserId,
        /// The followed.
        whom: UserId,
    },
    /// `by` no longer follows `whom`.
    Unfollowed {
        /// The former follower.
        by: UserId,
        /// The followed.
        whom: UserId,
    },
    /// The two must not see each other from now on, and are nothing to each other any more.
    Blocked {
        /// Who blocks.
        by: UserId,
        /// Who is blocked.
        whom: UserId,
    },
    /// The block is taken back.
    Unblocked {
        /// Who blocked.
        by: UserId,
        /// Who was blocked.
        whom: UserId,
    },
    /// `by` wants nothing of what `whom` does or says in their sight from now on, for a time perhaps.
    Muted {
        /// Who mutes.
        by: UserId,
        /// Who is muted, and does not hear of it.
        whom: UserId,
    },
    /// The mute is taken back.
    Unmuted {
        /// Who muted.
        by: UserId,
        /// Who was muted.
        whom: UserId,
    },
    /// The two are tied from now on.
    Tied {
        /// Who consented.
        by: UserId,
        /// Who had asked.
        whom: UserId,
    },
    /// The two are tied no longer.
    Untied {
        /// Who ended it.
        by: UserId,
        /// The other.
        whom: UserId,
    },
}

impl RelationEvent {
    /// Who brought it about.
    pub const fn by(&self) -> UserId {
        match self {
            Self::Followed { by, .. }
            | Self::Unfollowed { by, .. }
            | Self::Blocked { by, .. }
            | Self::Unblocked { by, .. }
            | Self::Muted { by, .. }
            | Self::Unmuted { by, .. }
            | Self::Tied { by, .. }
            | Self::Untied { by, .. } => *by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames_and_testimonials_are_one_bounded_line() {
        assert_eq!(Nickname::parse("  하늘이 ").unwrap().as_str(), "하늘이");
        assert!(Nickname::parse(&"가".repeat(NICKNAME_CHARS_MAX)).is_ok());
        assert!(Nickname::parse(&"가".repeat(NICKNAME_CHARS_MAX + 1)).is_err());
        assert_eq!(Nickname::parse(" "), Err(BadText::Empty));
        assert!(Testimonial::parse(&"글".repeat(TESTIMONIAL_CHARS_MAX)).is_ok());
        assert!(Testimonial::parse(&"글".repeat(TESTIMONIAL_CHARS_MAX + 1)).is_err());
        assert_eq!(
            Testimonial::parse("두\n줄"),
            Err(BadText::ControlCharacters)
        );
    }

    #[test]
    fn a_mute_ends_at_its_time_and_not_before() {
        let (before, end) = (WallMs(99), WallMs(100));
        assert!(is_muted(Some(end), before) && !is_muted(Some(end), end));
        assert!(is_muted(None, WallMs(u64::MAX)));
        assert!(may_mute_until(end, before) && !may_mute_until(end, end));
        assert!(may_mute_until(WallMs(MUTE_MS_MAX), WallMs(0)));
        assert!(!may_mute_until(WallMs(MUTE_MS_MAX + 1), WallMs(0)));
    }

    #[test]
    fn lists_of_private_accounts_are_for_followers() {
        for (private, own, follower, may) in [
            (false, false, false, true),
            (true, false, false, false),
            (true, true, false, true),
            (true, false, true, true),
        ] {
            assert_eq!(may_read_lists(private, own, follower), may);
        }
    }

    #[test]
    fn events_keep_their_form() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let (by, whom): (UserId, UserId) = (id.parse().unwrap(), id.parse().unwrap());
        let text = serde_json::to_string(&RelationEvent::Followed { by, whom }).unwrap();
        assert_eq!(
            text,
            format!(r#"{{"type":"followed","by":"{id}","whom":"{id}"}}"#)
        );
    }
}
