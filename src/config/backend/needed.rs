//! Which backends the services of a process cannot do without, once people are in PostgreSQL.

use std::fmt;

use crate::config::Config;
use crate::domain::service::{Service, ServiceSet};

/// A backend that services of this process need and nobody says where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingBackend {
    /// The setting that would say it.
    pub setting: &'static str,
    /// Those that need it.
    pub services: Vec<Service>,
}

impl fmt::Display for MissingBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, service) in self.services.iter().enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            write!(f, "{comma}{}", service.as_str())?;
        }
        let needs = match self.services.len() {
            1 => "needs",
            _ => "need",
        };
        write!(f, " {needs} {}, which is not set", self.setting)
    }
}

/// Whether a service needs it.
type Needs = fn(Service) -> bool;

impl Config {
    /// What is missing of the backends: nothing with the embedded store, which is whole by itself.
    pub fn missing_backends(&self) -> Vec<MissingBackend> {
        let backend = &self.backend;
        if backend.postgres.is_none() {
            return Vec::new();
        }
        // Whoever looks for rooms or people looks in both stores, is kept to quotas and tells others what was done.
        let needed: [(&str, bool, Needs); 4] = [
            ("backend.mongodb_url", backend.mongodb.is_none(), |_| true),
            ("backend.redis_nodes", backend.redis.is_none(), |_| true),
            ("backend.kafka_brokers", backend.kafka.is_none(), |_| true),
            ("backend.s3_bucket", backend.s3().is_none(), keeps_bytes),
        ];
        let missing = needed.into_iter().filter(|(_, is_missing, _)| *is_missing);
        let missing = missing.map(|(setting, _, need)| MissingBackend {
            setting,
            services: needing(self.server.services, need),
        });
        missing.filter(|one| !one.services.is_empty()).collect()
    }
}

/// Bytes of pictures pass through one service.
fn keeps_bytes(service: Service) -> bool {
    service == Service::Asset
}

fn needing(services: ServiceSet, need: Needs) -> Vec<Service> {
    services.iter().filter(|service| need(*service)).collect()
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigFile, Overrides};

    fn missing(lines: &str) -> Vec<String> {
        let file = ConfigFile::new("maru.toml", lines.to_owned());
        let config = Config::load(&Overrides::default(), Vec::new(), Some(&file)).unwrap();
        let missing = config.missing_backends();
        missing.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_embedded_store_needs_nothing_beside_it() {
        assert_eq!(missing(""), [""; 0]);
        assert_eq!(missing("[backend]\nredis_nodes = 'a:1'"), [""; 0]);
    }

    #[test]
    fn each_service_names_what_it_needs_and_nobody_says() {
        let postgres = "backend.postgres_url = 'postgres://db/maru'\n";
        let rest = "backend.mongodb_url = 'mongodb://db/maru'\nbackend.kafka_brokers = 'a:1'\n";
        assert_eq!(
            missing(&format!("server.services = 'room,post'\n{postgres}")),
            [
                "room, post need backend.mongodb_url, which is not set",
                "room, post need backend.redis_nodes, which is not set",
                "room, post need backend.kafka_brokers, which is not set",
            ]
        );
        assert_eq!(
            missing(&format!("server.services = 'asset,user'\n{postgres}{rest}")),
            [
                "user, asset need backend.redis_nodes, which is not set",
                "asset needs backend.s3_bucket, which is not set",
            ]
        );
    }
}
