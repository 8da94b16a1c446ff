//! What the rest of the world is told of visits and guestbooks: written in the transaction of what it tells, one document
//! an event.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::failure::reading;
use super::super::place::Places;
use super::super::value::{Fields, Unfit, id, json, number};
use super::super::{Collections, Mongo};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};
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
        let mut readable = Readable::new("visits", after, limit);
        while let Some(behind) = readable.next_page() {
            let found = async {
                self.mongo
                    .collection(Collections::VISIT_OUTBOX)
                    .find(doc! { "_id": { "$gt": number(behind) } })
                    .sort(doc! { "_id": 1 })
                    .limit(i64::from(limit))
                    .await?
                    .try_collect::<Vec<Stored>>()
                    .await
            };
            let found = reading(found).await?;
            let rows = found.iter().map(|entry| {
                let room = entry.uuid("room").ok();
                Ok(Row {
                    id: entry.number("_id")?,
                    subject: room.map(|room| Subject::Visit(RoomId::from_uuid(room))),
                    event: entry.json("event").ok(),
                })
            });
            let rows: Result<Vec<Row>, Unfit> = rows.collect();
            readable.page(rows?);
        }
        Ok(readable.entries())
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
