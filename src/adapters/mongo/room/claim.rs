//! Who has a room: claims by compare-and-set on the room's document, leases by the store's clock.
//!
//! A claim reads the room, its owner's lease and the store's time in one request, decides by that, and writes only if
//! the room is still as it was read: epoch, owner and last save. Should the owner renew a lease that had run out in
//! between, the claim still stands, and the first save of the old owner tells it.

use std::collections::HashSet;

use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, id, number};
use super::{MongoRooms, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::Epoch;
use crate::ports::room::{
    ANSWERS_KEPT_MS, ClaimOutcome, ClaimedRoom, PAST_EPOCHS_MAX, Present, SESSION_RECORDS_MAX,
    StoreError, may_claim,
};

/// How often a claim is tried anew because the room changed under it: its owner saves, or others claim it.
const TRIES_MAX: u32 = 8;

impl MongoRooms {
    /// See [`crate::ports::room::RoomStore::claim`].
    pub(super) async fn claimed(
        &self,
        room: RoomId,
        node: NodeId,
    ) -> Result<ClaimOutcome, StoreError> {
        for _ in 0..TRIES_MAX {
            let Some(found) = self.before_claim(room).await? else {
                return Ok(ClaimOutcome::NotFound);
            };
            if let Some(node) = holder(&found, node)? {
                return Ok(ClaimOutcome::Held { node });
            }
            self.places.rise_above(found.number("last")?).await?;
            if let Some(taken) = self.take_over(&found, node).await? {
                return self.found(room, &taken).await;
            }
        }
        Err(StoreError::Failed(
            "the room was claimed by another node".to_owned(),
        ))
    }

    /// What a claim goes by, as it is now by the store's clock.
    async fn before_claim(&self, room: RoomId) -> Result<Option<Stored>, StoreError> {
        let heard_of = doc! { "$map": {
            "input": { "$objectToArray": "$sessions" }, "as": "one",
            "in": { "key": "$$one.k", "seen": "$$one.v.seen" },
        } };
        let pipeline = [
            doc! { "$match": { "_id": id(room.uuid()), "state": form::held() } },
            doc! { "$lookup": {
                "from": Collections::NODE_LEASE, "localField": "node", "foreignField": "_id", "as": "lease",
            } },
            doc! { "$project": {
                "epoch": 1, "node": 1, "save_no": 1, "seq": 1, "roster": 1, "last": "$outbox.last",
                "state": 1, "sessions": heard_of, "lease": 1, "now": "$$NOW",
            } },
        ];
        let found = async {
            let mut found = self.rooms().aggregate(pipeline).await?;
            match found.advance().await? {
                true => Ok(Some(Stored::try_from(found.current())?)),
                false => Ok(None),
            }
        };
        reading(found).await
    }

    /// Takes the room over if it is still as it was found.
    async fn take_over(&self, found: &Stored, node: NodeId) -> Result<Option<Stored>, StoreError> {
        let as_found = |name: &str| found.get(name).cloned().unwrap_or(Bson::Null);
        let filter = doc! {
            "_id": as_found("_id"), "state": as_found("state"),
            "epoch": as_found("epoch"), "node": as_found("node"), "save_no": as_found("save_no"),
        };
        let epoch = found.number("epoch")?;
        let ended = doc! { "epoch": number(epoch), "seq": as_found("seq") };
        let most = i64::try_from(PAST_EPOCHS_MAX).unwrap_or(i64::MAX);
        let mut update = doc! {
            "$set": { "epoch": number(epoch + 1), "node": id(node.uuid()) },
            "$push": { "past_epochs": { "$each": [ended], "$position": 0, "$slice": most } },
        };
        let forgotten = forgotten(found)?;
        if !forgotten.is_empty() {
            let forgotten = forgotten.into_iter();
            let paths = forgotten.map(|key| (format!("sessions.{key}"), Bson::from("")));
            update.insert("$unset", paths.collect::<Stored>());
        }
        let taken = self
            .rooms()
            .find_one_and_update(filter, update)
            .return_document(ReturnDocument::After);
        writing(taken).await
    }

    async fn found(&self, room: RoomId, taken: &Stored) -> Result<ClaimOutcome, StoreError> {
        // Whoever had the room before can no longer write them.
        let layouts = self.layouts_of(room, None, None).await?;
        let pending = taken.within("outbox")?.list("told")?.len();
        Ok(ClaimOutcome::Claimed(Box::new(ClaimedRoom {
            card: form::to_card(taken)?,
            epoch: Epoch(taken.number("epoch")?),
            save_no: taken.number("save_no")?,
            document: form::to_document(taken, layouts)?,
            sessions: form::to_sessions(taken)?,
            past_epochs: form::to_past_epochs(taken)?,
            roster: met(taken)?,
            pending_events: pending,
        })))
    }

    /// See [`crate::ports::room::RoomStore::renew`].
    pub(super) async fn renewed(&self, node: NodeId, lease_ms: u64) -> Result<(), StoreError> {
        let until = doc! { "$add": ["$$NOW", number(lease_ms)] };
        let leases = self.mongo.collection(Collections::NODE_LEASE);
        let renewed = leases
            .update_one(
                doc! { "_id": id(node.uuid()) },
                vec![doc! { "$set": { "until": until } }],
            )
            .upsert(true);
        writing(renewed).await.map(drop)
    }

    /// See [`crate::ports::room::RoomStore::release`].
    pub(super) async fn released(
        &self,
        room: RoomId,
        epoch: Epoch,
        node: NodeId,
    ) -> Result<(), StoreError> {
        let filter = doc! {
            "_id": id(room.uuid()), "epoch": number(epoch.0), "node": id(node.uuid()),
        };
        let released = doc! { "$set": { "node": Bson::Null } };
        writing(self.rooms().update_one(filter, released))
            .await
            .map(drop)
    }
}

/// Who was present when the last owner last said so; whoever was in a room that is put away was sent out of it.
fn met(stored: &Stored) -> Result<Vec<Present>, StoreError> {
    match stored.text("state")? {
        form::ARCHIVED => Ok(Vec::new()),
        _ => Ok(form::to_roster(stored)?),
    }
}

fn to_wall(found: &Stored, name: &str) -> Option<WallMs> {
    let millis = found.get_datetime(name).ok()?.timestamp_millis();
    Some(WallMs(u64::try_from(millis).unwrap_or(0)))
}

/// Who keeps `claimant` from the room: its owner, while that one's lease runs.
fn holder(found: &Stored, claimant: NodeId) -> Result<Option<NodeId>, StoreError> {
    let Some(owner) = found.maybe_uuid("node")?.map(NodeId::from_uuid) else {
        return Ok(None);
    };
    let timeless = || StoreError::Failed("the store does not tell its time".to_owned());
    let now = to_wall(found, "now").ok_or_else(timeless)?;
    let lease = found.list("lease")?.into_iter().next();
    let until = match lease {
        Some(lease) => Some(to_wall(lease, "until").ok_or_else(timeless)?),
        None => None,
    };
    let free = may_claim(Some((owner, until)), claimant, now);
    Ok((!free).then_some(owner))
}

/// The sessions whose answers are forgotten: ended ones that were last heard of too long ago by the store's clock, and
/// those beyond what is kept.
fn forgotten(found: &Stored) -> Result<Vec<String>, StoreError> {
    let roster = met(found)?;
    let present = roster
        .iter()
        .map(|present| form::session_key(present.session));
    let present: HashSet<String> = present.collect();
    let mut ended = Vec::new();
    for session in found.list("sessions")? {
        let key = session.text("key")?;
        if !present.contains(key) {
            ended.push((session.number("seen")?, key.to_owned()));
        }
    }
    ended.sort_unstable_by(|a, b| b.cmp(a));
    let oldest = to_wall(found, "now").map_or(0, |now| now.0.saturating_sub(ANSWERS_KEPT_MS));
    let ended = (0..).zip(ended);
    let over = ended.filter(|(place, (seen, _))| *place >= SESSION_RECORDS_MAX || *seen < oldest);
    Ok(over.map(|(_, (_, key))| key).collect())
}
