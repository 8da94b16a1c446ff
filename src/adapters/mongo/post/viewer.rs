//! Whoever looks, whom they have met, and what they see of them.

use std::collections::BTreeMap;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::moderation::Standing;
use crate::domain::post::{Audience, Post, PostState};
use crate::domain::user::User;
use crate::ports::people::{MET_MAX, Shown, ShownPeople};
use crate::ports::post::PostStoreError;

/// Somebody who looks at a time. Whoever was not met is not there.
pub(super) struct Viewer<'a> {
    people: &'a dyn ShownPeople,
    pub id: Option<UserId>,
    pub now: WallMs,
    known: BTreeMap<UserId, Option<Shown>>,
}

impl<'a> Viewer<'a> {
    pub fn new(people: &'a dyn ShownPeople, id: Option<UserId>, now: WallMs) -> Self {
        Self {
            people,
            id,
            now,
            known: BTreeMap::new(),
        }
    }

    /// Looks up those of them that were not met before.
    pub async fn meet(
        &mut self,
        people: impl IntoIterator<Item = UserId>,
    ) -> Result<(), PostStoreError> {
        let mut new: Vec<UserId> = people.into_iter().collect();
        new.retain(|id| !self.known.contains_key(id));
        new.sort_unstable();
        new.dedup();
        for some in new.chunks(MET_MAX) {
            let mut shown = self.people.shown(self.id, some, self.now).await?;
            let met = some.iter().map(|id| (*id, shown.remove(id)));
            self.known.extend(met);
        }
        Ok(())
    }

    fn met(&self, id: UserId) -> Option<&Shown> {
        self.known.get(&id)?.as_ref()
    }

    /// Their card.
    pub fn card(&self, id: UserId) -> Option<User> {
        self.met(id).map(|shown| shown.user.clone())
    }

    pub fn is(&self, id: UserId) -> bool {
        self.id == Some(id)
    }

    /// Whether they are there for the viewer.
    pub fn finds(&self, id: UserId) -> bool {
        self.met(id).is_some_and(Shown::is_there)
    }

    /// Whether somebody has an account that is open, whatever they are to the viewer.
    pub fn is_open(&self, id: UserId) -> bool {
        self.met(id).is_some_and(|shown| shown.is_open)
    }

    /// Whether what somebody writes for everybody is for their followers.
    pub fn is_private(&self, id: UserId) -> bool {
        self.met(id).is_none_or(|shown| shown.is_private)
    }

    pub fn follows(&self, id: UserId) -> bool {
        self.met(id).is_some_and(|shown| shown.follows)
    }

    /// Whether an audience of this author has the viewer in it.
    pub fn is_among(&self, audience: Audience, author: UserId) -> bool {
        let Some(author) = self.met(author) else {
            return false;
        };
        match audience {
            Audience::Public => !author.is_private || author.follows,
            Audience::Followers => author.follows,
            Audience::Ties => author.tied,
            Audience::Private => false,
        }
    }

    /// Whether a post is out, and the viewer sees it.
    pub fn sees(&self, post: &Post) -> bool {
        post.state == PostState::Published
            && self.met(post.author).is_some()
            && (self.is(post.author)
                || (post.standing == Standing::Shown
                    && self.finds(post.author)
                    && self.is_among(post.audience, post.author)))
    }

    /// The same, or it is the viewer's own in any state.
    pub fn reads(&self, post: &Post) -> bool {
        (self.is(post.author) && self.met(post.author).is_some()) || self.sees(post)
    }

    pub fn mutes(&self, id: UserId) -> bool {
        self.met(id).is_some_and(|shown| shown.muted)
    }

    /// Whether a list that says what is new leaves out what quotes this person.
    pub fn wants_no_quote_of(&self, id: UserId) -> bool {
        self.met(id)
            .is_some_and(|shown| shown.muted || shown.blocked)
    }
}
