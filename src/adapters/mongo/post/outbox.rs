//! The outbox of posts: a document an event, written in the transaction that brings about what it tells. Its `_id` is its
//! place; a post's document knows its own last one, so that the events of one post are in order whichever process wrote
//! them.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::writing;
use super::super::value::{Fields, Unfit, id, json, number};
use super::{Attempted, MongoPosts, among};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{PostId, UserId};
use crate::domain::post::PostEvent;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};
use crate::ports::post::PostStoreError;

impl From<PostStoreError> for EventsUnavailable {
    fn from(error: PostStoreError) -> Self {
        Self(error.to_string())
    }
}

/// Whom an event names.
const fn person(event: &PostEvent) -> Option<UserId> {
    match event {
        PostEvent::PostPublished { by, .. }
        | PostEvent::PostCommented { by, .. }
        | PostEvent::PostReacted { by, .. }
        | PostEvent::PostReposted { by, .. } => Some(*by),
        PostEvent::PostChanged { .. } | PostEvent::PostDeleted {} => None,
    }
}

impl MongoPosts {
    /// Tells the rest of the world of a post.
    pub(super) async fn tell(
        &self,
        session: &mut ClientSession,
        post: PostId,
        event: &PostEvent,
    ) -> Attempted<()> {
        let mut place = self.places.take(1).await?;
        let last = self
            .posts()
            .find_one_and_update(
                doc! { "_id": id(post.uuid()) },
                doc! { "$max": { "last_event": number(place) } },
            )
            .return_document(ReturnDocument::Before)
            .projection(doc! { "last_event": 1 })
            .session(&mut *session)
            .await?;
        let last = match last {
            Some(last) => last.number("last_event")?,
            None => 0,
        };
        if last >= place {
            self.places.rise_above(last).await?;
            place = self.places.take(1).await?;
            self.posts()
                .update_one(
                    doc! { "_id": id(post.uuid()) },
                    doc! { "$max": { "last_event": number(place) } },
                )
                .session(&mut *session)
                .await?;
        }
        let entry = doc! {
            "_id": number(place),
            "post": id(post.uuid()),
            "named": person(event).map(|by| by.to_string()).into_iter().collect::<Vec<_>>(),
            "event": json(event)?,
        };
        let outbox = self.mongo.collection(Collections::POST_OUTBOX);
        outbox.insert_one(entry).session(session).await?;
        Ok(())
    }
}

#[async_trait]
impl Outbox for MongoPosts {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let outbox = self.mongo.collection(Collections::POST_OUTBOX);
        let mut readable = Readable::new("posts", after, limit);
        while let Some(behind) = readable.next_page() {
            let filter = doc! { "_id": { "$gt": number(behind) } };
            let found = self
                .some(&outbox, filter, doc! { "_id": 1 }, limit, Stored::new())
                .await?;
            let rows = found.iter().map(|entry| {
                let post = entry.uuid("post").ok();
                Ok(Row {
                    id: entry.number("_id")?,
                    subject: post.map(|post| Subject::Post(PostId::from_uuid(post))),
                    event: entry.json("event").ok().map(Event::Post),
                })
            });
            let rows: Result<Vec<Row>, Unfit> = rows.collect();
            readable.page(rows?);
        }
        Ok(readable.entries())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let places: Vec<Bson> = published.iter().copied().map(number).collect();
        let outbox = self.mongo.collection(Collections::POST_OUTBOX);
        let gone = writing(outbox.delete_many(doc! { "_id": among(places) })).await;
        gone.map(drop).map_err(EventsUnavailable::from)
    }
}
