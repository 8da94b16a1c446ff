//! What of an outbox can be read where not all can: after a rollback there may be events of a kind that only the newer
//! release knows, and a row may be damaged. Such a one stays where it is, and holds up its own subject alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::OutboxEntry;
use crate::domain::event::{Event, Subject};

/// Pages looked at for one answer: bounds what one pass reads where much cannot be read.
const PAGES_MAX: u32 = 8;

/// What was said last of each outbox, so that it is not said again at every look.
static SAID: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// An event as an outbox keeps it; what of it cannot be read is none.
#[derive(Debug)]
pub struct Row {
    /// Its place.
    pub id: u64,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What happened.
    pub event: Option<Event>,
}

/// An answer of an outbox, read page by page until there is enough.
#[derive(Debug)]
pub struct Readable {
    outbox: &'static str,
    limit: usize,
    pages: u32,
    behind: Option<u64>,
    entries: Vec<OutboxEntry>,
    /// Subjects of which something cannot be read: what follows must not overtake it.
    held: BTreeSet<Uuid>,
    unread: Option<u64>,
}

impl Readable {
    /// Nothing yet, of the outbox of this name.
    pub const fn new(outbox: &'static str, after: u64, limit: u32) -> Self {
        Self {
            outbox,
            limit: limit as usize,
            pages: 0,
            behind: Some(after),
            entries: Vec::new(),
            held: BTreeSet::new(),
            unread: None,
        }
    }

    /// The place behind which the next page begins, of as many rows as are asked for; none where no more is needed.
    pub fn next_page(&mut self) -> Option<u64> {
        if self.entries.len() >= self.limit || self.pages >= PAGES_MAX {
            return None;
        }
        self.pages += 1;
        self.behind.take()
    }

    /// Adds a page that has a row an event, in their order.
    pub fn page(&mut self, rows: Vec<Row>) {
        let is_full = rows.len() >= self.limit;
        let behind = rows.last().filter(|_| is_full).map(|row| row.id);
        self.add(rows, behind);
    }

    /// Adds rows, of each subject in their order, and behind which place there may be more.
    pub fn add(&mut self, rows: Vec<Row>, behind: Option<u64>) {
        for Row { id, subject, event } in rows {
            let (Some(subject), Some(event)) = (subject, event) else {
                self.held.extend(subject.map(Subject::uuid));
                self.unread = self.unread.or(Some(id));
                continue;
            };
            if !self.held.contains(&subject.uuid()) {
                self.entries.push(OutboxEntry { id, subject, event });
            }
        }
        self.behind = behind;
    }

    /// What can be told, oldest first.
    pub fn entries(mut self) -> Vec<OutboxEntry> {
        self.say();
        self.entries.sort_unstable_by_key(|entry| entry.id);
        self.entries.truncate(self.limit);
        self.entries
    }

    fn say(&self) {
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match self.unread {
            Some(id) => said.insert(self.outbox, id),
            None => said.remove(self.outbox),
        };
        drop(said);
        if let Some(id) = self.unread
            && before != Some(id)
        {
            tracing::error!(
                outbox = self.outbox,
                id,
                "an event cannot be read, and waits with its subject for a release that knows it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RoomId;
    use crate::domain::room::{RoomEvent, Seq};

    fn row(id: u64, room: RoomId, can_be_read: bool) -> Row {
        let event = Event::Room(RoomEvent::Changed { version: Seq(id) });
        Row {
            id,
            subject: Some(Subject::Room(room)),
            event: can_be_read.then_some(event),
        }
    }

    fn ids(readable: Readable) -> Vec<u64> {
        let entries = readable.entries();
        entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn what_cannot_be_read_holds_up_its_own_subject_alone_across_pages() {
        let (sick, well) = (RoomId::generate(), RoomId::generate());
        let mut readable = Readable::new("test", 0, 2);
        assert_eq!(readable.next_page(), Some(0));
        readable.page(vec![row(1, sick, true), row(2, sick, false)]);
        assert_eq!(readable.next_page(), Some(2));
        readable.page(vec![row(3, sick, true), row(4, well, true)]);
        assert_eq!(readable.next_page(), None, "there is enough");
        assert_eq!(ids(readable), [1, 4]);
    }

    #[test]
    fn so_many_pages_are_looked_at_and_no_more() {
        let mut readable = Readable::new("test", 5, 1);
        let mut pages = 0;
        while let Some(behind) = readable.next_page() {
            readable.page(vec![row(behind + 1, RoomId::generate(), false)]);
            pages += 1;
        }
        assert_eq!(pages, PAGES_MAX);
        assert!(ids(readable).is_empty());
        let mut all = Readable::new("test", 0, 2);
        assert_eq!(all.next_page(), Some(0));
        all.page(vec![row(1, RoomId::generate(), false)]);
        assert_eq!(all.next_page(), None, "there are no more");
        assert_eq!(Readable::new("test", 0, 0).next_page(), None);
    }
}
