//! Backends' settings: unset by default, whole or refused, and never told in the clear.

use crate::config::{Config, ConfigFile, Overrides};

fn load(lines: &str) -> Result<Config, String> {
    let file = ConfigFile::new("maru.toml", format!("[backend]\n{lines}"));
    Config::load(&Overrides::default(), Vec::new(), Some(&file))
        .map_err(|errors| errors.to_string())
}

#[test]
fn none_is_set_by_default_and_an_empty_text_unsets() {
    let config = Config::load(&Overrides::default(), Vec::new(), None).unwrap();
    let backend = &config.backend;
    assert!(backend.postgres.is_none() && backend.mongodb.is_none());
    assert!(backend.redis.is_none() && backend.kafka.is_none() && backend.s3().is_none());
    assert!(
        load("postgres_url = ''\nredis_nodes = ''")
            .unwrap()
            .backend
            .postgres
            .is_none()
    );
}

#[test]
fn each_backend_takes_its_own_kind_of_address() {
    for good in [
        "postgres_url = 'postgresql://db/maru'",
        "mongodb_url = 'mongodb://a:1,b:2/maru?replicaSet=rs0'",
        "mongodb_url = 'mongodb+srv://cluster.example/maru'",
        "redis_nodes = 'a:1,b:2'",
        "redis_nodes = 'rediss://ann:pw@a:1,b:2'",
        "kafka_brokers = 'a:1,b:2'",
    ] {
        assert!(load(good).is_ok(), "{good}");
    }
    for bad in [
        "postgres_url = 'mysql://db/maru'",
        "postgres_url = 'postgres://a:1,b:2/maru'",
        "mongodb_url = 'mongodb+srv://a,b/maru'",
        "redis_nodes = 'http://a:1'",
        "redis_nodes = 'redis://a:1/0'",
        "kafka_brokers = 'ann:pw@a:1'",
        "kafka_brokers = 'kafka://a:1'",
        "s3_endpoint = 'ftp://s3.example'",
        "s3_endpoint = 'https://ann:pw@s3.example'",
        "s3_bucket = 'A'",
    ] {
        let told = load(bad).expect_err(bad);
        assert!(told.contains("expected"), "{told}");
    }
}

#[test]
fn an_object_store_is_whole_or_refused() {
    let told = load("s3_bucket = 'maru'\ns3_access_key = 'id'").unwrap_err();
    assert!(
        told.contains("backend.s3_secret_key") && !told.contains("s3_bucket (file"),
        "{told}"
    );
    let told = load("s3_endpoint = 'http://127.0.0.1:9000'").unwrap_err();
    assert!(
        told.contains("backend.s3_bucket") && told.contains("3 mistakes"),
        "{told}"
    );
    let whole = load("s3_bucket = 'maru'\ns3_access_key = 'id'\ns3_secret_key = 'k'").unwrap();
    assert_eq!(whole.backend.s3().unwrap().region, "us-east-1");
}

#[test]
fn no_secret_is_printed_debugged_or_quoted_in_a_mistake() {
    let lines = "postgres_url = 'postgres://ann:s3cret@db/maru?sslpassword=s3cret'\n\
         mongodb_url = 'mongodb://ann:s3cret@a:1/maru'\nredis_nodes = 'redis://:s3cret@a:1'\n\
         s3_bucket = 'maru'\ns3_access_key = 'id'\ns3_secret_key = 's3cret'";
    let config = load(lines).unwrap();
    let printed = config.print();
    assert!(
        printed.contains("postgres://********@db/maru?********"),
        "{printed}"
    );
    assert!(
        printed.contains("s3_secret_key = \"********\""),
        "{printed}"
    );
    assert!(!printed.contains("s3cret") && !format!("{config:?}").contains("s3cret"));
    for bad in [
        "postgres_url = 'postgres:/ann:s3cret@db'",
        "redis_nodes = 'redis://:s3cret@a:1/x y'",
        "s3_endpoint = 'https://ann:s3cret@s3.example'",
        "s3_secret_key = 's3cret s3cret'",
    ] {
        let told = load(bad).expect_err(bad);
        assert!(!told.contains("s3cret"), "{told}");
    }
}
