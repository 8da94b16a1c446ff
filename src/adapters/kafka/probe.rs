//! Examines Kafka, and its brokers under the names they give themselves.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use rdkafka::ClientConfig;
use rdkafka::metadata::Metadata;
use rdkafka::producer::{BaseProducer, Producer};
use tokio::net::TcpStream;

use super::PORT_DEFAULT;
use crate::config::Address;
use crate::ports::probe::{Fault, Finding, Probe};

/// Topics of Maru begin so.
const TOPIC_PREFIX: &str = "maru.";

/// Whether Kafka lists brokers that can be reached under the names they give themselves.
#[derive(Debug, Clone)]
pub struct KafkaProbe {
    address: Address,
}

impl KafkaProbe {
    /// A probe of the cluster these brokers belong to.
    pub fn new(address: Address) -> Self {
        Self { address }
    }

    fn client(&self, patience: Duration) -> ClientConfig {
        let mut config = super::client(&self.address);
        config.set("client.id", "maru-doctor").set(
            "socket.timeout.ms",
            patience.as_millis().max(10).to_string(),
        );
        config
    }
}

#[async_trait]
impl Probe for KafkaProbe {
    async fn examine(&self, finding: &mut Finding, patience: Duration) -> Result<(), Fault> {
        // librdkafka says only "transport failure", and only when its time is up: the system knows why, and at once.
        let unreached = unreachable(&self.address.hosts(PORT_DEFAULT)).await;
        let all = self.address.hosts(PORT_DEFAULT).len();
        if unreached.len() == all {
            let remedy = "start Kafka, or correct backend.kafka_brokers";
            return Err(Fault::new(
                format!("cannot connect: {}", unreached.join("; ")),
                remedy,
            ));
        }
        let config = self.client(patience);
        let asked = tokio::task::spawn_blocking(move || known(&config, patience)).await;
        let known = asked.map_err(|error| {
            Fault::caused("the question broke off", &error, "run maru doctor again")
        })??;
        let count = known.brokers.len();
        let brokers = if count == 1 { "broker" } else { "brokers" };
        finding.version = Some("Kafka".to_owned());
        finding.detail = Some(match known.cluster {
            Some(cluster) => format!("cluster {cluster}, {count} {brokers}"),
            None => format!("{count} {brokers}"),
        });
        finding.faults.extend(known.faults);
        let brokers: Vec<(&str, u16)> = known
            .brokers
            .iter()
            .map(|(host, port)| (host.as_str(), *port))
            .collect();
        let lost = unreachable(&brokers).await.into_iter().map(|why| {
            Fault::new(
                format!("a broker cannot be reached under the name it gives itself: {why}"),
                "correct advertised.listeners of that broker, or start it",
            )
        });
        finding.faults.extend(lost);
        Ok(())
    }
}

/// Which of these cannot be connected to, each with the reason.
async fn unreachable(hosts: &[(&str, u16)]) -> Vec<String> {
    let attempts = hosts.iter().map(|(host, port)| async move {
        let connected = TcpStream::connect((*host, *port)).await;
        connected
            .err()
            .map(|error| format!("{host}:{port} {error}"))
    });
    join_all(attempts).await.into_iter().flatten().collect()
}

struct Known {
    cluster: Option<String>,
    brokers: Vec<(String, u16)>,
    faults: Vec<Fault>,
}

/// Asks for the metadata of everything; blocks until it is there or `patience` is over.
fn known(config: &ClientConfig, patience: Duration) -> Result<Known, Fault> {
    let failed = |error: rdkafka::error::KafkaError| {
        Fault::caused(
            "no metadata",
            &error,
            "see that this is a Kafka broker that takes connections without TLS or SASL",
        )
    };
    let producer: BaseProducer = config.create().map_err(failed)?;
    let metadata = producer
        .client()
        .fetch_metadata(None, patience)
        .map_err(failed)?;
    Ok(Known {
        cluster: producer.client().fetch_cluster_id(Duration::ZERO),
        faults: topic_faults(&metadata),
        brokers: metadata
            .brokers()
            .iter()
            .filter_map(|broker| Some((broker.host().to_owned(), broker.port().try_into().ok()?)))
            .collect(),
    })
}

fn topic_faults(metadata: &Metadata) -> Vec<Fault> {
    let own = metadata
        .topics()
        .iter()
        .filter(|topic| topic.name().starts_with(TOPIC_PREFIX));
    let mut faults: Vec<Fault> = own
        .filter_map(|topic| {
            let leaderless = topic
                .partitions()
                .iter()
                .filter(|partition| partition.leader() < 0)
                .count();
            (leaderless > 0).then(|| {
                Fault::new(
                    format!(
                        "{leaderless} of {} partitions of {} have no leader",
                        topic.partitions().len(),
                        topic.name()
                    ),
                    "start the brokers that hold them",
                )
            })
        })
        .collect();
    if metadata.brokers().is_empty() {
        faults.push(Fault::new(
            "the cluster lists no broker",
            "look into the controller's log",
        ));
    }
    faults
}
