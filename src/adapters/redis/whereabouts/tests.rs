//! Whereabouts against a real cluster, and without one.

#![allow(
    clippy::disallowed_methods,
    reason = "the tasks of a test end with its runtime"
)]

use std::sync::Arc;

use fred::interfaces::ClientLike;

use super::*;
use crate::adapters::redis::stage::cluster;
use crate::domain::clock::WallMs;
use crate::domain::id::RoomId;
use crate::ports::whereabouts::conformance::{Node, Told, suite};

fn node(redis: &Redis) -> (NodeId, Node) {
    let (id, told) = (NodeId::generate(), Arc::new(Told::default()));
    let whereabouts = RedisWhereabouts::new(redis, id, told.clone(), Clock::start());
    tokio::spawn(whereabouts.clone().keep());
    let whereabouts = Arc::new(whereabouts);
    (id, Node { told, whereabouts })
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_the_suite_of_the_port() {
    let Some(redis) = cluster() else { return };
    let nodes = [node(&redis), node(&redis), node(&redis)];
    suite(nodes.into_iter().map(|(_, node)| node).collect()).await;
}

/// What a node has said does not outlive its time, however long others keep the key.
#[tokio::test]
async fn what_a_node_that_is_gone_has_said_is_forgotten() {
    let Some(redis) = cluster() else { return };
    let (user, gone) = (UserId::generate(), NodeId::generate());
    let stay = Stay {
        room: RoomId::generate(),
        since: WallMs(1),
    };
    let (there, node) = node(&redis);
    node.told.set(user, &[stay]);
    let connected = redis.client().wait_for_connect().await;
    connected.expect("the cluster is there");
    let bytes = rmp_serde::to_vec(&[stay]).expect("it is MessagePack");
    let arguments = vec![
        Value::from(gone.to_string()),
        Value::from(500),
        Value::Bytes(bytes.into()),
    ];
    let said: Result<(), Error> = redis.client().eval(SAY, key(user), arguments).await;
    said.expect("it is written");
    let nodes = nodes_of(&redis, user).await.expect("it answers");
    assert!(nodes.contains(&gone), "{nodes:?}");
    let soon = async |wanted: &[NodeId]| {
        let known = async {
            loop {
                let mut nodes = nodes_of(&redis, user).await.expect("it answers");
                nodes.sort_unstable();
                if nodes == wanted {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let known = tokio::time::timeout(Duration::from_secs(20), known).await;
        assert!(known.is_ok(), "{wanted:?} are where they are connected");
    };
    soon(&[there]).await;
}

#[tokio::test]
async fn what_holds_no_more_goes_when_another_node_says_something() {
    let Some(redis) = cluster() else { return };
    let connected = redis.client().wait_for_connect().await;
    connected.expect("the cluster is there");
    let (user, gone) = (UserId::generate(), NodeId::generate().to_string());
    let field = (gone.clone(), "00000000000001".to_owned());
    let written: Result<i64, Error> = redis.client().hset(key(user), field).await;
    assert_eq!(written.expect("it is written"), 1);
    let there = NodeId::generate().to_string();
    let arguments = vec![
        Value::from(there.clone()),
        Value::from(KEPT_MS),
        Value::Bytes(Bytes::new()),
    ];
    let said: Result<(), Error> = redis.client().eval(SAY, key(user), arguments).await;
    said.expect("it is written");
    for (node, is_kept) in [(gone, false), (there, true)] {
        let found: Result<bool, Error> = redis.client().hexists(key(user), node).await;
        assert_eq!(found.expect("it answers"), is_kept);
    }
}

/// Nothing answers there: what this node knows is told at once.
#[tokio::test]
async fn without_a_cluster_a_node_knows_its_own() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let redis = Redis::connect(&nowhere).expect("begun");
    let (_, node) = node(&redis);
    let (user, stay) = (
        UserId::generate(),
        Stay {
            room: RoomId::generate(),
            since: WallMs(1),
        },
    );
    node.told.set(user, &[stay]);
    let told = tokio::time::timeout(ANSWER_WITHIN * 5, node.whereabouts.of(user)).await;
    assert_eq!(told.expect("nobody waits"), [stay]);
}
