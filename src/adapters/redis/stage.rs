//! The Redis Cluster of the tests.

use std::time::Duration;

use fred::interfaces::ClientLike;

use super::Redis;
use crate::adapters::test_service;
use crate::config::Address;

const PATIENCE: Duration = Duration::from_secs(20);

/// The cluster that was started for tests; none, said loudly, where there is none.
pub(super) fn cluster() -> Option<Redis> {
    let nodes = test_service::address("REDIS")?;
    let address = Address::redis(&nodes).expect("the nodes of a cluster");
    Some(Redis::connect(&address).expect("a cluster to connect to"))
}

/// The same, once it is connected: whoever asks before that is told at once that it is not there.
pub(super) async fn connected() -> Option<Redis> {
    let redis = cluster()?;
    let client = redis.client();
    let connected = tokio::time::timeout(PATIENCE, client.wait_for_connect());
    connected.await.expect("in time").expect("connected");
    Some(redis)
}
