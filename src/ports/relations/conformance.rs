//! What every relation store must keep, whatever stands behind it.

use super::{Followed, RelationStore};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{Delivery, NoticeKind};
use crate::domain::relation::{Counts, Nickname, Relation, Testimonial};
use crate::ports::settings::conformance::set_private;
use crate::ports::settings::{Chosen, SettingsStore};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

mod blocks;
mod follows;
mod lists;
mod ties;

/// A store, the accounts in it and their settings.
#[derive(Clone, Copy)]
pub(crate) struct Both<'a> {
    pub(crate) store: &'a dyn RelationStore,
    pub(crate) users: &'a dyn UserStore,
    pub(crate) settings: &'a dyn SettingsStore,
}

/// Runs the whole suite on an empty store; `limited` follows as many people as anybody may.
pub(crate) async fn conformance(
    store: &dyn RelationStore,
    users: &dyn UserStore,
    settings: &dyn SettingsStore,
    limited: UserId,
) {
    let both = Both {
        store,
        users,
        settings,
    };
    follows::conformance(both, limited).await;
    blocks::conformance(both).await;
    ties::conformance(both).await;
    lists::conformance(both).await;
}

/// The time at which all these tests play; later ones say how much later.
const NOW: WallMs = WallMs(1_000_000);

impl Both<'_> {
    /// So many new people of a name.
    async fn people<const N: usize>(self, name: &str) -> [UserId; N] {
        let mut ids = Vec::new();
        for n in 0..N {
            let handle = format!("{name}_{n}");
            ids.push(created(self.users, &handle, &handle).await.id);
        }
        ids.try_into().unwrap()
    }

    async fn follow(self, follower: UserId, followee: UserId) -> Followed {
        let followed = self.store.follow(follower, followee, NOW).await;
        followed.unwrap().outcome
    }

    async fn set_private(self, user: UserId, private: bool) -> Chosen {
        set_private(self.settings, user, private).await
    }

    async fn relation(self, user: UserId, other: UserId) -> Option<Relation> {
        self.store.relation(user, other, NOW).await.unwrap()
    }

    async fn counts(self, user: UserId) -> (u32, u32, u32) {
        let Counts {
            followers,
            following,
            ties,
        } = self.store.counts(user, None).await.unwrap();
        (followers, following, ties)
    }

    /// Makes a tie of two who are nothing to each other.
    async fn tied(self, one: UserId, other: UserId) {
        for (asks, of, name) in [(one, other, "하나"), (other, one, "둘")] {
            let tied = self.store.tie_to(asks, of, &nickname(name), NOW).await;
            tied.unwrap();
        }
    }
}

fn nickname(text: &str) -> Nickname {
    Nickname::parse(text).unwrap()
}

fn line(text: &str) -> Testimonial {
    Testimonial::parse(text).unwrap()
}

/// Who was told what by a change.
fn heard(told: &[Delivery]) -> Vec<(UserId, NoticeKind)> {
    let told = told.iter();
    told.map(|told| (told.to, told.notice.kind)).collect()
}
