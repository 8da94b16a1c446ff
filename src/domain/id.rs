//! Typed identifiers, from one list; made only by parsing or by an id source.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The text is no identifier of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id")]
pub struct BadId {
    kind: &'static str,
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $kind:literal),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, ordered by its time of making.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier a store or a token holds.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for stores.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::try_parse(text).map(Self).map_err(|_| BadId { kind: $kind })
            }
        }
    )+};
}

ids! {
    /// An account.
    UserId = "user",
    /// A user signed in on one device.
    LoginId = "login",
    /// A room.
    RoomId = "room",
    /// A visitor without an account, for the length of a visit.
    GuestId = "guest",
    /// One live presence in a room; outlives connections.
    SessionId = "session",
    /// A post.
    PostId = "post",
    /// A comment on a post.
    CommentId = "comment",
    /// An uploaded picture.
    AssetId = "asset",
    /// An entry of a guestbook.
    EntryId = "entry",
    /// A report of something or somebody.
    ReportId = "report",
    /// A case moderators look at.
    CaseId = "case",
    /// A decision of a moderator.
    RulingId = "decision",
    /// A word somebody does not want to see.
    WordId = "word",
    /// One run of a process; a restart is a new incarnation.
    NodeId = "node",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_prints_and_nothing_else() {
        let id = RoomId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("haneul".parse::<RoomId>().is_err());
    }
}
