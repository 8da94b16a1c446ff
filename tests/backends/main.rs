//! `maru doctor`, and pictures, at real services, which `script/test backends` starts and MARU_TEST_* variables name.
//! A harness of its own: a test whose service is not there is counted as ignored, not as passed.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

#[path = "../doctor/command.rs"]
mod command;
mod operate;
#[cfg(feature = "s3")]
mod pictures;
#[cfg(feature = "s3")]
mod store_of_bytes;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, ExitCode};

use command::{Answer, doctor};

/// The services by the names doctor gives them, and the setting each address goes into.
const SERVICES: [(&str, &str); 4] = [
    ("postgres", "MARU_BACKEND_POSTGRES_URL"),
    ("mongodb", "MARU_BACKEND_MONGODB_URL"),
    ("redis", "MARU_BACKEND_REDIS_NODES"),
    ("kafka", "MARU_BACKEND_KAFKA_BROKERS"),
];

/// The object store, whose settings are more than one.
const S3: &str = "s3";

/// The variable with the folder given to `script/services start`, so that a test may stop them.
const FOLDER: &str = "MARU_TEST_SERVICES";

/// Where the services are, by name.
type Addresses = BTreeMap<&'static str, String>;

struct Test {
    name: &'static str,
    needs: &'static [&'static str],
    run: fn(&Addresses),
}

/// In this order: the last ones stop the services.
const TESTS: &[Test] = &[
    Test {
        name: "postgres_is_well",
        needs: &["postgres"],
        run: |at| well(at, "postgres", "PostgreSQL "),
    },
    Test {
        name: "mongodb_is_well",
        needs: &["mongodb"],
        run: |at| well(at, "mongodb", "MongoDB "),
    },
    Test {
        name: "redis_is_well",
        needs: &["redis"],
        run: |at| well(at, "redis", "Redis "),
    },
    Test {
        name: "kafka_is_well",
        needs: &["kafka"],
        run: |at| well(at, "kafka", "Kafka"),
    },
    #[cfg(feature = "s3")]
    Test {
        name: "s3_is_well",
        needs: &[S3],
        run: s3_is_well,
    },
    #[cfg(feature = "s3")]
    Test {
        name: "s3_keeps_what_a_store_of_bytes_promises",
        needs: &[S3],
        run: |at| pictures::conforms(&at[S3]),
    },
    #[cfg(feature = "s3")]
    Test {
        name: "a_picture_lives_on_s3",
        needs: &[S3],
        run: |at| pictures::a_picture_lives_there(&at[S3]),
    },
    Test {
        name: "postgres_is_operated_by_hand",
        needs: &["postgres"],
        run: |at| operate::by_hand(&at["postgres"]),
    },
    Test {
        name: "postgres_that_may_lose_writes_is_wrong",
        needs: &["postgres"],
        run: careless_postgres,
    },
    Test {
        name: "postgres_without_the_database_is_wrong",
        needs: &["postgres"],
        run: missing_database,
    },
    Test {
        name: "mongodb_asked_for_less_is_wrong",
        needs: &["mongodb"],
        run: weak_mongodb,
    },
    Test {
        name: "redis_that_evicts_is_wrong",
        needs: &["redis"],
        run: evicting_redis,
    },
    Test {
        name: "one_stopped_service_is_wrong_and_the_others_well",
        needs: &["redis", "postgres", FOLDER],
        run: one_stopped,
    },
    Test {
        name: "all_stopped_services_are_wrong",
        needs: &[FOLDER],
        run: all_stopped,
    },
];

