//! `maru doctor` at MongoDB: whether it can carry what Maru promises people.

use std::time::Duration;

use async_trait::async_trait;
use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::options::{
    Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use uuid::Uuid;

use super::DATABASE_DEFAULT;
use crate::config::Address;
use crate::ports::probe::{Fault, Finding, Probe};

/// Where the probe writes; no service does.
const COLLECTION: &str = "maru_doctor";

/// Whether MongoDB's primary acknowledges a write only when a majority has it in its journal.
#[derive(Debug, Clone)]
pub struct MongoProbe {
    address: Address,
}

impl MongoProbe {
    /// A probe of the deployment at `address`.
    pub fn new(address: Address) -> Self {
        Self { address }
    }
}

#[async_trait]
impl Probe for MongoProbe {
    async fn examine(&self, finding: &mut Finding, patience: Duration) -> Result<(), Fault> {
        let mut options = ClientOptions::parse(self.address.reveal())
            .await
            .map_err(|error| {
                Fault::caused(
                    "the address will not do",
                    &error,
                    "correct backend.mongodb_url",
                )
            })?;
        finding.faults.extend(weaker(&options));
        demand_durability(&mut options, patience);
        let client = Client::with_options(options).map_err(|error| {
            Fault::caused(
                "the address will not do",
                &error,
                "correct backend.mongodb_url",
            )
        })?;
        let examined = examine(&client, finding).await;
        client.shutdown().await;
        examined
    }
}

async fn examine(client: &Client, finding: &mut Finding) -> Result<(), Fault> {
    let admin = client.database("admin");
    let remedy = "start MongoDB, see that it has a primary, or correct backend.mongodb_url";
    let hello = admin
        .run_command(doc! { "hello": 1 })
        .await
        .map_err(|error| Fault::caused("no primary answers", &error, remedy))?;
    finding.detail = Some(role(&hello));
    if !hello.get_bool("isWritablePrimary").unwrap_or(false) {
        finding
            .faults
            .push(Fault::new("the node reached is no primary", remedy));
    }
    let build = admin.run_command(doc! { "buildInfo": 1 }).await;
    let version = build
        .as_ref()
        .ok()
        .and_then(|build| build.get_str("version").ok());
    finding.version = version.map(|version| format!("MongoDB {version}"));

    let database = client
        .default_database()
        .unwrap_or_else(|| client.database(DATABASE_DEFAULT));
    let collection = database.collection::<Document>(COLLECTION);
    let remedy = "Maru starts on nothing weaker: see that a majority of the replica set is up with journaling on, and \
                  that the user may read and write this database";
    let failed = |error: mongodb::error::Error| {
        Fault::caused("a write to the majority's journal failed", &error, remedy)
    };
    let id = Uuid::new_v4().to_string();
    collection
        .insert_one(doc! { "_id": &id })
        .await
        .map_err(failed)?;
    let found = collection
        .find_one(doc! { "_id": &id })
        .await
        .map_err(failed)?;
    collection
        .delete_one(doc! { "_id": &id })
        .await
        .map_err(failed)?;
    if found.is_none() {
        finding.faults.push(Fault::new(
            "an acknowledged write could not be read back",
            remedy,
        ));
    }
    Ok(())
}

fn demand_durability(options: &mut ClientOptions, patience: Duration) {
    options.app_name = Some("maru doctor".to_owned());
    options.connect_timeout = Some(patience);
    options.server_selection_timeout = Some(patience);
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    let mut concern = WriteConcern::majority();
    concern.journal = Some(true);
    concern.w_timeout = Some(patience);
    options.write_concern = Some(concern);
}

/// What the address asks for that is weaker than Maru's promise. Maru would override it, but who wrote it expects
/// otherwise.
pub(super) fn weaker(options: &ClientOptions) -> Vec<Fault> {
    let concern = options.write_concern.clone().unwrap_or_default();
    let primary = match &options.selection_criteria {
        None => true,
        Some(SelectionCriteria::ReadPreference(preference)) => {
            matches!(preference, ReadPreference::Primary)
        }
        Some(_) => false,
    };
    let majority = options.read_concern.as_ref().is_none_or(|concern| {
        [ReadConcern::majority(), ReadConcern::linearizable()].contains(concern)
    });
    let asks = [
        (
            concern.w.is_some_and(|w| w != Acknowledgment::Majority),
            "w",
            "majority",
        ),
        (concern.journal == Some(false), "journal", "true"),
        (!primary, "readPreference", "primary"),
        (!majority, "readConcernLevel", "majority"),
    ];
    let weak = asks.into_iter().filter(|(weak, ..)| *weak);
    weak.map(|(_, option, strong)| {
        Fault::new(
            format!("backend.mongodb_url asks for a weaker {option} than Maru promises people"),
            format!("leave {option} out of the address, or say {option}={strong}"),
        )
    })
    .collect()
}

fn role(hello: &Document) -> String {
    match (hello.get_str("setName"), hello.get_str("msg")) {
        (Ok(set), _) => {
            let members = hello.get_array("hosts").map_or(1, Vec::len);
            format!("replica set {set} of {members}")
        }
        (_, Ok("isdbgrid")) => "sharded cluster".to_owned(),
        _ => "single node, no replica set".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::options::ClientOptions;

    use super::{demand_durability, weaker};

    async fn options(query: &str) -> ClientOptions {
        ClientOptions::parse(format!("mongodb://127.0.0.1:1/maru?{query}"))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn an_address_that_asks_for_less_is_told() {
        for fine in ["", "w=majority&journal=true&readPreference=primary"] {
            assert_eq!(weaker(&options(fine).await), [], "{fine}");
        }
        for weak in [
            "w=1",
            "w=0",
            "w=2",
            "journal=false",
            "readPreference=secondaryPreferred",
            "readConcernLevel=local",
        ] {
            assert_eq!(weaker(&options(weak).await).len(), 1, "{weak}");
        }
    }

    #[tokio::test]
    async fn whatever_the_address_asks_the_probe_demands_the_majoritys_journal() {
        let mut options = options("w=1&readPreference=secondary").await;
        demand_durability(&mut options, std::time::Duration::from_secs(1));
        assert_eq!(weaker(&options), []);
        assert_eq!(options.write_concern.unwrap().journal, Some(true));
    }
}
