//! What every store that other services and other stores ask for people must answer: each adapter's tests run this.

use super::{DoorPeople, MET_MAX, Met, PeopleReader};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::event::Event;
use crate::domain::id::{RoomId, UserId};
use crate::domain::relation::Nickname;
use crate::domain::search::NameQuery;
use crate::domain::user::{AccountEvent, AccountRole, User};
use crate::domain::version::{Expected, Version};
use crate::ports::account::AccountStore;
use crate::ports::events::Outbox;
use crate::ports::operator::OperatorStore;
use crate::ports::permission::{PermissionStore, Suspension};
use crate::ports::relations::RelationStore;
use crate::ports::room::{FoundOwner, FrontSet, RoomOwners};
use crate::ports::user::{UserStore, conformance::created};

pub(crate) mod shown;

/// The store that is asked, and what people do in it meanwhile.
pub(crate) trait Asked:
    PeopleReader + DoorPeople + RoomOwners + UserStore + AccountStore + PermissionStore + RelationStore
{
}

impl<T> Asked for T where
    T: PeopleReader
        + DoorPeople
        + RoomOwners
        + UserStore
        + AccountStore
        + PermissionStore
        + RelationStore
{
}

const NOW: WallMs = WallMs(1_700_000_100_000);

/// Asks everything of an empty store.
pub(crate) async fn conformance(
    store: &dyn Asked,
    operator: &dyn OperatorStore,
    outbox: &dyn Outbox,
) {
    let around = Around::made(store, operator).await;
    around.people_are_there_until_they_are_gone_or_out().await;
    around.whoever_is_met_is_what_they_are_to_the_viewer().await;
    around.front_rooms_change_once_and_are_told(outbox).await;
    around.owners_are_found_page_by_page().await;
}

/// A viewer and the people around them.
struct Around<'a> {
    store: &'a dyn Asked,
    me: User,
    friend: User,
    stranger: User,
    /// Blocks the viewer.
    averse: User,
    /// Is blocked by the viewer.
    shunned: User,
    gone: User,
    out: User,
}

impl<'a> Around<'a> {
    async fn made(store: &'a dyn Asked, operator: &dyn OperatorStore) -> Self {
        let person = async |handle: &str| created(store, handle, handle).await;
        let around = Self {
            store,
            me: person("door_me").await,
            friend: person("door_a_friend").await,
            stranger: person("door_b_stranger").await,
            averse: person("door_c_averse").await,
            shunned: person("door_d_shunned").await,
            gone: person("door_e_gone").await,
            out: person("door_f_out").await,
        };
        let (me, friend) = (around.me.id, around.friend.id);
        store.follow(me, friend, NOW).await.unwrap();
        let name = Nickname::parse("별").unwrap();
        for (one, other) in [(me, friend), (friend, me)] {
            store.tie_to(one, other, &name, NOW).await.unwrap();
        }
        let until = Some(WallMs(NOW.0 + 5));
        store.mute(me, friend, until, NOW).await.unwrap();
        store.follow(around.stranger.id, me, NOW).await.unwrap();
        store.block(around.averse.id, me, NOW).await.unwrap();
        store.block(me, around.shunned.id, NOW).await.unwrap();
        let nobody = Trace::default();
        let closed = store.close(around.gone.id, &nobody, NOW).await;
        closed.unwrap();
        let warden = person("warden").await;
        let given = operator.give_role("warden", AccountRole::Moderator, NOW);
        given.await.unwrap();
        let suspension = Suspension {
            user_id: around.out.id,
            reason: "spam".to_owned(),
            until: None,
        };
        let by = Trace {
            actor: Some(warden.id),
            ..nobody
        };
        store.suspend(&suspension, &by, NOW).await.unwrap();
        around
    }

    fn all(&self) -> Vec<UserId> {
        let all = [
            &self.me,
            &self.friend,
            &self.stranger,
            &self.averse,
            &self.shunned,
            &self.gone,
            &self.out,
        ];
        all.map(|user| user.id).to_vec()
    }

