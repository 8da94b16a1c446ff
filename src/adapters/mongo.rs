//! MongoDB, the document store of a distributed installation: rooms, and what lies in and around them.
//!
//! What Maru promises people rests on three things, which no setting of the address can weaken: a write is answered
//! when a majority of the replica set has it in its journal, reads are of what a majority has, and both go to the
//! primary.

use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::{
    ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection, Database};

use crate::config::Address;
use crate::ports::backend::{Backend, NoAnswer};

mod asset;
mod door;
mod failure;
mod guestbook;
mod index;
mod lanes;
mod once;
mod place;
mod post;
mod probe;
mod room;
#[cfg(test)]
mod stage;
mod transaction;
mod value;
mod visit;

pub use asset::{AssetNeighbours, ModeratedAssets, MongoAssets};
pub use guestbook::{GuestbookNeighbours, MongoGuestbookContent, MongoGuestbooks};
pub use index::Collections;
pub use post::{MongoModeratedComments, MongoModeratedPosts, MongoPosts, PostNeighbours};
pub use probe::MongoProbe;
pub use room::{MongoModeratedChat, MongoModeratedRooms, MongoRooms, PRESENT_MAX, RoomNotices};
pub use visit::{MongoVisitOutbox, MongoVisits, VisitNeighbours};

/// The database where the address names none.
const DATABASE_DEFAULT: &str = "maru";

/// How long to wait for a primary: an election takes some seconds, and whoever asks waits no longer than a live room
/// does for its store.
const PRIMARY_WITHIN: Duration = Duration::from_secs(3);

/// How long connecting may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// How long a majority may take to have a write, before it is told that it does not: the write may still be there.
const MAJORITY_WITHIN: Duration = Duration::from_secs(4);

/// Connections at once. Each room has one save under way, so this is how many save at the same moment; the others wait
/// for a connection.
const CONNECTIONS_MAX: u32 = 256;

/// Why MongoDB cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MongoError {
    /// The address is none, or asks for what does not go together.
    #[error("the address of MongoDB will not do: {0}")]
    Address(String),
    /// The address asks for less than Maru promises people.
    #[error("{0}")]
    Weaker(String),
    /// Transactions need a replica set, of one node for all it matters.
    #[error("MongoDB at this address is neither a replica set nor a sharded cluster")]
    Alone,
    /// It is there, and says nothing.
    #[error("MongoDB does not answer in time")]
    Silent,
    /// It does not answer, or refuses.
    #[error("MongoDB does not do as asked: {0}")]
    Refused(#[from] mongodb::error::Error),
}

/// One deployment of MongoDB and the database in it.
#[derive(Debug, Clone)]
pub struct Mongo {
    client: Client,
    database: Database,
}

impl MongoError {
    /// Whether it may be there later, with the same settings.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::Refused(error) => failure::is_away(error),
            Self::Address(_) | Self::Weaker(_) | Self::Alone => false,
        }
    }
}

impl Mongo {
    /// The deployment at an address, of which nothing is asked yet.
    ///
    /// # Errors
    ///
    /// Where the address cannot be read, or asks for weaker writes or reads than these.
    pub async fn new(address: &Address) -> Result<Self, MongoError> {
        let options = ClientOptions::parse(address.reveal()).await;
        Self::of(options.map_err(|error| MongoError::Address(error.to_string()))?)
    }

    fn of(mut options: ClientOptions) -> Result<Self, MongoError> {
        if let Some(fault) = probe::weaker(&options).into_iter().next() {
            return Err(MongoError::Weaker(format!(
                "{}: {}",
                fault.problem, fault.remedy
            )));
        }
        demand(&mut options);
        let name = options.default_database.clone();
        let client = Client::with_options(options);
        let client = client.map_err(|error| MongoError::Address(error.to_string()))?;
        let database = client.database(name.as_deref().unwrap_or(DATABASE_DEFAULT));
        Ok(Self { client, database })
    }

    /// Whether it can carry what is asked of it now: a primary answers, and there are transactions.
    pub async fn check(&self) -> Result<(), MongoError> {
        let admin = self.client.database("admin");
        let asked = admin.run_command(doc! { "hello": 1 }).into_future();
        // A connection that was cut without a word would be waited on for as long as the system keeps it.
        let answer = tokio::time::timeout(failure::ANSWER_WITHIN, asked).await;
        let hello = answer.map_err(|_| MongoError::Silent)??;
        let is_set = hello.get_str("setName").is_ok();
        let is_cluster = hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid");
        (is_set || is_cluster)
            .then_some(())
            .ok_or(MongoError::Alone)
    }

    /// Makes the collections and indexes there should be. May be repeated, and by several at once.
    pub async fn prepare(&self) -> Result<(), MongoError> {
        self.check().await?;
        index::prepare(&self.database).await?;
        Ok(())
    }

    fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }
}

#[async_trait]
impl Backend for Mongo {
    fn name(&self) -> &'static str {
        "mongodb"
    }

    async fn answers(&self) -> Result<(), NoAnswer> {
        let answer = self.check().await;
        answer.map_err(|error| NoAnswer(error.to_string()))
    }
}

/// What holds whatever the address says.
fn demand(options: &mut ClientOptions) {
    options.app_name = Some("maru".to_owned());
    options.connect_timeout = Some(CONNECT_WITHIN);
    options.server_selection_timeout = Some(PRIMARY_WITHIN);
    options.max_pool_size = Some(options.max_pool_size.unwrap_or(CONNECTIONS_MAX));
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(durable());
    // A write that is sent again after a lost reply takes effect once: the server knows it by its number.
    options.retry_writes = Some(true);
    options.retry_reads = Some(true);
}

/// When a majority has it in its journal.
fn durable() -> WriteConcern {
    let mut concern = WriteConcern::majority();
    concern.journal = Some(true);
    concern.w_timeout = Some(MAJORITY_WITHIN);
    concern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_asks_for_less_is_refused_and_every_other_is_strengthened() {
        for weak in [
            "w=1",
            "journal=false",
            "readPreference=secondary",
            "readConcernLevel=local",
        ] {
            let text = format!("mongodb://127.0.0.1:1/maru?{weak}");
            let options = ClientOptions::parse(text).await.unwrap();
            assert!(
                matches!(Mongo::of(options), Err(MongoError::Weaker(_))),
                "{weak}"
            );
        }
        let options = ClientOptions::parse("mongodb://127.0.0.1:1/?replicaSet=x").await;
        let mongo = Mongo::of(options.unwrap()).unwrap();
        assert_eq!(mongo.database.name(), DATABASE_DEFAULT);
        let collection = mongo.collection("room");
        assert_eq!(collection.write_concern(), Some(&durable()));
        assert_eq!(collection.read_concern(), Some(&ReadConcern::majority()));
    }
}
