//! What people are told of while they were not looking.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::WallMs;
use super::id::UserId;
use super::user::User;

/// Notices kept for a person; the oldest give way.
pub const NOTICES_MAX: u32 = 500;

/// The same thing by the same person is told once within this time: whoever follows, leaves off and follows again
/// is heard of once.
pub const COALESCE_MS: u64 = 24 * 60 * 60 * 1_000;

/// The longest name of what a notice is about, in bytes.
pub const SUBJECT_BYTES_MAX: usize = 64;

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $text:literal by $setting:expr),+ $(,)?) => {
        /// What a notice is about. Clients rely on the texts: add, never change.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeKind {$($(#[$meta])* $name,)+}

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name in stores, on REST and in settings.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }

            /// The name of the setting that says whether it is wanted; none: it is told whatever is wanted.
            pub const fn setting(self) -> Option<&'static str> {
                match self {$(Self::$name => $setting,)+}
            }
        }
    };
}

kinds! {
    /// Somebody follows me.
    Follow = "follow" by Some("follow"),
    /// Somebody asks to follow me.
    FollowRequest = "follow_request" by Some("request"),
    /// I may follow whom I asked.
    RequestApproved = "request_approved" by Some("request"),
    /// Somebody asks for a tie.
    TieRequest = "tie_request" by Some("tie"),
    /// Somebody I asked is tied to me now.
    TieMade = "tie_made" by Some("tie"),
    /// A tie wrote a line on my profile.
    Testimonial = "testimonial" by Some("tie"),
    /// Somebody wrote into my guestbook.
    Guestbook = "guestbook" by Some("guestbook"),
    /// Somebody lets me furnish their room.
    RoomEditor = "room_editor" by Some("editor"),
    /// Somebody commented on what I posted.
    Comment = "comment" by Some("comment"),
    /// Somebody reacted to what I posted.
    Reaction = "reaction" by Some("reaction"),
    /// Somebody named me.
    Mention = "mention" by Some("mention"),
    /// Moderators have decided about something of mine.
    Decision = "decision" by None,
}

/// The text names no kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of notice")]
pub struct NoSuchKind;

impl FromStr for NoticeKind {
    type Err = NoSuchKind;

    fn from_str(text: &str) -> Result<Self, NoSuchKind> {
        let mut all = Self::ALL.iter();
        let found = all.find(|kind| kind.as_str() == text);
        found.copied().ok_or(NoSuchKind)
    }
}

/// A notice's place among all of its store: later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeId(pub u64);

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Whom.
    pub to: UserId,
    /// What about.
    pub kind: NoticeKind,
    /// Who did it; nobody for what guests and the house do.
    pub from: Option<UserId>,
    /// What it is about, by its id: a post, a room. Empty where kind and person say it all.
    pub subject: String,
    /// When.
    pub at: WallMs,
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which.
    pub id: NoticeId,
    /// What about.
    pub kind: NoticeKind,
    /// Who did it, as they are now.
    pub from: Option<User>,
    /// What it is about, by its id.
    pub subject: String,
    /// When.
    pub at: WallMs,
    /// Whether it has not been read yet.
    pub unread: bool,
}

/// A notice just written, for whoever is there to hear of it at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whom it is for.
    pub to: UserId,
    /// What it says.
    pub notice: Notice,
    /// How many of theirs are unread, this one among them.
    pub unread: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::Notifications;

    #[test]
    fn each_kind_is_found_by_its_name() {
        for kind in NoticeKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let json = serde_json::to_value(kind).unwrap();
            assert_eq!(json, kind.as_str());
            let settings = serde_json::to_value(Notifications::default()).unwrap();
            match kind.setting() {
                Some(setting) => assert_eq!(settings[setting], true, "{kind:?} can be left out"),
                None => assert_eq!(*kind, NoticeKind::Decision, "nobody is left uninformed"),
            }
        }
        assert_eq!("poke".parse::<NoticeKind>(), Err(NoSuchKind));
    }
}
