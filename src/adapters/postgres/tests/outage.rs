//! A database that goes away and comes back, under load: what was acknowledged is there, what was not may be asked again,
//! and nobody starts anything anew but the database.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::adapters::test_service;
use crate::domain::clock::Clock;
use crate::domain::id::UserId;
use crate::ports::user::Admission;
use crate::ports::user::conformance::{identity, new_user};

/// Who writes at once; more than there are connections.
const WRITERS: usize = 8;

const CONNECTIONS: u32 = 6;

/// So many are acknowledged before each outage.
const BEFORE: usize = 40;

/// The longest anybody waits for an answer: for a connection, and for each try of a step.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A database server of the test's own, which it may kill.
struct Own {
    folder: tempfile::TempDir,
}

impl Own {
    fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = Self { folder };
        // The database runs as a user of its own.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(own.folder.path(), open).unwrap();
        own.services("start");
        own
    }

    fn services(&self, action: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("script/services");
        let mut command = Command::new(script);
        command.arg(action).arg(self.folder.path()).arg("postgres");
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "services {action}: {said}");
    }

    /// Sends all its processes a signal.
    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.path().join("postgres.pids")).unwrap();
        let mut command = Command::new("bash");
        command.args(["-c", "kill -s \"$1\" \"$2\" $(pgrep -P \"$2\")", "-", name]);
        assert!(command.arg(pid.trim()).status().unwrap().success());
    }

    /// Ends it, one way or another, and has it come back after a while; or only has it say nothing for as long.
    async fn is_away(&self, how: &str, a_while: Duration) {
        let (ends, begins): (&dyn Fn(), &dyn Fn()) = match how {
            "freeze" => (&|| self.signal("STOP"), &|| self.signal("CONT")),
            _ => (&|| self.services(how), &|| self.services("again")),
        };
        tokio::task::block_in_place(ends);
        tokio::time::sleep(a_while).await;
        tokio::task::block_in_place(begins);
    }

    fn options(&self) -> PgConnectOptions {
        let env = std::fs::read_to_string(self.folder.path().join("env")).unwrap();
        let address = env.trim().strip_prefix("MARU_TEST_POSTGRES=").unwrap();
        address.parse().unwrap()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.signal("CONT");
        }
        self.services("stop");
    }
}

/// What the writers were answered.
#[derive(Default)]
struct Answers {
    acknowledged: Mutex<Vec<(String, UserId)>>,
    refused: AtomicU32,
    longest_ms: AtomicU32,
    enough: AtomicBool,
}

impl Answers {
    fn number(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    async fn until(&self, number: usize) {
        while self.number() < number {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Lets people in one after the other; whoever is not let in is brought again until they are.
async fn write(store: &Postgres, writer: usize, answers: &Answers) {
    let clock = Clock::start();
    for n in 0.. {
        if answers.enough.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("w{writer}_{n}");
        let admitted = loop {
            let began = clock.wall();
            let (identity, new) = (identity(&name), new_user(&[&name]));
            let answer = store.admit(&identity, &new);
            let answer = tokio::time::timeout(ANSWER_MAX, answer).await;
            let waited = u32::try_from(clock.wall().0 - began.0).unwrap();
            answers.longest_ms.fetch_max(waited, Ordering::Relaxed);
            match answer.expect("there is an answer in time, whatever it is") {
                Ok(admitted) => break admitted,
                Err(error) => {
                    answers.refused.fetch_add(1, Ordering::Relaxed);
                    // What is said of a store that is not there, and nothing about what was written.
                    let said = format!("{error:?}");
                    assert!(
                        said.contains("Nothing(") || said.contains("Unknown("),
                        "{said}"
                    );
                    assert!(!said.contains(&name), "{said}");
                }
            }
        };
        let (Admission::Created(user) | Admission::Existing(user)) = admitted else {
            panic!("{name} is new, or came before, yet {admitted:?}");
        };
        answers.acknowledged.lock().unwrap().push((name, user.id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[allow(clippy::print_stderr, reason = "what it came to is worth knowing")]
async fn a_database_that_goes_away_and_comes_back_is_survived() {
    if test_service::address("POSTGRES").is_none() {
        return;
    }
    let own = tokio::task::block_in_place(Own::started);
    let store = Postgres::open_with(own.options(), CONNECTIONS)
        .await
        .unwrap();
    let answers = Answers::default();
    let writers = join_all((0..WRITERS).map(|writer| write(&store, writer, &answers)));
    let outages = async {
        // A short one is waited for; of a long one people are told.
        for (how, seconds) in [("kill", 0), ("stop", 1), ("kill", 8), ("freeze", 12)] {
            let refused = answers.refused.load(Ordering::Relaxed);
            answers.until(answers.number() + BEFORE).await;
            own.is_away(how, Duration::from_secs(seconds)).await;
            let clock = Clock::start();
            let (back, known) = (clock.wall(), answers.number());
            answers.until(known + WRITERS).await;
            let refused = answers.refused.load(Ordering::Relaxed) - refused;
            eprintln!(
                "{how}, away for {seconds} s: {known} acknowledged by then, {refused} refused, going on {} ms after",
                clock.wall().0 - back.0
            );
            assert!(seconds < 8 || refused > 0, "nobody was told");
        }
        answers.until(answers.number() + BEFORE).await;
        answers.enough.store(true, Ordering::Relaxed);
    };
    tokio::join!(writers, outages);
    let acknowledged = answers.acknowledged.into_inner().unwrap();
    let mut lost = 0;
    for (name, id) in &acknowledged {
        let there = store.by_identity(&identity(name)).await.unwrap();
        lost += u32::from(there.is_none_or(|user| user.id != *id));
    }
    let there = count(&store, "account").await;
    eprintln!(
        "acknowledged {}, lost {lost}, doubled {}, longest answer {} ms",
        acknowledged.len(),
        there - i64::try_from(acknowledged.len()).unwrap(),
        answers.longest_ms.into_inner()
    );
    assert_eq!(lost, 0);
    assert_eq!(there, i64::try_from(acknowledged.len()).unwrap());
    store.disconnect().await;
}
