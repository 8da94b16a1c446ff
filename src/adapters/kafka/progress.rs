//! How far a consumer has come in each partition, and what waits: no input or output.

use std::collections::{BTreeSet, HashMap, VecDeque};

use uuid::Uuid;

use crate::domain::clock::WallMs;
use crate::ports::events::{LoggedEvent, retry_at};

/// A subject, by its topic and id.
pub(super) type Key = (&'static str, Uuid);

/// A topic's name and a partition of it.
pub(super) type Part = (String, i32);

/// An event as it was fetched.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    pub part: Part,
    pub offset: i64,
    pub event: LoggedEvent,
    /// It was redriven for this consumer.
    pub is_redriven: bool,
    /// The dead letter up to which its subject's are redriven with it.
    pub up_to: Option<(i32, i64)>,
    /// The value as it came, for whoever has to read it again.
    pub value: Vec<u8>,
}

impl Fetched {
    pub const fn key(&self) -> Key {
        (self.event.subject.topic(), self.event.subject.uuid())
    }
}

/// What waits of one subject.
#[derive(Debug, Default)]
struct Parked {
    waiting: VecDeque<Fetched>,
    attempts: u32,
    retry: WallMs,
    /// Its last dead letter. What follows and is not redriven goes there too.
    dead: Option<(i32, i64)>,
}

#[derive(Debug, Default)]
struct Position {
    unfinished: BTreeSet<i64>,
    next: i64,
}

/// What to do with an event that was fetched.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// It can be acted on.
    Give,
    /// It waits behind others of its subject.
    Wait,
    /// It goes behind the dead letters of its subject.
    GoAside,
    /// One of its subject was given already.
    Later,
}

/// Where a consumer is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    positions: HashMap<Part, Position>,
    moved: BTreeSet<Part>,
    parked: HashMap<Key, Parked>,
    /// Fetched, and one of its subject was given already.
    pub ahead: Option<Fetched>,
    given: Vec<Fetched>,
    aside: BTreeSet<String>,
}

impl Progress {
    /// One was fetched.
    pub fn fetched(&mut self, part: &Part, offset: i64) {
        let position = self.positions.entry(part.clone()).or_default();
        position.unfinished.insert(offset);
        position.next = position.next.max(offset + 1);
    }

    /// One is done with.
    pub fn done(&mut self, part: &Part, offset: i64) {
        if let Some(position) = self.positions.get_mut(part) {
            position.unfinished.remove(&offset);
            self.moved.insert(part.clone());
        }
    }

    /// Where to go on in each partition that has moved since the last time.
    pub fn take_moved(&mut self) -> Vec<(Part, i64)> {
        let moved = std::mem::take(&mut self.moved);
        let moved = moved.into_iter().filter_map(|part| {
            let position = self.positions.get(&part)?;
            let first = position.unfinished.first().copied();
            Some((part, first.unwrap_or(position.next)))
        });
        moved.collect()
    }

    /// These could not be remembered as moved.
    pub fn not_moved(&mut self, parts: impl IntoIterator<Item = Part>) {
        self.moved.extend(parts);
    }

    /// A subject has this dead letter.
    pub fn has_died(&mut self, key: Key, letter: (i32, i64)) {
        self.parked.entry(key).or_default().dead = Some(letter);
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.parked
            .values()
            .map(|parked| parked.waiting.len())
            .sum()
    }

    /// What was given and neither set aside nor finished.
    pub fn left(&self) -> Vec<LoggedEvent> {
        let left = self.given.iter();
        let left = left.filter(|fetched| !self.aside.contains(&fetched.event.id));
        left.map(|fetched| fetched.event.clone()).collect()
    }

    /// How many were given.
    pub fn given(&self) -> usize {
        self.given.len()
    }

    /// Gives those that wait and whose time has come.
    pub fn give_due(&mut self, limit: usize, now: WallMs) {
        for parked in self.parked.values() {
            if self.given.len() >= limit {
                break;
            }
            if let Some(first) = parked.waiting.front().filter(|_| parked.retry <= now) {
                self.given.push(first.clone());
            }
        }
    }

    /// What to do with an event.
    pub fn course(&self, fetched: &Fetched) -> Course {
        let key = fetched.key();
        match self.parked.get(&key) {
            Some(parked) if parked.dead.is_some() && !fetched.is_redriven => Course::GoAside,
            Some(_) => Course::Wait,
            None if self.given.iter().any(|given| given.key() == key) => Course::Later,
            None => Course::Give,
        }
    }

    /// Gives it.
    pub fn give(&mut self, fetched: Fetched) {
        self.given.push(fetched);
    }

    /// Puts it behind the others of its subject.
    pub fn wait(&mut self, fetched: Fetched) {
        let parked = self.parked.entry(fetched.key()).or_default();
        parked.waiting.push_back(fetched);
    }

    /// One that was given cannot be acted on: when it comes again, or all that has to be given up with it, in order.
    /// None: it was not given.
    pub fn fail(&mut self, id: &str, now: WallMs) -> Option<Result<WallMs, Vec<Fetched>>> {
        let mut given = self.given.iter();
        let failed = given.find(|given| given.event.id == id && !self.aside.contains(id))?;
        let (key, failed) = (failed.key(), failed.clone());
        let parked = self.parked.entry(key).or_default();
        let waits = parked.waiting.front();
        if waits.is_none_or(|first| first.event.id != id) {
            parked.waiting.push_front(failed);
        }
        let attempts = parked.attempts + 1;
        match retry_at(attempts, now) {
            Some(at) => {
                (parked.attempts, parked.retry) = (attempts, at);
                self.aside.insert(id.to_owned());
                Some(Ok(at))
            }
            // Counted when it has been put away.
            None => Some(Err(parked.waiting.iter().cloned().collect())),
        }
    }

