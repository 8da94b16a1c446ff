//! Places in an outbox: numbers that grow within each subject, a room or a post, and are never used again in any.
//!
//! Each process takes a block of them at a time from one counter. Blocks of two processes lie side by side, so a subject
//! that changes hands could get a smaller place than before: whoever claims a room, or writes an event into a subject
//! that nobody has, first sees to it that its places lie above the subject's last ([`Places::rise_above`]).

use mongodb::Collection;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use tokio::sync::Mutex;

use super::failure::{is_duplicate, writing};
use super::value::{Fields, number};
use super::{Collections, Mongo};
use crate::ports::room::StoreError;

/// Places taken at a time: one request of the counter for so many saves.
const BLOCK: u64 = 4_096;

/// The next places.
#[derive(Debug)]
pub(super) struct Places {
    counter: &'static str,
    counters: Collection<Document>,
    block: Mutex<Block>,
}

/// From `next` to before `end`.
#[derive(Debug, Clone, Copy)]
struct Block {
    next: u64,
    end: u64,
}

impl Places {
    /// Those of the outbox of this name.
    pub fn new(mongo: &Mongo, counter: &'static str) -> Self {
        Self {
            counter,
            counters: mongo.collection(Collections::PLACE),
            block: Mutex::new(Block { next: 1, end: 1 }),
        }
    }

    /// So many places in a row; the first of them.
    pub async fn take(&self, count: u64) -> Result<u64, StoreError> {
        let mut block = self.block.lock().await;
        if block.end - block.next < count {
            *block = self.fresh(BLOCK.max(count)).await?;
        }
        let first = block.next;
        block.next += count;
        Ok(first)
    }

    /// From here on all places are above this one.
    pub async fn rise_above(&self, last: u64) -> Result<(), StoreError> {
        let mut block = self.block.lock().await;
        if block.next > last {
            return Ok(());
        }
        *block = self.fresh(BLOCK).await?;
        if block.next > last {
            return Ok(());
        }
        // Somebody put back an older copy of the counter: places would be used again.
        Err(StoreError::Failed(format!(
            "the counter of places is behind: {} is below {last}",
            block.next
        )))
    }

    /// A block nobody else gets. One that is lost on the way is never used.
    async fn fresh(&self, count: u64) -> Result<Block, StoreError> {
        let filter = doc! { "_id": self.counter };
        let taken = doc! { "$inc": { "taken": number(count) } };
        let asked = || {
            self.counters
                .find_one_and_update(filter.clone(), taken.clone())
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
        // Not knowing whether a block was taken is having none: nothing of the caller's was written.
        let counter = writing(answer).await.map_err(|error| match error {
            StoreError::Unknown(detail) | StoreError::Failed(detail) => StoreError::Failed(detail),
        })?;
        let none = || StoreError::Failed("there is no counter of places".to_owned());
        let taken = counter.ok_or_else(none)?.number("taken")?;
        Ok(Block {
            next: taken + 1 - count,
            end: taken + 1,
        })
    }
}
