//! Who is there for whom, and which rooms are open to whom, for what is kept behind their doors.

use std::collections::{BTreeMap, BTreeSet};

use mongodb::bson::{Document as Stored, doc};

use super::failure::reading;
use super::room::form;
use super::value::id;
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Applicant, Denied, Role, RoomCard, Visibility};
use crate::ports::people::{MET_MAX, Shown, ShownPeople};
use crate::ports::room::StoreError;

/// People by their ids, as a viewer finds them.
pub(super) type Faces = BTreeMap<UserId, Shown>;

/// A room that a viewer may know of.
pub(super) struct Door {
    pub card: RoomCard,
    /// What the viewer may do in it, or why they may not come in. A lock keeps nobody from what lies about.
    pub role: Result<Role, Denied>,
}

/// Looks people up, however many.
pub(super) async fn faces(
    people: &dyn ShownPeople,
    viewer: Option<UserId>,
    of: impl IntoIterator<Item = UserId>,
    now: WallMs,
) -> Result<Faces, StoreError> {
    let of: BTreeSet<UserId> = of.into_iter().collect();
    let of: Vec<UserId> = of.into_iter().collect();
    let mut faces = Faces::new();
    for some in of.chunks(MET_MAX) {
        faces.extend(people.shown(viewer, some, now).await?);
    }
    Ok(faces)
}

/// The card of a room that lives so.
pub(super) async fn card(
    mongo: &Mongo,
    room: RoomId,
    state: impl Into<mongodb::bson::Bson>,
) -> Result<Option<RoomCard>, StoreError> {
    let filter = doc! { "_id": id(room.uuid()), "state": state.into() };
    let rooms = mongo.collection(Collections::ROOM);
    let found = rooms.find_one(filter).projection(form::card_fields());
    let found: Option<Stored> = reading(found).await?;
    Ok(found.as_ref().map(form::to_card).transpose()?)
}

/// The room, as its page would show it to the viewer.
pub(super) async fn door(
    mongo: &Mongo,
    people: &dyn ShownPeople,
    room: RoomId,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<Option<Door>, StoreError> {
    let Some(card) = card(mongo, room, form::ACTIVE).await? else {
        return Ok(None);
    };
    let owner = people.shown(viewer, &[card.owner_id], now).await?;
    let owner = owner.get(&card.owner_id);
    if viewer != Some(card.owner_id) && !owner.is_some_and(Shown::is_there) {
        return Ok(None);
    }
    // A private room is not even confirmed to be there.
    let is_private = card.access.visibility == Visibility::Private;
    if is_private && card.role_of(viewer) == Role::Visitor || card.is_shut_to(viewer) {
        return Ok(None);
    }
    let person = viewer.map(|viewer| viewer.to_string());
    let role = card.keeps(
        &Applicant {
            person: &person.unwrap_or_default(),
            user: viewer,
            follows_owner: owner.is_some_and(|owner| owner.follows),
            // To whom the owner is hidden there is no such room, and it was not found.
            hidden: &BTreeSet::new(),
            origin: None,
        },
        now,
    );
    Ok(Some(Door { card, role }))
}
