//! `maru doctor` without any service: the embedded store, absent and silent backends, exit codes, secrets.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::disallowed_methods)]

mod command;
#[cfg(feature = "s3")]
mod s3;

use std::net::TcpListener;

use command::{Answer, doctor, maru};

/// The five backends, and whether their drivers are in this build.
const BACKENDS: [(&str, bool); 5] = [
    ("postgres", cfg!(feature = "postgres")),
    ("mongodb", cfg!(feature = "mongodb")),
    ("redis", cfg!(feature = "redis")),
    ("kafka", cfg!(feature = "kafka")),
    ("s3", cfg!(feature = "s3")),
];

/// Examines all five, each said to be at this port.
fn examined_at(port: u16) -> Answer {
    let at = format!("127.0.0.1:{port}");
    doctor(&[
        (
            "MARU_BACKEND_POSTGRES_URL",
            &format!("postgres://ann:s3cret@{at}/maru"),
        ),
        (
            "MARU_BACKEND_MONGODB_URL",
            &format!("mongodb://ann:s3cret@{at}/maru"),
        ),
        (
            "MARU_BACKEND_REDIS_NODES",
            &format!("redis://ann:s3cret@{at}"),
        ),
        ("MARU_BACKEND_KAFKA_BROKERS", &at),
        ("MARU_BACKEND_S3_ENDPOINT", &format!("http://{at}")),
        ("MARU_BACKEND_S3_BUCKET", "maru"),
        ("MARU_BACKEND_S3_ACCESS_KEY", "id"),
        ("MARU_BACKEND_S3_SECRET_KEY", "s3cret"),
    ])
}

#[test]
fn the_embedded_store_is_examined_where_nothing_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let text = || {
        let output = maru(&folder, &[])
            .args(["doctor", "--data", "here"])
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, said) = text();
    assert_eq!(code, Some(1));
    assert!(
        said.contains("WRONG: there is no store in this folder yet -> start maru serve"),
        "{said}"
    );
    assert!(!folder.path().join("here").exists(), "asking makes nothing");

    let seeded = maru(&folder, &[])
        .args(["seed", "--data", "here"])
        .status()
        .unwrap();
    assert!(seeded.success());
    let (code, said) = text();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.starts_with("embedded  here  SQLite 3.") && said.ends_with("  ok\n"),
        "{said}"
    );
}

#[test]
fn backends_that_are_not_there_are_wrong_each_on_a_line_and_no_secret_is_told() {
    // Nobody listens on a port that was just given back.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let answer = examined_at(port);
    assert_eq!(answer.code, Some(1));
    assert_eq!(answer.json["ok"], false);
    for (name, compiled) in BACKENDS {
        let faults = answer.faults(name);
        let expected = match compiled {
            true => "refused".to_owned(),
            false => format!("built without the feature {name}"),
        };
        assert!(faults.contains(&expected), "{name}: {faults}");
        assert!(
            answer.of(name)["address"]
                .as_str()
                .unwrap()
                .contains(&port.to_string())
        );
    }
    assert_eq!(
        answer.faults("services"),
        "[]",
        "each is told of all it needs"
    );
    assert!(!answer.whole.contains("s3cret"), "{}", answer.whole);
}

#[test]
fn services_that_are_not_told_of_every_backend_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("MARU_BACKEND_POSTGRES_URL", "postgres://127.0.0.1:1/maru"),
        ("MARU_BACKEND_REDIS_NODES", "127.0.0.1:1"),
        ("MARU_BACKEND_KAFKA_BROKERS", "127.0.0.1:1"),
        ("MARU_SERVER_SERVICES", "room,post"),
    ];
    let answer = doctor(&settings);
    assert_eq!(answer.of("services")["address"], "room,post");
    let faults = answer.faults("services");
    let told = "room, post need backend.mongodb_url, which is not set";
    assert!(faults.contains(told), "{faults}");
    assert!(!faults.contains("s3_bucket"), "{faults}");
    // The server itself says the same.
    let output = maru(&folder, &settings).arg("serve").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = match cfg!(feature = "postgres") {
        true => told,
        false => "built without PostgreSQL",
    };
    assert!(said.contains(expected), "{said}");
}

#[test]
fn backends_that_take_the_connection_and_say_nothing_are_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = examined_at(silent.local_addr().unwrap().port());
    assert_eq!(answer.code, Some(1));
    for (name, _) in BACKENDS {
        assert_ne!(answer.faults(name), "[]", "{name}");
        assert_eq!(
            answer.of(name)["version"],
            serde_json::Value::Null,
            "{name}"
        );
    }
    assert!(!answer.whole.contains("s3cret"), "{}", answer.whole);
}

#[test]
fn a_wrong_configuration_is_told_by_its_own_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("MARU_BACKEND_POSTGRES_URL", "postgres:/ann:s3cret@db")];
    let output = maru(&folder, &settings).arg("doctor").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains(
            "backend.postgres_url (environment MARU_BACKEND_POSTGRES_URL): expected postgres://"
        ),
        "{told}"
    );
    assert!(!told.contains("s3cret"));
}
