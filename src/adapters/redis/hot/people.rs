//! People as rooms look them up, kept for seconds.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::HotCache;
use super::told::OfPeople;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::{Look, User};
use crate::ports::people::{PeopleChanges, PeopleReader, PeopleUnavailable};

/// A person as kept: what is of another release is looked up anew.
#[derive(Serialize, Deserialize)]
struct Card {
    id: UserId,
    handle: String,
    display_name: String,
    look: Look,
    mood: String,
    bio: String,
    front_room_id: RoomId,
}

impl From<User> for Card {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            handle: user.handle,
            display_name: user.display_name,
            look: user.look,
            mood: user.mood,
            bio: user.bio,
            front_room_id: user.front_room_id,
        }
    }
}

impl From<Card> for User {
    fn from(card: Card) -> Self {
        Self {
            id: card.id,
            handle: card.handle,
            display_name: card.display_name,
            look: card.look,
            mood: card.mood,
            bio: card.bio,
            front_room_id: card.front_room_id,
        }
    }
}

const PERSON: &str = "person";

/// A store of people behind a cache. Whoever hears of an account's events tells it, before whoever looks people up again.
#[derive(Clone)]
pub struct HotPeople {
    people: Arc<dyn PeopleReader>,
    kept: OfPeople,
}

impl std::fmt::Debug for HotPeople {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HotPeople(..)")
    }
}

impl HotPeople {
    /// Behind this cache.
    pub fn new(people: Arc<dyn PeopleReader>, cache: HotCache) -> Self {
        let kept = OfPeople::new(cache, &[PERSON]);
        Self { people, kept }
    }

    /// Lets go of what was told to be out of date, on all nodes, until it is dropped.
    pub async fn keep(self) {
        self.kept.keep().await;
    }
}

impl PeopleChanges for HotPeople {
    fn changed(&self, user: UserId) {
        self.kept.changed(user);
    }

    fn all_changed(&self) {
        self.kept.all_changed();
    }
}

#[async_trait]
impl PeopleReader for HotPeople {
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable> {
        let load = async {
            let card = self.people.user(id).await?.map(Card::from);
            rmp_serde::to_vec(&card).map_err(|error| PeopleUnavailable(error.to_string()))
        };
        let kept = self.kept.get(PERSON, id, load).await?;
        match rmp_serde::from_slice::<Option<Card>>(&kept) {
            Ok(card) => Ok(card.map(User::from)),
            Err(_) => self.people.user(id).await,
        }
    }

    /// Asked of the store: few ask.
    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        self.people.by_front_room(room).await
    }

    /// Asked of the store: a choice made just now counts.
    async fn room_default(&self, id: UserId) -> Result<Visibility, PeopleUnavailable> {
        self.people.room_default(id).await
    }
}
