//! People's calls at rooms: visits and guestbooks.

mod day;
mod draw;
mod entry;
mod event;

pub use day::{Day, UTC_OFFSET_MINUTES_MAX, UtcOffset};
pub use draw::{draw, room_weight};
pub use entry::{
    EDIT_WITHIN_MS, ENTRIES_MAX, ENTRY_CHARS_MAX, ENTRY_LINES_MAX, EntryText, REPLIES_MAX,
};
pub use event::VisitEvent;

/// How long a visit keeps its name, in days: half a year. It counts for ever.
pub const NAMED_DAYS: i64 = 180;

/// A room one came into within so many milliseconds is not one to be led to again: an hour.
pub const JUST_VISITED_MS: u64 = 60 * 60 * 1_000;

/// How many people came to see a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VisitCounts {
    /// Since the day began.
    pub today: u64,
    /// Ever: each once a day.
    pub total: u64,
}
