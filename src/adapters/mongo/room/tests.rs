//! The room store on a real server: the suites of the ports, and what only a store of several processes meets.

use std::sync::Arc;

use super::MongoRooms;
use crate::adapters::mongo::Mongo;
use crate::adapters::mongo::stage::Stage;
use crate::adapters::sqlite::Sqlite;
use crate::ports::discovery::conformance as discovery;
use crate::ports::room::conformance;

mod bounds;
mod erasure;
mod failures;
mod front;
mod moderated;
mod personal;
mod telling;

/// Rooms, and the people whose they are in a store of their own.
struct Here {
    rooms: MongoRooms,
    people: Sqlite,
    _folder: tempfile::TempDir,
}

async fn rooms_in(mongo: Mongo) -> Here {
    let folder = tempfile::tempdir().unwrap();
    let people = Sqlite::open(folder.path()).await.unwrap();
    let owners = Arc::new(people.clone());
    let rooms = MongoRooms::new(mongo, owners.clone(), owners);
    Here {
        rooms,
        people,
        _folder: folder,
    }
}

#[tokio::test]
async fn obeys_the_suite_of_the_port() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    conformance::suite(&here.rooms).await;
    stage.end().await;
}

#[tokio::test]
async fn obeys_the_suite_of_the_outbox() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    conformance::outbox::suite(&here.rooms, &here.rooms).await;
    stage.end().await;
}

#[tokio::test]
async fn obeys_the_suite_of_the_shelf() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    conformance::shelf::suite(&here.rooms, &here.people, &here.rooms).await;
    stage.end().await;
}

#[tokio::test]
async fn says_of_rooms_what_discovery_asks() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    discovery::around::rooms(&here.rooms, &here.rooms, &here.rooms).await;
    stage.end().await;
}

#[tokio::test]
async fn obeys_the_suite_of_the_doors() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    conformance::doors::suite(&here.rooms, &here.rooms).await;
    stage.end().await;
}
