//! Whether Redis is a whole cluster that carries messages and forgets nothing by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use fred::clients::{Client, SubscriberClient};
use fred::interfaces::{ClientLike, ClusterInterface, EventInterface, PubsubInterface};
use fred::types::config::Config;
use fred::types::{Builder, InfoKind};
use uuid::Uuid;

use super::connection::config;
use crate::config::Address;
use crate::ports::probe::{Fault, Finding, Probe};

/// The oldest major version with sharded publish and subscribe.
const MAJOR_MIN: u32 = 7;

const SLOTS: &str = "16384";

/// Whether Redis is a whole cluster that carries messages and forgets nothing by itself.
#[derive(Debug, Clone)]
pub struct RedisProbe {
    address: Address,
}

impl RedisProbe {
    /// A probe of the cluster these nodes belong to.
    pub fn new(address: Address) -> Self {
        Self { address }
    }

    fn builder(&self, patience: Duration) -> Result<Builder, fred::error::Error> {
        let config = Config {
            fail_fast: true,
            ..config(&self.address)?
        };
        let mut builder = Builder::from_config(config);
        builder
            .with_connection_config(|connection| {
                connection.connection_timeout = patience;
                connection.internal_command_timeout = patience;
                connection.max_command_attempts = 1;
                // The probe reads CLUSTER INFO itself and says what is wrong with it.
                connection.disable_cluster_health_check = true;
            })
            .with_performance_config(|performance| performance.default_command_timeout = patience);
        Ok(builder)
    }
}

#[async_trait]
impl Probe for RedisProbe {
    async fn examine(&self, finding: &mut Finding, patience: Duration) -> Result<(), Fault> {
        let failed = |error: fred::error::Error| refused(&error);
        let builder = self.builder(patience).map_err(failed)?;
        let client = builder.build().map_err(failed)?;
        let subscriber = builder.build_subscriber_client().map_err(failed)?;
        client.init().await.map_err(failed)?;
        let examined = examine(&client, &subscriber, finding, patience).await;
        // Nothing is owed to a connection that only asked.
        drop((client.quit().await, subscriber.quit().await));
        examined
    }
}

fn refused(error: &fred::error::Error) -> Fault {
    if error.details().contains("cluster support disabled") {
        return Fault::new(
            "is a single Redis, no cluster",
            "set cluster-enabled yes on each node and join them with redis-cli --cluster create",
        );
    }
    let remedy =
        "start the Redis Cluster, or correct the nodes, user or password in backend.redis_nodes";
    Fault::caused("cannot connect", error, remedy)
}

async fn examine(
    client: &Client,
    subscriber: &SubscriberClient,
    finding: &mut Finding,
    patience: Duration,
) -> Result<(), Fault> {
    let mute = |error: fred::error::Error| {
        Fault::caused(
            "does not tell its state",
            &error,
            "let this user run CLUSTER INFO and INFO",
        )
    };
    let cluster: String = client.cluster_info().await.map_err(mute)?;
    finding.faults.extend(cluster_faults(&fields(&cluster)));
    let routing = client.cached_cluster_state();
    let masters = routing
        .map(|routing| routing.unique_primary_nodes())
        .unwrap_or_default();
    let count = masters.len();
    finding.detail = Some(format!(
        "{count} {}",
        if count == 1 { "master" } else { "masters" }
    ));
    let mut versions = Vec::new();
    for master in masters {
        let place = master.to_string();
        let node = client.with_cluster_node(master);
        let mut known = String::new();
        for kind in [InfoKind::Server, InfoKind::Memory] {
            let told: String = node.info(Some(kind)).await.map_err(mute)?;
            known.push_str(&told);
        }
        let known = fields(&known);
        versions.extend(
            known
                .get("redis_version")
                .map(|version| (*version).to_owned()),
        );
        finding.faults.extend(master_faults(&place, &known));
    }
    versions.sort_by_key(|version| numbers(version));
    finding.version = versions.first().map(|oldest| format!("Redis {oldest}"));
    deliver(client, subscriber, patience).await
}