fn main() -> ExitCode {
    // The only one in this process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let at = addresses();
    if at.is_empty() {
        println!(
            "no MARU_TEST_* variable says where services are: script/test backends starts them"
        );
    }
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for test in TESTS.iter().filter(|_| !at.is_empty()) {
        let missing: Vec<_> = test
            .needs
            .iter()
            .filter(|need| !at.contains_key(*need))
            .collect();
        if !missing.is_empty() {
            ignored += 1;
            println!("test {} ... ignored, not there: {missing:?}", test.name);
        } else if catch_unwind(AssertUnwindSafe(|| (test.run)(&at))).is_ok() {
            passed += 1;
            println!("test {} ... ok", test.name);
        } else {
            failed += 1;
            println!("test {} ... FAILED", test.name);
        }
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

// Only config reads the environment in the program; these variables speak to the tests.
#[allow(clippy::disallowed_methods)]
fn addresses() -> Addresses {
    let services = SERVICES
        .iter()
        .map(|(name, _)| *name)
        .chain([S3])
        .map(|name| (name, format!("MARU_TEST_{}", name.to_uppercase())));
    services
        .chain([(FOLDER, FOLDER.to_owned())])
        .filter_map(|(name, variable)| Some((name, std::env::var(variable).ok()?)))
        .collect()
}

fn setting(name: &str) -> &'static str {
    SERVICES
        .iter()
        .find(|(service, _)| *service == name)
        .unwrap()
        .1
}

/// Examines every service there is.
fn everything(at: &Addresses) -> (Vec<&'static str>, Answer) {
    let known = SERVICES
        .iter()
        .filter_map(|(name, setting)| Some((*name, *setting, at.get(name)?)));
    let (names, settings) = known
        .map(|(name, setting, address)| (name, (setting, address.as_str())))
        .unzip();
    let settings: Vec<(&str, &str)> = settings;
    (names, doctor(&settings))
}

fn well(at: &Addresses, name: &str, version: &str) {
    let answer = doctor(&[(setting(name), &at[name])]);
    assert_eq!(answer.faults(name), "[]");
    if name == "postgres" {
        // Beside it services need the others.
        let missing = answer.faults("services");
        for other in ["mongodb_url", "redis_nodes", "kafka_brokers", "s3_bucket"] {
            assert!(missing.contains(&format!("backend.{other}")), "{missing}");
        }
    }
    assert_eq!(answer.code, Some(i32::from(name == "postgres")));
    let told = answer.of(name)["version"].as_str().unwrap();
    assert!(told.starts_with(version), "{told}");
}

#[cfg(feature = "s3")]
fn s3_is_well(at: &Addresses) {
    let settings = pictures::settings(&at[S3]);
    let variable = |key: &str| format!("MARU_{}", key.replace('.', "_").to_uppercase());
    let settings = settings.map(|(key, value)| (variable(key), value));
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let answer = doctor(&settings);
    assert_eq!(answer.faults(S3), "[]");
    assert_eq!(answer.code, Some(0));
}

fn careless_postgres(at: &Addresses) {
    let careless = format!("{}?options[synchronous_commit]=off", at["postgres"]);
    let answer = doctor(&[(setting("postgres"), &careless)]);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer
            .faults("postgres")
            .contains("synchronous_commit is off"),
        "{}",
        answer.whole
    );
}

fn missing_database(at: &Addresses) {
    let (server, _) = at["postgres"].rsplit_once('/').unwrap();
    let answer = doctor(&[(setting("postgres"), &format!("{server}/nowhere"))]);
    assert_eq!(answer.code, Some(1));
    let told = "cannot connect: database \\\"nowhere\\\" does not exist";
    assert!(answer.faults("postgres").contains(told), "{}", answer.whole);
}

fn weak_mongodb(at: &Addresses) {
    let weak = format!("{}?w=1", at["mongodb"]);
    let answer = doctor(&[(setting("mongodb"), &weak)]);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.faults("mongodb").contains("asks for a weaker w"),
        "{}",
        answer.whole
    );
}

fn evicting_redis(at: &Addresses) {
    let node = at["redis"].split(',').next().unwrap();
    let set_policy = |policy: &str| {
        let mut redis = TcpStream::connect(node).unwrap();
        write!(redis, "CONFIG SET maxmemory-policy {policy}\r\n").unwrap();
        let mut answer = [0; 5];
        redis.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"+OK\r\n");
    };
    set_policy("allkeys-lru");
    let answer = doctor(&[(setting("redis"), &at["redis"])]);
    set_policy("noeviction");
    assert_eq!(answer.code, Some(1));
    let faults = answer.faults("redis");
    assert!(
        faults.contains(&format!("{node} evicts by allkeys-lru")),
        "{faults}"
    );
}

fn one_stopped(at: &Addresses) {
    stop(at, &["redis"]);
    let (names, answer) = everything(at);
    assert_eq!(answer.code, Some(1));
    for name in names {
        assert_eq!(
            answer.faults(name) != "[]",
            name == "redis",
            "{name}: {}",
            answer.whole
        );
    }
}

fn all_stopped(at: &Addresses) {
    stop(at, &[]);
    let (names, answer) = everything(at);
    assert_eq!(answer.code, Some(1));
    for name in names {
        assert!(
            answer.faults(name).contains("refused"),
            "{name}: {}",
            answer.whole
        );
    }
}

fn stop(at: &Addresses, names: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("script/services");
    let stopped = Command::new(script)
        .arg("stop")
        .arg(&at[FOLDER])
        .args(names)
        .status()
        .unwrap();
    assert!(stopped.success());
}
