//! The distributed backends: where they are. Without any, the embedded store is all there is.

use url::Url;

use super::Config;
use super::error::Checks;
use super::secret::{MASK, Secret};
use super::setting::{Setting, whole};

mod address;
mod needed;

pub use address::Address;
pub use needed::MissingBackend;

/// Twelve nodes leave room in the 200 connections of deploy/compose.yaml; PostgreSQL itself begins with 100.
const CONNECTIONS_MAX_DEFAULT: u32 = 12;

/// As many processes of a service can share the subjects of a topic among them.
const KAFKA_PARTITIONS_DEFAULT: u32 = 12;

const REGION_DEFAULT: &str = "us-east-1";
const KEY_BYTES_MAX: usize = 256;
const URL_BYTES_MAX: usize = 512;

/// The `backend.*` settings, each unset by default.
#[derive(Debug, Clone)]
pub struct BackendConfig {
    /// The relational store.
    pub postgres: Option<Address>,
    /// How many connections this process keeps to it at most.
    pub postgres_connections_max: u32,
    /// The document store: rooms and posts.
    pub mongodb: Option<Address>,
    /// Some nodes of the Redis Cluster; it tells the others.
    pub redis: Option<Address>,
    /// Some of Kafka's brokers; they tell the others.
    pub kafka: Option<Address>,
    /// How many partitions a topic is made with.
    pub kafka_partitions: u32,
    /// On how many brokers each lies; 0 for as many as the brokers say.
    pub kafka_replication: u32,
    s3: S3Draft,
}

impl Default for BackendConfig {
    fn default() -> Self {
        Self {
            postgres: None,
            postgres_connections_max: CONNECTIONS_MAX_DEFAULT,
            mongodb: None,
            redis: None,
            kafka: None,
            kafka_partitions: KAFKA_PARTITIONS_DEFAULT,
            kafka_replication: 0,
            s3: S3Draft::default(),
        }
    }
}

/// The object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Config {
    /// Where it answers; none for Amazon's own.
    pub endpoint: Option<Url>,
    /// The bucket everything lies in.
    pub bucket: String,
    /// The region requests are signed for.
    pub region: String,
    /// The id of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: Secret,
}

#[derive(Debug, Clone, Default)]
struct S3Draft {
    endpoint: Option<Url>,
    bucket: Option<String>,
    region: Option<String>,
    access_key: Option<String>,
    secret_key: Option<Secret>,
}

