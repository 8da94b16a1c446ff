//! The Redis Cluster of the tests.

use super::Redis;
use crate::adapters::test_service;
use crate::config::Address;

/// The cluster that was started for tests; none, said loudly, where there is none.
pub(super) fn cluster() -> Option<Redis> {
    let nodes = test_service::address("REDIS")?;
    let address = Address::redis(&nodes).expect("the nodes of a cluster");
    Some(Redis::connect(&address).expect("a cluster to connect to"))
}
