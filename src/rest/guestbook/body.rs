//! Entries as they travel.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::visit::{ENTRY_CHARS_MAX, ENTRY_LINES_MAX};
use crate::ports::guestbook::Entry;
use crate::rest::post::MutedWordBody;
use crate::rest::relation::PersonBody;

const _: () = assert!(
    ENTRY_CHARS_MAX == 500 && ENTRY_LINES_MAX == 20,
    "as the document says"
);

/// What to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuestbookEntryWish)]
pub(super) struct EntryWish {
    /// At most 500 characters in 20 lines.
    pub text: String,
    /// For the room's owner alone.
    #[serde(default)]
    pub secret: bool,
}

/// What to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuestbookTextWish)]
pub(super) struct TextWish {
    /// At most 500 characters in 20 lines.
    pub text: String,
}

/// Whether it is to be out of sight.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuestbookHiddenWish)]
pub(super) struct HiddenWish {
    pub hidden: bool,
}

/// An entry of a guestbook, or a reply to one.
#[derive(Serialize, ToSchema)]
#[schema(as = GuestbookEntry)]
pub(super) struct EntryFields {
    id: EntryId,
    room: RoomId,
    /// The entry it replies to.
    #[schema(required)]
    parent: Option<EntryId>,
    author: PersonBody,
    text: String,
    /// For its author and the room's owner alone.
    secret: bool,
    /// The room's owner has put it out of sight.
    hidden: bool,
    /// To its author, where others may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    /// Not null: a muted word of the viewer's is in it.
    #[schema(required)]
    muted: Option<MutedWordBody>,
    /// How many of the replies to it one may see.
    replies: u32,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Null: it is as it was written.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    edited_at: Option<OffsetDateTime>,
}

impl EntryFields {
    pub fn of(entry: Entry, viewer: Option<UserId>) -> Self {
        let is_own = viewer == Some(entry.author.id);
        let standing = (is_own && entry.standing != Standing::Shown).then_some(entry.standing);
        Self {
            id: entry.id,
            room: entry.room,
            parent: entry.parent,
            author: entry.author.into(),
            text: entry.text,
            secret: entry.is_secret,
            hidden: entry.is_hidden,
            standing,
            muted: MutedWordBody::of(entry.muted),
            replies: entry.replies,
            created_at: entry.created.to_offset(),
            edited_at: entry.edited.map(WallMs::to_offset),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = GuestbookEntryBody)]
pub(super) struct EntryBody {
    pub entry: EntryFields,
}

#[derive(Serialize, ToSchema)]
#[schema(as = GuestbookBody)]
pub(super) struct EntriesBody {
    pub entries: Vec<EntryFields>,
    /// How many there are for the viewer on all pages.
    pub count: u32,
    #[schema(required)]
    pub next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = GuestbookReplies)]
pub(super) struct RepliesBody {
    pub replies: Vec<EntryFields>,
    #[schema(required)]
    pub next_cursor: Option<String>,
}
