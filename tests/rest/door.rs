//! Who may ask at a room's door, when relations can be looked up and when not.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use maru::adapters::sqlite::SqliteRooms;
use maru::catalogue::catalogue;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{LoginId, RoomId, UserId};
use maru::domain::relation::Tie;
use maru::domain::room::{Access, RoomCard, Visibility};
use maru::domain::user::User;
use maru::domain::visitor::Bearer;
use maru::ports::relations::{FollowStore, RelationReader, RelationsUnavailable};
use maru::services::room::{OriginKey, RoomError, RoomService, VisitorError, furnished};

use crate::server::Server;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Broken;

#[async_trait]
impl RelationReader for Broken {
    async fn follows(&self, _: UserId, _: UserId) -> Result<bool, RelationsUnavailable> {
        Err(RelationsUnavailable("down".to_owned()))
    }

    async fn hidden_from(&self, _: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        Ok(BTreeSet::new())
    }

    async fn is_hidden(&self, _: UserId, _: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(false)
    }

    async fn muted_by(
        &self,
        _: UserId,
        _: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable> {
        Ok(BTreeMap::new())
    }

    async fn tie(&self, _: UserId, _: UserId) -> Result<Option<Tie>, RelationsUnavailable> {
        Ok(None)
    }
}

fn service(server: &Server, relations: Arc<dyn RelationReader>) -> RoomService {
    // Rooms are made and read here, never saved.
    let (rooms, _) = SqliteRooms::new(server.store.clone());
    let people = Arc::new(server.store.clone());
    let key = OriginKey::new([7; 32]);
    RoomService::new(Arc::new(rooms), people, relations, key, Clock::start())
}

fn signed_in(user: &User) -> Option<(UserId, LoginId)> {
    Some((user.id, LoginId::generate()))
}

fn bearer(user: &User) -> Bearer {
    let login = LoginId::generate();
    Bearer::User { id: user.id, login }
}

async fn room(service: &RoomService, owner: &User, access: Access) -> RoomId {
    let id = RoomId::generate();
    let card = RoomCard {
        id,
        owner_id: owner.id,
        name: "room".to_owned(),
        access,
    };
    let document = furnished(catalogue().plain_theme(), Vec::new());
    service.create(card, document).await.unwrap();
    id
}

#[tokio::test]
async fn only_followers_get_a_ticket_to_a_followers_room() {
    let server = Server::start().await;
    let owner = server.move_in("haneul", "하늘").await;
    let fan = server.move_in("bada", "바다").await;
    let service = service(&server, Arc::new(server.store.clone()));
    let room = room(&service, &owner, Access::new(Visibility::Followers, true)).await;
    let admit = async |user: &User| service.admit(room, signed_in(user), None, HOME).await;
    assert!(matches!(admit(&fan).await, Err(RoomError::Forbidden)));
    let follows = async || {
        let visitor = service.visitor(&bearer(&fan), room, HOME).await;
        visitor.unwrap().follows_owner
    };
    assert!(!follows().await);
    let at = WallMs(1);
    server.store.follow(fan.id, owner.id, at).await.unwrap();
    assert!(admit(&fan).await.is_ok() && follows().await);
    assert!(admit(&owner).await.is_ok());
    let guest = Some(("guest", [0; 6].as_slice()));
    let guest = service.admit(room, None, guest, HOME).await;
    assert!(matches!(guest, Err(RoomError::SignInRequired)));
    server.store.unfollow(fan.id, owner.id).await.unwrap();
    assert!(matches!(admit(&fan).await, Err(RoomError::Forbidden)));
}

#[tokio::test]
async fn nobody_gets_into_a_followers_room_by_relations_being_down() {
    let server = Server::start().await;
    let owner = server.move_in("haneul", "하늘").await;
    let other = server.move_in("bada", "바다").await;
    let service = service(&server, Arc::new(Broken));
    let closed = room(&service, &owner, Access::new(Visibility::Followers, true)).await;
    let bearer = bearer(&other);
    let refused = service.visitor(&bearer, closed, HOME).await;
    assert!(
        matches!(refused, Err(VisitorError::Relations(_))),
        "{refused:?}"
    );
    let refused = service.admit(closed, signed_in(&other), None, HOME).await;
    assert!(
        matches!(refused, Err(RoomError::Relations(_))),
        "{refused:?}"
    );
    // Where it does not matter, it does not hinder.
    assert!(
        service
            .admit(closed, signed_in(&owner), None, HOME)
            .await
            .is_ok()
    );
    let open = room(&service, &owner, Access::new(Visibility::Public, true)).await;
    let visitor = service.visitor(&bearer, open, HOME).await.unwrap();
    assert!(!visitor.follows_owner);
}

#[tokio::test]
async fn locked_and_banned_are_told_apart_from_closed() {
    let server = Server::start().await;
    let owner = server.move_in("haneul", "하늘").await;
    let other = server.move_in("bada", "바다").await;
    let service = service(&server, Arc::new(server.store.clone()));
    let mut locked = Access::new(Visibility::Public, true);
    locked.locked = true;
    let locked = room(&service, &owner, locked).await;
    let refused = service.admit(locked, signed_in(&other), None, HOME).await;
    assert!(matches!(refused, Err(RoomError::Locked)), "{refused:?}");
    assert!(
        service
            .admit(locked, signed_in(&owner), None, HOME)
            .await
            .is_ok()
    );
    let private = room(&service, &owner, Access::new(Visibility::Private, true)).await;
    let refused = service.admit(private, signed_in(&other), None, HOME).await;
    assert!(matches!(refused, Err(RoomError::NotFound)), "{refused:?}");
}
