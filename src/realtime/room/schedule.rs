//! What time alone will change in a room, the next first: a turn looks at what is due, never at everyone.

use std::collections::{BTreeMap, BTreeSet};

use super::member::{MemberNo, SessionNo};
use crate::domain::clock::Tick;

/// Something that is due at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A lost session is away, then gone.
    Lost(SessionNo),
    /// A person has perhaps done nothing for long.
    Idle(MemberNo),
    /// A person's typing is forgotten.
    Typing(MemberNo),
    /// Someone's chat is given back.
    Unmute,
}

/// Each thing due, at one time at most.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    at: BTreeMap<Due, Tick>,
    queue: BTreeSet<(Tick, Due)>,
}

impl Schedule {
    /// Sets the time of something, in place of any earlier one.
    pub fn set(&mut self, due: Due, at: Tick) {
        self.clear(due);
        self.at.insert(due, at);
        self.queue.insert((at, due));
    }

    pub fn clear(&mut self, due: Due) {
        if let Some(at) = self.at.remove(&due) {
            self.queue.remove(&(at, due));
        }
    }

    pub fn next(&self) -> Option<Tick> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// Takes the first thing due by `now`.
    pub fn pop(&mut self, now: Tick) -> Option<Due> {
        let (at, due) = *self.queue.first()?;
        if at > now {
            return None;
        }
        self.queue.pop_first();
        self.at.remove(&due);
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_comes_first_and_a_new_time_replaces_the_old() {
        let mut schedule = Schedule::default();
        let (one, two) = (Due::Lost(SessionNo(1)), Due::Idle(MemberNo(2)));
        schedule.set(one, Tick(30));
        schedule.set(two, Tick(20));
        schedule.set(one, Tick(10));
        assert_eq!(schedule.next(), Some(Tick(10)));
        assert_eq!(schedule.pop(Tick(9)), None);
        assert_eq!(schedule.pop(Tick(40)), Some(one));
        schedule.clear(two);
        assert_eq!((schedule.pop(Tick(40)), schedule.next()), (None, None));
    }
}
