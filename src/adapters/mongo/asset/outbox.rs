//! What pictures tell: written in the transaction of what it tells of, each at a place of its own.
//!
//! A place is taken once the transaction has read the picture it is about, and each of them writes the picture: of two
//! about one picture the later has the greater place, for it was begun anew after the first had ended.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, doc};
use mongodb::options::ReturnDocument;

use super::super::failure::{is_duplicate, reading, writing};
use super::super::value::{Fields, Unfit, id, json, number};
use super::super::{Collections, Mongo};
use super::{MongoAssets, Stopped};
use crate::domain::asset::AssetEvent;
use crate::domain::event::{Event, Subject};
use crate::domain::id::AssetId;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};
use crate::ports::room::StoreError;

/// The counter of events about pictures.
const EVENTS: &str = "asset";

/// So many numbers in a row that nobody else gets; the first of them. Those of a step that comes to nothing are never
/// used.
pub(super) async fn places(
    mongo: &Mongo,
    counter: &'static str,
    count: u64,
) -> Result<u64, StoreError> {
    let counters = mongo.collection(Collections::PLACE);
    let asked = || {
        counters
            .find_one_and_update(
                doc! { "_id": counter },
                doc! { "$inc": { "taken": number(count) } },
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .into_future()
    };
    let answer = async {
        match asked().await {
            // Two made the counter at once.
            Err(error) if is_duplicate(&error) => asked().await,
            answer => answer,
        }
    };
    // Not knowing whether they were taken is having none.
    let taken = writing(answer).await.map_err(|error| match error {
        StoreError::Unknown(detail) | StoreError::Failed(detail) => StoreError::Failed(detail),
    })?;
    let none = || StoreError::Failed("there is no counter of places".to_owned());
    Ok(taken.ok_or_else(none)?.number("taken")? + 1 - count)
}

/// Tells the rest of the world, in a transaction that writes the picture.
pub(super) async fn tell(
    mongo: &Mongo,
    session: &mut ClientSession,
    asset: AssetId,
    event: &AssetEvent,
) -> Result<(), Stopped> {
    let place = places(mongo, EVENTS, 1).await?;
    let entry = doc! { "place": number(place), "asset": id(asset.uuid()), "event": json(event)? };
    let outbox = mongo.collection(Collections::ASSET_OUTBOX);
    outbox.insert_one(entry).session(session).await?;
    Ok(())
}

#[async_trait]
impl Outbox for MongoAssets {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let mut readable = Readable::new("pictures", after, limit);
        while let Some(behind) = readable.next_page() {
            let filter = doc! { "place": { "$gt": number(behind) } };
            let sort = doc! { "place": 1 };
            let found = self.some(Collections::ASSET_OUTBOX, filter, sort, limit);
            let found = found.await.map_err(|error| EventsUnavailable(error.0))?;
            let rows = found.iter().map(|stored| {
                let asset = stored.uuid("asset").ok();
                Ok(Row {
                    id: stored.number("place")?,
                    subject: asset.map(|asset| Subject::Asset(AssetId::from_uuid(asset))),
                    event: stored.json("event").ok().map(Event::Asset),
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
        let places: Vec<Bson> = published.iter().copied().map(number).collect();
        let outbox = self.mongo.collection(Collections::ASSET_OUTBOX);
        let gone = outbox.delete_many(doc! { "place": { "$in": places } });
        let gone = reading(gone).await;
        gone.map(drop)
            .map_err(|error| EventsUnavailable(error.to_string()))
    }
}
