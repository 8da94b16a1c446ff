//! The Redis Cluster of the tests.

use super::Redis;
use crate::config::Address;

/// The cluster `script/test-backends` started; none, said loudly, where it is not there.
pub(super) fn cluster() -> Option<Redis> {
    let nodes = crate::adapters::test_service("MARU_TEST_REDIS")?;
    let address = Address::parse(&nodes).expect("the nodes of a cluster");
    Some(Redis::connect(&address).expect("a cluster to connect to"))
}
