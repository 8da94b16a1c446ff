//! What the rest of the world is told of visits and guestbooks: written in the transaction of what it tells, one document
//! an event.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::failure::reading;
use super::super::place::Places;
use super::super::value::{Fields, id, json, number};
use super::super::{Collections, Mongo};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry};
use crate::ports::room::StoreError;

/// The outbox of visits and guestbooks.
#[derive(Debug, Clone)]
pub struct MongoVisitOutbox {
    mongo: Mongo,
    places: Arc<Places>,
}

impl MongoVisitOutbox {
    /// One a process: what writes into it shares its places.
    pub fn new(mongo: Mongo) -> Self {
        let places = Arc::new(Places::new(&mongo, "visit"));
        Self { mongo, places }
    }

    pub(in crate::adapters::mongo) fn places(&self) -> Arc<Places> {
        Arc::clone(&self.places)
    }
}

/// An event at its place, as it waits, and whom it names.
pub(in crate::adapters::mongo) fn waiting(
    place: u64,
    subject: Subject,
    event: &Event,
    names: UserId,
) -> Result<Stored, StoreError> {
    Ok(doc! {
        "_id": number(place),
        "room": id(subject.uuid()),
        "event": json(event)?,
        "named": id(names.uuid()),
    })
}

#[async_trait]
impl Outbox for MongoVisitOutbox {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = async {
            self.mongo
                .collection(Collections::VISIT_OUTBOX)
                .find(doc! { "_id": { "$gt": number(after) } })
                .sort(doc! { "_id": 1 })
                .limit(i64::from(limit))
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        let entries = found.iter().map(|entry| {
            Ok(OutboxEntry {
                id: entry.number("_id")?,
                subject: Subject::Visit(RoomId::from_uuid(entry.uuid("room")?)),
                event: entry.json("event")?,
            })
        });
        entries.collect()
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        if published.is_empty() {
            return Ok(());
        }
        let ids: Vec<Bson> = published.iter().copied().map(number).collect();
        let outbox = self.mongo.collection(Collections::VISIT_OUTBOX);
        reading(outbox.delete_many(doc! { "_id": { "$in": ids } })).await?;
        Ok(())
    }
}
