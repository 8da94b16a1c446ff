//! The directory against a real cluster, and without one.

#![allow(
    clippy::disallowed_methods,
    reason = "the tasks of a test end with its runtime"
)]

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::adapters::redis::stage::cluster;
use crate::ports::crowds::conformance::{Node, a_node, suite};

/// Nodes of one test are there for those of others, too.
async fn apart() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}

fn node(redis: &Redis) -> Node {
    let (at, told) = a_node();
    let directory = RedisDirectory::of_node(redis, at.clone(), told.clone(), Clock::start());
    let keeping = tokio::spawn(directory.clone().keep());
    Node {
        at,
        told,
        crowds: Arc::new(directory.clone()),
        directory: Arc::new(directory),
        kill: Box::new(move || keeping.abort()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_the_suite_of_the_port() {
    let Some(redis) = cluster() else { return };
    let _alone = apart().await;
    let onlooker = RedisDirectory::of_onlooker(&redis, Clock::start());
    tokio::spawn(onlooker.clone().keep());
    while !onlooker.nodes().is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let nodes = vec![node(&redis), node(&redis), node(&redis)];
    let all = nodes.len();
    suite(nodes).await;
    let known = async {
        while onlooker.nodes().len() != all - 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let known = tokio::time::timeout(Duration::from_secs(20), known).await;
    assert!(known.is_ok(), "who only looks on knows, too");
}

/// Nothing answers there: what is known of others is forgotten, and what this node has is not.
#[tokio::test]
async fn without_a_cluster_a_node_knows_its_own() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let redis = Redis::connect(&nowhere).expect("begun");
    let (at, told) = a_node();
    let directory = RedisDirectory::of_node(&redis, at.clone(), told, Clock::start());
    let (other, _) = a_node();
    let said = Said {
        at: other.clone(),
        version: 1,
    };
    let rooms = HashMap::new();
    let known = Known { said, rooms };
    directory
        .0
        .others
        .write()
        .expect("nothing panics with it")
        .insert(other.node, known);
    assert_eq!(directory.nodes().len(), 2);
    tokio::spawn(directory.clone().keep());
    let forgotten = async {
        while directory.nodes() != [at.clone()] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let forgotten = tokio::time::timeout(Duration::from_secs(30), forgotten).await;
    assert!(forgotten.is_ok(), "what others said is kept for ever");
}

/// Redis forgets everything: two turns later everybody is known again.
#[tokio::test(flavor = "multi_thread")]
async fn a_flush_is_made_good() {
    let Some(redis) = cluster() else { return };
    let _alone = apart().await;
    let nodes = [node(&redis), node(&redis)];
    let own = OwnRoom {
        room: RoomId::generate(),
        people: 4,
        is_public: true,
    };
    nodes[1].told.tell(&[own]);
    let soon = async |what: &str| {
        let known = async {
            while nodes[0].crowds.people(own.room) != 4 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let known = tokio::time::timeout(Duration::from_secs(20), known).await;
        assert!(known.is_ok(), "{what}");
    };
    soon("the room is known").await;
    let keys = [NODES.to_owned(), rooms_key(nodes[1].at.node)];
    for key in keys {
        let _: i64 = redis.client().del(key).await.expect("it answers");
    }
    tokio::time::sleep(EVERY * 2).await;
    soon("it is known again").await;
    for node in nodes {
        (node.kill)();
    }
}