    async fn people_are_there_until_they_are_gone_or_out(&self) {
        let store = self.store;
        for user in [&self.me, &self.averse, &self.shunned] {
            assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(user));
            let owner = store.by_front_room(user.front_room_id).await.unwrap();
            assert_eq!(owner.as_ref(), Some(user));
        }
        for user in [&self.gone, &self.out] {
            assert_eq!(store.user(user.id).await.unwrap(), None);
            let owner = store.by_front_room(user.front_room_id).await.unwrap();
            assert_eq!(owner, None, "their rooms are there for nobody");
        }
        assert_eq!(store.user(UserId::generate()).await.unwrap(), None);
    }

    async fn whoever_is_met_is_what_they_are_to_the_viewer(&self) {
        let met = async |viewer, people: Vec<UserId>, now| {
            self.store.met(viewer, &people, WallMs(now)).await.unwrap()
        };
        let plain = |id| Met {
            id,
            follows: false,
            tied: false,
            muted: false,
        };
        let (me, friend, stranger) = (self.me.id, self.friend.id, self.stranger.id);
        let close = Met {
            follows: true,
            tied: true,
            muted: true,
            ..plain(friend)
        };
        let mut expected = vec![plain(me), close, plain(stranger)];
        expected.sort_by_key(|met| met.id);
        let mut asked = self.all();
        asked.extend([UserId::generate(), friend]);
        assert_eq!(met(Some(me), asked, NOW.0).await, expected);
        let later = met(Some(me), vec![friend], NOW.0 + 5).await;
        let unmuted = Met {
            muted: false,
            ..close
        };
        assert_eq!(later, [unmuted], "a mute that is over");
        // A guest meets everybody who is there at all.
        let mut there = self.all();
        there.retain(|id| ![self.gone.id, self.out.id].contains(id));
        there.sort_unstable();
        let expected: Vec<Met> = there.into_iter().map(plain).collect();
        assert_eq!(met(None, self.all(), NOW.0).await, expected);
        // Everybody is there for themselves.
        for own in [&self.gone, &self.out] {
            assert_eq!(
                met(Some(own.id), vec![own.id], NOW.0).await,
                [plain(own.id)]
            );
        }
        assert_eq!(met(Some(me), Vec::new(), NOW.0).await, []);
        let crowd = vec![me; MET_MAX + 1];
        assert!(self.store.met(None, &crowd, NOW).await.is_err());
    }

    async fn front_rooms_change_once_and_are_told(&self, outbox: &dyn Outbox) {
        let (owner, room, any) = (&self.stranger, RoomId::generate(), Expected::Any);
        let front = async || self.store.front_room(owner.id).await.unwrap();
        assert_eq!(front().await, Some(owner.front_room_id));
        let gone = self.store.front_room(self.gone.id).await.unwrap();
        assert_eq!(gone, Some(self.gone.front_room_id), "closed or not");
        let nobody = self.store.front_room(UserId::generate()).await.unwrap();
        assert_eq!(nobody, None);
        let told = async || {
            let waiting = outbox.waiting(0, 999).await.unwrap();
            let changes = waiting.into_iter().filter(|entry| {
                let changed = Event::Account(AccountEvent::ProfileChanged { version: 2 });
                entry.subject.uuid() == owner.id.uuid() && entry.event == changed
            });
            changes.count()
        };
        assert_eq!(told().await, 0);
        for _ in 0..2 {
            let set = self.store.set_front_room(owner.id, room, &any).await;
            assert_eq!(set.unwrap(), FrontSet::Done);
            assert_eq!(front().await, Some(room));
            assert_eq!(told().await, 1, "the same again changes nothing");
        }
        let (before, other) = (Expected::OneOf(vec![Version(1)]), RoomId::generate());
        let set = self.store.set_front_room(owner.id, other, &before).await;
        assert_eq!(set.unwrap(), FrontSet::Stale);
        assert_eq!((front().await, told().await), (Some(room), 1));
        let nobody = UserId::generate();
        let set = self.store.set_front_room(nobody, room, &any).await;
        assert_eq!(set.unwrap(), FrontSet::Nobody);
        let found = self.store.by_front_room(room).await.unwrap();
        assert_eq!(found.unwrap().id, owner.id);
    }

    fn owner(user: &User) -> FoundOwner {
        FoundOwner {
            id: user.id,
            handle: user.handle.clone(),
            name_folded: "하늘".to_owned(),
        }
    }

    async fn owners_are_found_page_by_page(&self) {
        let me = Some(self.me.id);
        let mut seen = self.store.seen(&self.all(), me, NOW).await.unwrap();
        seen.sort_by(|one, other| one.handle.cmp(&other.handle));
        let there = [&self.friend, &self.stranger, &self.me].map(Self::owner);
        assert_eq!(seen, there);
        assert_eq!(self.store.seen(&[], me, NOW).await.unwrap(), []);

        // Pages go on with the last one looked at, who may be nobody for the viewer.
        let query = NameQuery::parse("door_").unwrap();
        let (mut from, mut found) = (None::<String>, Vec::new());
        loop {
            let page = RoomOwners::by_handle(self.store, &query, me, from.as_deref(), 2, NOW);
            let page = page.await.unwrap();
            found.extend(page.owners);
            found.dedup();
            match page.unfinished {
                Some(next) => {
                    assert!(from.as_ref().is_none_or(|from| *from < next));
                    from = Some(next);
                }
                None => break,
            }
        }
        assert_eq!(found, there);

        let query = NameQuery::parse("하늘").unwrap();
        let (mut from, mut found) = (None::<UserId>, Vec::new());
        loop {
            let page = self.store.by_name(&query, me, from, 2, NOW).await.unwrap();
            found.extend(page.owners);
            found.dedup();
            match page.unfinished {
                Some(next) => {
                    assert!(from.is_none_or(|from| from < next));
                    from = Some(next);
                }
                None => break,
            }
        }
        assert!(found.is_sorted_by_key(|owner| owner.id));
        found.retain(|owner| owner.handle != "warden");
        found.sort_by(|one, other| one.handle.cmp(&other.handle));
        assert_eq!(found, there);
        for nothing in ["없는이름", "no\0body"] {
            let query = NameQuery::parse(nothing).unwrap();
            let by_handle = RoomOwners::by_handle(self.store, &query, me, None, 9, NOW).await;
            assert_eq!(by_handle.unwrap().owners, []);
            let by_name = self.store.by_name(&query, me, None, 9, NOW).await;
            assert_eq!(by_name.unwrap().owners, []);
        }
    }
}