/// Publishes a message on a sharded channel and waits for it: what an edge of a room lives on.
async fn deliver(
    client: &Client,
    subscriber: &SubscriberClient,
    patience: Duration,
) -> Result<(), Fault> {
    let remedy = "Maru carries rooms between nodes by SSUBSCRIBE and SPUBLISH: use Redis 7.0 or newer and allow the user \
                  both, on channels beginning with maru";
    let failed = |error: fred::error::Error| {
        Fault::caused("cannot subscribe to a sharded channel", &error, remedy)
    };
    let channel = format!("maru:doctor:{}", Uuid::new_v4());
    subscriber.init().await.map_err(failed)?;
    let mut messages = subscriber.message_rx();
    subscriber
        .ssubscribe(channel.as_str())
        .await
        .map_err(failed)?;
    let _: i64 = client
        .spublish(channel.as_str(), "delivered?")
        .await
        .map_err(failed)?;
    match tokio::time::timeout(patience, messages.recv()).await {
        Ok(Ok(message)) if message.channel == channel.as_str() => Ok(()),
        _ => Err(Fault::new(
            "a message published on a sharded channel did not arrive",
            remedy,
        )),
    }
}

/// The `name:value` lines of an INFO answer.
fn fields(info: &str) -> BTreeMap<&str, &str> {
    info.lines()
        .filter_map(|line| line.trim_end().split_once(':'))
        .collect()
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn cluster_faults(known: &BTreeMap<&str, &str>) -> Vec<Fault> {
    let said = |name: &str| known.get(name).copied().unwrap_or("unknown");
    let remedy = "bring the missing masters back, or run redis-cli --cluster fix";
    let mut faults = Vec::new();
    if said("cluster_slots_ok") != SLOTS {
        faults.push(Fault::new(
            format!("{} of {SLOTS} slots are served", said("cluster_slots_ok")),
            remedy,
        ));
    }
    if said("cluster_state") != "ok" {
        faults.push(Fault::new(
            format!("the cluster's state is {}", said("cluster_state")),
            remedy,
        ));
    }
    faults
}

fn master_faults(place: &str, known: &BTreeMap<&str, &str>) -> Vec<Fault> {
    let version = known.get("redis_version").copied().unwrap_or("unknown");
    let policy = known.get("maxmemory_policy").copied().unwrap_or("unknown");
    let mut faults = Vec::new();
    if numbers(version)
        .first()
        .is_none_or(|major| *major < MAJOR_MIN)
    {
        faults.push(Fault::new(
            format!("{place} runs version {version}, which has no sharded channels"),
            format!("upgrade Redis to {MAJOR_MIN}.0 or newer"),
        ));
    }
    if policy != "noeviction" {
        faults.push(Fault::new(
            format!(
                "{place} evicts by {policy}: counters and rankings would vanish under pressure"
            ),
            "CONFIG SET maxmemory-policy noeviction on each node, and in its file",
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{cluster_faults, fields, master_faults, numbers};

    #[test]
    fn a_cluster_is_whole_or_at_fault() {
        let whole =
            "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\n";
        assert_eq!(cluster_faults(&fields(whole)), []);
        let holes = "cluster_state:ok\r\ncluster_slots_ok:10923\r\n";
        assert!(
            cluster_faults(&fields(holes))[0]
                .problem
                .contains("10923 of 16384")
        );
        assert_eq!(
            cluster_faults(&fields("cluster_state:fail\r\ncluster_slots_ok:16384\r\n")).len(),
            1
        );
        assert_eq!(cluster_faults(&fields("")).len(), 2);
    }

    #[test]
    fn a_master_is_new_enough_and_evicts_nothing() {
        let master = |version: &str, policy: &str| {
            let info =
                format!("# Server\r\nredis_version:{version}\r\nmaxmemory_policy:{policy}\r\n");
            master_faults("h:1", &fields(&info)).len()
        };
        assert_eq!(master("7.0.15", "noeviction"), 0);
        assert_eq!(master("10.0.0", "noeviction"), 0);
        assert_eq!(master("6.2.14", "noeviction"), 1);
        assert_eq!(master("7.2.0", "allkeys-lru"), 1);
        assert_eq!(master_faults("h:1", &fields("")).len(), 2);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("7.0.15") > numbers("7.0.9"));
    }
}
