//! Why the server does not start, and what to do about it.

use std::net::SocketAddr;

use crate::adapters::oauth::OAuthError;
use crate::adapters::sqlite::OpenError;
use crate::config::MissingBackend;
use crate::rest::dev_identity::DevIdentityRefused;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The lists of words that are looked for cannot be read.
    #[error("the content filter: {0}")]
    Filter(#[source] crate::domain::filter::BadLexicon),
    /// The address is taken or not this machine's.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The embedded store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// PostgreSQL cannot be opened.
    #[cfg(feature = "distributed")]
    #[error(transparent)]
    Postgres(#[from] crate::adapters::postgres::OpenError),
    /// MongoDB cannot be used as configured.
    #[cfg(feature = "distributed")]
    #[error("backend.mongodb_url: {0}")]
    Mongo(#[from] crate::adapters::mongo::MongoError),
    /// There can be no client of Redis with these settings.
    #[cfg(feature = "distributed")]
    #[error("backend.redis_nodes: {0}")]
    Redis(#[from] fred::error::Error),
    /// Backends are configured, and this program was built without some of them.
    #[cfg(not(feature = "distributed"))]
    #[error("backend.postgres_url: this program was built for the embedded store alone")]
    EmbeddedOnly,
    /// Services are not told of every backend they need.
    #[error("with backend.postgres_url, {}", listed(.0))]
    Backends(Vec<MissingBackend>),
    /// What a killed `maru seed` left in the data folder cannot be deleted.
    #[error("cannot delete what an unfinished maru seed left in the data folder: {0}")]
    Leftovers(#[source] std::io::Error),
    /// The installation's secret cannot be read or made.
    #[error("cannot read the installation's secret: {0}")]
    Secret(#[from] crate::ports::installation::InstallationUnavailable),
    /// The claims of an earlier process cannot be ended.
    #[error("cannot take the rooms over from the last run: {0}")]
    Leases(#[source] crate::ports::room::StoreError),
    /// The logins that ended lately cannot be read.
    #[error("cannot read which logins have ended: {0}")]
    Logins(#[source] crate::ports::login::LoginStoreError),
    /// A sign-in provider cannot be used as configured.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// The development sign-in may not run here.
    #[error(transparent)]
    DevIdentity(#[from] DevIdentityRefused),
    /// The folder of pictures cannot be made or read.
    #[error("cannot use the folder of pictures {path}: {source}")]
    MediaFolder {
        /// The folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store of pictures cannot be used as configured.
    #[error("cannot use the store of pictures: {0}")]
    Media(#[source] object_store::Error),
    /// S3 is configured, and this program was built without it.
    #[error("backend.s3_bucket: this program was built without S3")]
    NoS3,
    /// Caches cannot be told.
    #[error("cannot make a client for cdn.purge: {0}")]
    Cdn(#[source] reqwest::Error),
    /// This program does not know where it is, and pictures are decoded by it.
    #[error("cannot find this program itself: {0}; name it in media.decoder")]
    Program(#[source] std::io::Error),
    /// The public address makes no address for the development sign-in.
    #[error("server.public_url: {0}")]
    PublicUrl(#[from] url::ParseError),
}

fn listed(missing: &[MissingBackend]) -> String {
    let all: Vec<String> = missing.iter().map(ToString::to_string).collect();
    all.join("; ")
}
