//! What the tests of this adapter run on: a real server, in it a database of its own for each test, and a way there that
//! can be cut.

use mongodb::event::EventHandler;
use mongodb::options::ClientOptions;

use super::Mongo;
use crate::adapters::test_service;

mod files;
mod notices;
mod plans;
mod proxy;

pub(super) use files::Files;
pub(super) use notices::Notices;
use plans::Plans;
pub(super) use proxy::Proxy;

/// A database of its own, with all the indexes. [`Stage::end`] drops it, and holds every query that was asked of it
/// against them.
pub(super) struct Stage {
    pub mongo: Mongo,
    options: ClientOptions,
    plans: Plans,
}

impl Stage {
    /// None when no server was started, which is said out loud.
    pub async fn set() -> Option<Self> {
        let address = test_service::address("MONGODB")?;
        let mut options = ClientOptions::parse(address).await.unwrap();
        let name = format!("maru_{}", uuid::Uuid::new_v4().simple());
        options.default_database = Some(name);
        Mongo::of(options.clone()).unwrap().prepare().await.unwrap();
        let plans = Plans::default();
        let asked = plans.clone();
        let mut watched = options.clone();
        watched.command_event_handler =
            Some(EventHandler::callback(move |event| asked.take(event)));
        Some(Self {
            mongo: Mongo::of(watched).unwrap(),
            options,
            plans,
        })
    }

    /// The same database over a proxy.
    pub async fn by_proxy(&self) -> (Mongo, Proxy) {
        let server = self.options.hosts[0].to_string();
        let proxy = Proxy::to(&server).await;
        let mut options = self.options.clone();
        options.hosts = vec![proxy.address().parse().unwrap()];
        // Otherwise the driver would ask the server for its address, and go there.
        options.direct_connection = Some(true);
        (Mongo::of(options).unwrap(), proxy)
    }

    /// The same database in another process: another client, with connections of its own.
    pub fn elsewhere(&self) -> Mongo {
        Mongo::of(self.options.clone()).unwrap()
    }

    pub async fn end(self) {
        self.plans.use_indexes();
        self.mongo.database.drop().await.unwrap();
    }
}
