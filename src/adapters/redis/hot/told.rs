//! What is kept of people, and the way it is let go of: a change is told at once and without waiting, and from then on
//! nothing that was kept of the person before is answered here, whether Redis does as asked or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::{ALONE_MS, HotCache, KEPT_MS, LEASE_MS};
use crate::domain::clock::Tick;
use crate::domain::id::UserId;

/// How long after a change something of before may still be there: put in under a lease taken just before, and kept.
const OLD_MS: u64 = KEPT_MS + 2 * LEASE_MS;

/// People whose changes are still to be seen to, at most; beyond, the stores are asked about everybody for a while.
const PEOPLE_MAX: usize = 10_000;

/// What is kept of people, under each one's name. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct OfPeople {
    cache: HotCache,
    /// What is kept of each.
    things: &'static [&'static str],
    told: Arc<Told>,
}

#[derive(Debug, Default)]
struct Told {
    changes: Mutex<Changes>,
    more: Notify,
}

/// Who has changed and was not let go of yet.
#[derive(Debug, Default)]
struct Changes {
    people: HashMap<UserId, Change>,
    /// Until when nothing that is kept counts.
    everybody_until: Tick,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    number: u64,
    until: Tick,
}

/// What was told of a person and is not seen to.
enum Standing {
    Nothing,
    Changed(u64),
    Unknown,
}

fn name(thing: &str, user: UserId) -> String {
    format!("{thing}:{user}")
}

impl OfPeople {
    pub(super) fn new(cache: HotCache, things: &'static [&'static str]) -> Self {
        Self {
            cache,
            things,
            told: Arc::default(),
        }
    }

    /// What is kept of a person, or what the store says.
    pub(super) async fn get<E>(
        &self,
        thing: &str,
        user: UserId,
        load: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Vec<u8>, E> {
        let standing = self.told.changes().standing(user, self.now());
        let may_ask = match standing {
            Standing::Nothing => true,
            Standing::Changed(number) => !self.cache.is_alone() && self.let_go(user, number).await,
            Standing::Unknown => false,
        };
        if may_ask {
            return self.cache.get(&name(thing, user), load).await;
        }
        self.cache.alone(load).await
    }

    /// What is known of the person is out of date.
    pub(super) fn changed(&self, user: UserId) {
        self.told.changes().change(user, self.now());
        self.told.more.notify_one();
    }

    /// Changes may have been missed, of anybody.
    pub(super) fn all_changed(&self) {
        self.told.changes().everybody(self.now());
    }

    /// Lets go of what was told, on all nodes, until it is dropped. Without it a change is seen here at once, and
    /// elsewhere when it is told there.
    pub(super) async fn keep(self) {
        loop {
            self.told.more.notified().await;
            loop {
                let next = self.told.changes().next(self.now());
                let Some((user, number)) = next else { break };
                if !self.let_go(user, number).await {
                    tokio::time::sleep(Duration::from_millis(ALONE_MS)).await;
                }
            }
        }
    }

    /// Whether nothing of before the change is kept any more.
    async fn let_go(&self, user: UserId, number: u64) -> bool {
        let names: Vec<String> = self.things.iter().map(|thing| name(thing, user)).collect();
        let gone = join_all(names.iter().map(|name| self.cache.forget(name))).await;
        let is_gone = gone.into_iter().all(|gone| gone);
        if is_gone {
            self.told.changes().seen_to(user, number);
        }
        is_gone
    }

    fn now(&self) -> Tick {
        self.cache.clock.tick()
    }
}

impl Told {
    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Changes {
    fn change(&mut self, user: UserId, now: Tick) {
        if self.people.len() >= PEOPLE_MAX {
            self.people.retain(|_, change| change.until > now);
        }
        if self.people.len() >= PEOPLE_MAX {
            return self.everybody(now);
        }
        self.count += 1;
        let change = Change {
            number: self.count,
            until: now.plus_ms(OLD_MS),
        };
        self.people.insert(user, change);
    }

    fn everybody(&mut self, now: Tick) {
        self.people.clear();
        self.everybody_until = now.plus_ms(OLD_MS);
    }

    fn standing(&self, user: UserId, now: Tick) -> Standing {
        if now < self.everybody_until {
            return Standing::Unknown;
        }
        match self.people.get(&user) {
            Some(change) if now < change.until => Standing::Changed(change.number),
            _ => Standing::Nothing,
        }
    }

    /// Somebody who is to be let go of; those of whom nothing can be kept any more are forgotten.
    fn next(&mut self, now: Tick) -> Option<(UserId, u64)> {
        self.people.retain(|_, change| change.until > now);
        let (user, change) = self.people.iter().next()?;
        Some((*user, change.number))
    }

    /// Unless the person has changed again since.
    fn seen_to(&mut self, user: UserId, number: u64) {
        if self
            .people
            .get(&user)
            .is_some_and(|change| change.number == number)
        {
            self.people.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_stands_until_that_very_one_is_seen_to_or_nothing_of_before_can_be_kept() {
        let (mut changes, user, now) = (Changes::default(), UserId::generate(), Tick(7));
        let number = |changes: &Changes, at| match changes.standing(user, at) {
            Standing::Changed(number) => Some(number),
            _ => None,
        };
        changes.change(user, now);
        let first = number(&changes, now).expect("told");
        changes.change(user, now);
        changes.seen_to(user, first);
        let second = number(&changes, now).expect("of the first alone it was seen to");
        assert_eq!(changes.next(now), Some((user, second)));
        changes.seen_to(user, second);
        assert_eq!(number(&changes, now), None);
        changes.change(user, now);
        assert!(number(&changes, now.plus_ms(OLD_MS - 1)).is_some());
        assert!(number(&changes, now.plus_ms(OLD_MS)).is_none());
        assert_eq!(changes.next(now.plus_ms(OLD_MS)), None);
    }

    #[test]
    fn of_more_than_can_be_kept_in_mind_everybody_is_out_of_date() {
        let (mut changes, now) = (Changes::default(), Tick(7));
        for _ in 0..PEOPLE_MAX {
            changes.change(UserId::generate(), now);
        }
        let other = UserId::generate();
        assert!(matches!(changes.standing(other, now), Standing::Nothing));
        changes.change(UserId::generate(), now);
        assert!(matches!(changes.standing(other, now), Standing::Unknown));
        assert!(changes.people.len() < PEOPLE_MAX);
        let later = now.plus_ms(OLD_MS);
        assert!(matches!(changes.standing(other, later), Standing::Nothing));
    }
}
