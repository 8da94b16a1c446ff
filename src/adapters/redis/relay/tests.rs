//! The relay between nodes of one cluster.

use std::time::Duration;

use tokio::sync::mpsc;

use super::*;
use crate::adapters::redis::stage::cluster;
use crate::ports::relay::conformance::{self, Node};

const PATIENCE: Duration = Duration::from_secs(20);

fn node(redis: &Redis) -> Node<RedisRelay> {
    let id = NodeId::generate();
    let (relay, relaying) = RedisRelay::new(redis, id, Clock::start()).expect("a relay");
    let (take, arriving) = mpsc::channel(1_024);
    tokio::spawn(relaying.run(move |bytes| drop(take.try_send(bytes))));
    Node {
        id,
        relay,
        arriving,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_the_suite_of_the_port() {
    let Some(redis) = cluster() else { return };
    conformance::suite([node(&redis), node(&redis), node(&redis)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_itself_over_every_shard() {
    let Some(redis) = cluster() else { return };
    let node = node(&redis);
    assert!(!node.relay.hears(), "not before it has");
    let heard = async {
        while !node.relay.hears() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let heard = tokio::time::timeout(PATIENCE, heard).await;
    assert!(heard.is_ok(), "it never hears itself");
}

/// Nothing listens there, and nothing waits for it: callers go on, memory is bounded, and the rest is counted as lost.
#[tokio::test]
async fn without_a_cluster_nobody_waits() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let redis = Redis::connect(&nowhere).expect("begun");
    let node = node(&redis);
    let message = Bytes::from(vec![0; 64 * 1024]);
    let many = SENDING_BYTES_MAX / message.len() + 100;
    for _ in 0..many {
        node.relay.publish(RoomId::generate(), message.clone());
    }
    assert!(!node.relay.hears());
    let waiting = node.relay.0.sending_bytes.load(Ordering::Relaxed);
    assert!(waiting <= SENDING_BYTES_MAX, "{waiting} bytes wait");
    assert!(node.relay.figures().lost_total() >= 100);
}
