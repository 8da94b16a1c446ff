//! What people are to each other, as they ask for it and change it. Whoever blocks the person who asks, or is not
//! there, is nobody: the answers do not differ.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::UserId;
use crate::domain::relation::Relation;
use crate::domain::text::BadText;
use crate::domain::user::is_handle;
use crate::ports::relations::{Changed, RelationStore, RelationsUnavailable};
use crate::ports::user::{Named, UserStore, UserStoreError};
use crate::services::screen::{NotSaid, Screen};
use crate::services::telling::Telling;

mod blocks;
mod follows;
mod lists;
mod ties;

pub use lists::{PAGE_MAX, Page, People};

/// Why a relation was not changed or told.
#[derive(Debug, thiserror::Error)]
pub enum RelationError {
    /// Nobody has the handle, as far as whoever asks may know.
    #[error("no such person")]
    NoSuchUser,
    /// One cannot follow oneself.
    #[error("nobody follows themselves")]
    FollowsOneself,
    /// One cannot be anything else to oneself either.
    #[error("nobody is related to themselves")]
    Oneself,
    /// One follows, and asks to, as many people as anybody may.
    #[error("too many are followed")]
    TooManyFollows,
    /// There is no place for one more of these.
    #[error("there are as many {0} as there may be")]
    TooMany(&'static str),
    /// Nobody of this handle waits for an answer.
    #[error("no such request")]
    NoRequest,
    /// Only people who are tied may do this.
    #[error("the two are not tied")]
    NotTied,
    /// The lists of a private account are for those who follow it.
    #[error("for followers only")]
    FollowersOnly,
    /// A mute cannot end then.
    #[error("not later than now, or too late")]
    BadTime,
    /// A name cannot be one.
    #[error(transparent)]
    BadNickname(BadText),
    /// A line cannot be one.
    #[error(transparent)]
    BadLine(BadText),
    /// It may not be said here.
    #[error(transparent)]
    NotSaid(#[from] NotSaid),
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Relations cannot be reached.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
}

/// The relation service.
#[derive(Clone)]
pub struct RelationService {
    users: Arc<dyn UserStore>,
    relations: Arc<dyn RelationStore>,
    clock: Clock,
    telling: Telling,
    screen: Screen,
}

impl std::fmt::Debug for RelationService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelationService(..)")
    }
}

impl RelationService {
    /// The service over its stores.
    pub fn new(users: Arc<dyn UserStore>, relations: Arc<dyn RelationStore>, clock: Clock) -> Self {
        Self {
            users,
            relations,
            clock,
            telling: Telling::default(),
            screen: Screen::off(),
        }
    }

    /// The same, which looks through what people call and write each other.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// The same, which tells of its notices and changes.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// What the person with this handle is to `viewer`.
    pub async fn relation(&self, viewer: UserId, handle: &str) -> Result<Relation, RelationError> {
        let other = self.named(handle).await?.id;
        if other == viewer {
            return Err(RelationError::Oneself);
        }
        let now = self.clock.wall();
        let relation = self.relations.relation(viewer, other, now).await?;
        relation.ok_or(RelationError::NoSuchUser)
    }

    /// Whoever has this handle or had it until lately, hidden or closed or neither.
    async fn known(&self, handle: &str) -> Result<Named, RelationError> {
        if !is_handle(handle) {
            return Err(RelationError::NoSuchUser);
        }
        let person = self.users.named(handle, self.clock.wall()).await?;
        person.ok_or(RelationError::NoSuchUser)
    }

    /// The same, with an open account.
    async fn named(&self, handle: &str) -> Result<Named, RelationError> {
        let person = self.known(handle).await?;
        (!person.is_closed)
            .then_some(person)
            .ok_or(RelationError::NoSuchUser)
    }

    /// Whoever has this handle and can be looked at: the suspended have no profile, and no lists.
    async fn shown(&self, viewer: Option<UserId>, handle: &str) -> Result<UserId, RelationError> {
        let person = self.seen(viewer, handle).await?;
        if person.is_suspended && viewer != Some(person.id) {
            return Err(RelationError::NoSuchUser);
        }
        Ok(person.id)
    }

    /// Whoever has this handle and is there for `viewer`: no block stands between the two.
    async fn seen(&self, viewer: Option<UserId>, handle: &str) -> Result<Named, RelationError> {
        let person = self.named(handle).await?;
        if let Some(viewer) = viewer.filter(|viewer| *viewer != person.id)
            && self.relations.is_hidden(viewer, person.id).await?
        {
            return Err(RelationError::NoSuchUser);
        }
        Ok(person)
    }

    /// Somebody else who is there for `viewer`.
    async fn other(&self, viewer: UserId, handle: &str) -> Result<UserId, RelationError> {
        let person = self.seen(Some(viewer), handle).await?.id;
        if person == viewer {
            return Err(RelationError::Oneself);
        }
        Ok(person)
    }

    /// Tells whoever wants to know at once what a change came to.
    fn told<T>(&self, changed: Changed<T>) -> T {
        self.telling.told(&changed.told);
        changed.outcome
    }

    fn changed(&self, people: &[UserId]) {
        self.telling.changed(people);
    }
}