    /// What failed last was put away, up to this dead letter.
    pub fn gave_up(&mut self, id: &str, all: &[Fetched], letter: (i32, i64)) {
        self.aside.insert(id.to_owned());
        for one in all {
            self.done(&one.part, one.offset);
            let parked = self.parked.entry(one.key()).or_default();
            parked.waiting.pop_front();
            (parked.attempts, parked.retry) = (0, WallMs(0));
            parked.dead = Some(letter);
        }
    }

    /// What failed last is forgotten; what follows of its subject comes.
    pub fn forgot(&mut self, id: &str, all: &[Fetched]) {
        self.aside.insert(id.to_owned());
        if let Some(first) = all.first() {
            self.done(&first.part, first.offset);
            self.go_on(first.key());
        }
    }

    /// The first of a subject is done with.
    fn go_on(&mut self, key: Key) {
        let Some(parked) = self.parked.get_mut(&key) else {
            return;
        };
        let first = parked.waiting.pop_front();
        (parked.attempts, parked.retry) = (0, WallMs(0));
        let up_to = first.and_then(|first| first.up_to);
        // Unless more of it has died since.
        if up_to.is_some() && up_to >= parked.dead {
            parked.dead = None;
        }
        if parked.waiting.is_empty() && parked.dead.is_none() {
            self.parked.remove(&key);
        }
    }

    /// What was given and not set aside is done with.
    pub fn finish(&mut self) {
        let given = std::mem::take(&mut self.given);
        let aside = std::mem::take(&mut self.aside);
        for done in given
            .iter()
            .filter(|given| !aside.contains(&given.event.id))
        {
            self.done(&done.part, done.offset);
            let waits = self.parked.get(&done.key());
            let waits = waits.and_then(|parked| parked.waiting.front());
            if waits.is_some_and(|first| first.event.id == done.event.id) {
                self.go_on(done.key());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RoomId;
    use crate::ports::events::ATTEMPTS_MAX;
    use crate::ports::events::conformance::changed;

    const NOW: WallMs = WallMs(1_000);

    fn fetched(room: RoomId, offset: i64) -> Fetched {
        let entry = changed(room, offset.unsigned_abs());
        Fetched {
            part: ("maru.room".to_owned(), 0),
            offset,
            event: LoggedEvent {
                id: entry.event_id(),
                at: NOW,
                subject: entry.subject,
                event: entry.event,
            },
            is_redriven: false,
            up_to: None,
            value: Vec::new(),
        }
    }

    fn take(progress: &mut Progress, event: Fetched) -> Course {
        progress.fetched(&event.part, event.offset);
        let course = progress.course(&event);
        match course {
            Course::Give => progress.give(event),
            Course::Wait => progress.wait(event),
            Course::GoAside | Course::Later => {}
        }
        course
    }

    #[test]
    fn it_goes_on_behind_the_first_that_is_not_done_with() {
        let mut progress = Progress::default();
        let (sick, well) = (RoomId::generate(), RoomId::generate());
        assert_eq!(take(&mut progress, fetched(sick, 5)), Course::Give);
        assert_eq!(take(&mut progress, fetched(well, 6)), Course::Give);
        assert_eq!(progress.course(&fetched(well, 7)), Course::Later);
        let id = fetched(sick, 5).event.id;
        assert!(progress.fail("nobody", NOW).is_none());
        let again = progress.fail(&id, NOW).unwrap().unwrap();
        assert_eq!(progress.left().len(), 1);
        progress.finish();
        let part = ("maru.room".to_owned(), 0);
        assert_eq!(progress.take_moved(), [(part.clone(), 5)]);
        assert_eq!(take(&mut progress, fetched(sick, 7)), Course::Wait);
        progress.give_due(9, WallMs(again.0 - 1));
        assert_eq!(progress.given(), 0);
        progress.give_due(9, again);
        assert_eq!(progress.left()[0].id, id);
        progress.finish();
        assert_eq!(progress.take_moved(), [(part.clone(), 7)]);
        progress.give_due(9, again);
        progress.finish();
        assert_eq!(progress.take_moved(), [(part, 8)]);
        assert_eq!(progress.waiting(), 0);
        assert_eq!(take(&mut progress, fetched(sick, 8)), Course::Give);
    }

    #[test]
    fn a_subject_is_let_go_of_with_the_last_of_its_dead_letters() {
        let mut progress = Progress::default();
        let sick = RoomId::generate();
        let first = fetched(sick, 1);
        take(&mut progress, first.clone());
        let mut at = NOW;
        let all = loop {
            match progress.fail(&first.event.id, at).unwrap() {
                Ok(later) => at = later,
                Err(all) => break all,
            }
            progress.finish();
            progress.give_due(9, at);
        };
        assert_eq!(at, WallMs(NOW.0 + 15_000), "{ATTEMPTS_MAX} times");
        progress.gave_up(&first.event.id, &all, (0, 40));
        progress.finish();
        assert_eq!(take(&mut progress, fetched(sick, 2)), Course::GoAside);
        progress.has_died(first.key(), (0, 41));
        // Redriven up to the first: the second has died since.
        for (offset, up_to, then) in [(3, 40, Course::GoAside), (4, 41, Course::Give)] {
            let mut again = fetched(sick, offset);
            (again.is_redriven, again.up_to) = (true, Some((0, up_to)));
            assert_eq!(take(&mut progress, again), Course::Wait);
            progress.give_due(9, at);
            assert_eq!(progress.given(), 1);
            progress.finish();
            assert_eq!(progress.course(&fetched(sick, 9)), then);
        }
    }
}
