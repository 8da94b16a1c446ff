//! S3, the object store of a distributed installation: pictures in all their sizes.

use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, Error, ObjectStoreExt, RetryConfig};
use uuid::Uuid;

use crate::config::S3Config;
use crate::ports::probe::{Fault, Finding, Probe};

/// Where the probe writes; no service does.
const FOLDER: &str = "maru-doctor";

/// Whether the bucket takes an object, gives the same bytes back, and lets it be deleted.
#[derive(Debug, Clone)]
pub struct S3Probe {
    config: S3Config,
}

impl S3Probe {
    /// A probe of the bucket `config` names.
    pub fn new(config: S3Config) -> Self {
        Self { config }
    }

    fn store(&self, patience: Duration) -> Result<AmazonS3, Error> {
        // Who asks how a store is wants its first answer.
        let retry = RetryConfig {
            max_retries: 0,
            retry_timeout: patience,
            ..RetryConfig::default()
        };
        build(&self.config, patience, retry)
    }
}

/// How long one answer of the store of pictures is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The store of pictures in all their sizes.
pub fn pictures(config: &S3Config) -> Result<AmazonS3, Error> {
    build(config, PATIENCE, RetryConfig::default())
}

fn build(config: &S3Config, patience: Duration, retry: RetryConfig) -> Result<AmazonS3, Error> {
    let endpoint = config.endpoint.as_ref();
    let plain = endpoint.is_some_and(|endpoint| endpoint.scheme() == "http");
    let client = ClientOptions::new()
        .with_timeout(patience)
        .with_connect_timeout(patience)
        .with_allow_http(plain);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_access_key_id(&config.access_key)
        .with_secret_access_key(config.secret_key.reveal())
        .with_client_options(client)
        // One object at a time: not every store knows the bulk request.
        .with_disable_bulk_delete(true)
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
    }
    builder.build()
}

#[async_trait]
impl Probe for S3Probe {
    async fn examine(&self, finding: &mut Finding, patience: Duration) -> Result<(), Fault> {
        let store = self.store(patience).map_err(|error| {
            Fault::caused(
                "the settings will not do",
                &error,
                "correct backend.s3_endpoint and its neighbours",
            )
        })?;
        let path = Path::from(format!("{FOLDER}/{}", Uuid::new_v4()));
        let sent = path.to_string().into_bytes();
        store
            .put(&path, sent.clone().into())
            .await
            .map_err(|error| fault("cannot put an object", &error))?;
        let got = match store.get(&path).await {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        let deleted = store.delete(&path).await;
        let got = got.map_err(|error| fault("cannot get the object just put", &error))?;
        if got != sent {
            finding.faults.push(Fault::new(
                "the object just put came back changed",
                "look at what stands between Maru and the object store",
            ));
        }
        deleted.map_err(|error| fault("cannot delete the object just put", &error))
    }
}

fn fault(doing: &str, error: &Error) -> Fault {
    let remedy = match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            "give this access key put, get and delete on the bucket, or correct it"
        }
        Error::NotFound { .. } => "create the bucket, or correct backend.s3_bucket",
        _ => "start the object store, or correct backend.s3_endpoint",
    };
    Fault::caused(doing, error, remedy)
}