impl BackendConfig {
    /// The object store, where there is one.
    pub fn s3(&self) -> Option<S3Config> {
        let draft = self.s3.clone();
        Some(S3Config {
            endpoint: draft.endpoint,
            bucket: draft.bucket?,
            region: draft.region.unwrap_or_else(|| REGION_DEFAULT.to_owned()),
            access_key: draft.access_key?,
            secret_key: draft.secret_key?,
        })
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "backend.postgres_url",
        doc: "PostgreSQL, 14 or newer.",
        expects: "postgres://USER:PASSWORD@HOST:PORT/DATABASE, percent-encoded, or nothing",
        secret: true,
        set: |config, text| {
            config.backend.postgres = optional(text, postgres)?;
            Some(())
        },
        show: |config| masked(config.backend.postgres.as_ref()),
    },
    Setting {
        key: "backend.postgres_connections_max",
        doc: "Connections of this process to PostgreSQL; all processes together must leave some of its max_connections.",
        expects: "a whole number, 2 to 1000",
        secret: false,
        set: |config, text| {
            config.backend.postgres_connections_max = whole(text, 2..=1_000)?;
            Some(())
        },
        show: |config| i64::from(config.backend.postgres_connections_max).into(),
    },
    Setting {
        key: "backend.mongodb_url",
        doc: "MongoDB, a replica set or a sharded cluster.",
        expects: "mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE or mongodb+srv://..., percent-encoded, or nothing",
        secret: true,
        set: |config, text| {
            config.backend.mongodb = optional(text, mongodb)?;
            Some(())
        },
        show: |config| masked(config.backend.mongodb.as_ref()),
    },
    Setting {
        key: "backend.redis_nodes",
        doc: "Some nodes of a Redis Cluster, 7.0 or newer; rediss:// for TLS.",
        expects: "HOST:PORT,HOST:PORT, redis://USER:PASSWORD@HOST:PORT,HOST:PORT (rediss:// for TLS) or nothing",
        secret: true,
        set: |config, text| {
            config.backend.redis = optional(text, Address::redis)?;
            Some(())
        },
        show: |config| masked(config.backend.redis.as_ref()),
    },
    Setting {
        key: "backend.kafka_brokers",
        doc: "Some brokers of Kafka.",
        expects: "HOST:PORT,HOST:PORT or nothing",
        secret: true,
        set: |config, text| {
            config.backend.kafka = optional(text, kafka)?;
            Some(())
        },
        show: |config| masked(config.backend.kafka.as_ref()),
    },
    Setting {
        key: "backend.kafka_partitions",
        doc: "Partitions that maru migrate makes a topic of Kafka with; one that is there stays as it is.",
        expects: "a whole number, 1 to 1000",
        secret: false,
        set: |config, text| {
            config.backend.kafka_partitions = whole(text, 1..=1_000)?;
            Some(())
        },
        show: |config| i64::from(config.backend.kafka_partitions).into(),
    },
    Setting {
        key: "backend.kafka_replication",
        doc: "On how many brokers maru migrate has a new topic kept; 0 for as many as the brokers say.",
        expects: "a whole number, 0 to 9",
        secret: false,
        set: |config, text| {
            config.backend.kafka_replication = whole(text, 0..=9)?;
            Some(())
        },
        show: |config| i64::from(config.backend.kafka_replication).into(),
    },
    Setting {
        key: "backend.s3_endpoint",
        doc: "Where the object store answers; nothing for Amazon's own.",
        expects: "an https:// or http:// address without credentials, or nothing",
        secret: true,
        set: |config, text| {
            config.backend.s3.endpoint = optional(text, endpoint)?;
            Some(())
        },
        show: |config| {
            config
                .backend
                .s3
                .endpoint
                .as_ref()
                .map_or("", Url::as_str)
                .into()
        },
    },
    Setting {
        key: "backend.s3_bucket",
        doc: "The bucket pictures lie in; with it the object store is used.",
        expects: "a bucket's name, 3 to 63 lower-case letters, digits, dots and dashes, or nothing",
        secret: false,
        set: |config, text| {
            config.backend.s3.bucket = optional(text, bucket)?;
            Some(())
        },
        show: |config| text_of(config.backend.s3.bucket.as_ref()),
    },
    Setting {
        key: "backend.s3_region",
        doc: "The region requests are signed for; us-east-1 when empty.",
        expects: "a region's name, at most 63 lower-case letters, digits and dashes, or nothing",
        secret: false,
        set: |config, text| {
            config.backend.s3.region = optional(text, region)?;
            Some(())
        },
        show: |config| text_of(config.backend.s3.region.as_ref()),
    },
    Setting {
        key: "backend.s3_access_key",
        doc: "The id of the key to the bucket.",
        expects: "the access key id, at most 256 characters without spaces, or nothing",
        secret: false,
        set: |config, text| {
            config.backend.s3.access_key = optional(text, key)?;
            Some(())
        },
        show: |config| text_of(config.backend.s3.access_key.as_ref()),
    },
    Setting {
        key: "backend.s3_secret_key",
        doc: "The key to the bucket.",
        expects: "the secret access key, at most 256 characters without spaces, or nothing",
        secret: true,
        set: |config, text| {
            config.backend.s3.secret_key = optional(text, key)?.map(Secret::new);
            Some(())
        },
        show: |config| {
            config
                .backend
                .s3
                .secret_key
                .as_ref()
                .map_or("", |_| MASK)
                .into()
        },
    },
];

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let s3 = &config.backend.s3;
    let parts = [
        ("backend.s3_bucket", s3.bucket.is_none()),
        ("backend.s3_access_key", s3.access_key.is_none()),
        ("backend.s3_secret_key", s3.secret_key.is_none()),
    ];
    let some =
        s3.endpoint.is_some() || s3.region.is_some() || parts.iter().any(|(_, missing)| !missing);
    let all = [
        "backend.s3_endpoint",
        "backend.s3_region",
        "backend.s3_bucket",
        "backend.s3_access_key",
        "backend.s3_secret_key",
    ];
    for (part, missing) in parts {
        checks.refuse(
            some && missing,
            part,
            &all,
            "is missing: an object store needs its bucket, access key and secret key together",
        );
    }
}

/// The value of a text that may be empty, which unsets it.
fn optional<T>(text: &str, read: fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() {
        Some(None)
    } else {
        read(text).map(Some)
    }
}

fn postgres(text: &str) -> Option<Address> {
    let known = |address: &Address| matches!(address.scheme(), "postgres" | "postgresql");
    Address::parse(text).filter(|address| known(address) && address.is_single())
}

fn mongodb(text: &str) -> Option<Address> {
    let known = |address: &Address| match address.scheme() {
        "mongodb" => true,
        "mongodb+srv" => address.is_single(),
        _ => false,
    };
    Address::parse(text).filter(known)
}

fn kafka(text: &str) -> Option<Address> {
    Address::parse(text).filter(Address::is_bare)
}

fn endpoint(text: &str) -> Option<Url> {
    let url = Url::parse(text)
        .ok()
        .filter(|_| text.len() <= URL_BYTES_MAX)?;
    let open = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (matches!(url.scheme(), "http" | "https") && url.host().is_some() && open).then_some(url)
}

fn bucket(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = (3..=63).contains(&text.len())
        && text.bytes().all(plain)
        && text.starts_with(ends)
        && text.ends_with(ends)
        && !text.contains("..");
    good.then(|| text.to_owned())
}

fn region(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (text.len() <= 63 && text.bytes().all(plain)).then(|| text.to_owned())
}

fn key(text: &str) -> Option<String> {
    (text.len() <= KEY_BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic()))
        .then(|| text.to_owned())
}

fn masked(address: Option<&Address>) -> toml::Value {
    address.map_or_else(String::new, Address::masked).into()
}

fn text_of(text: Option<&String>) -> toml::Value {
    text.cloned().unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
