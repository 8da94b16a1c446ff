//! The Redis Cluster of the tests: one that was started for all of them, or one of its own for a test that harms it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

/// The nodes of the cluster that was started for tests; none, said loudly, where there is none.
pub(crate) fn shared() -> Option<String> {
    let set = |variable: &str| std::env::var(variable).ok();
    let nodes = set("MARU_TEST_REDIS");
    if nodes.is_none() {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        let asked = set("MARU_TEST_SERVICES").is_some() && set("CI").as_deref() == Some("true");
        assert!(!asked, "{test} needs MARU_TEST_REDIS");
        // Straight to where nothing captures it.
        let said = format!("NOT RUN: {test} needs MARU_TEST_REDIS; see script/test-backends\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    nodes
}

/// A cluster of a test's own.
pub(crate) struct Own {
    folder: TempDir,
    nodes: Vec<String>,
}

impl Own {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        services("start", folder.path());
        let env = std::fs::read_to_string(folder.path().join("env")).unwrap();
        let nodes = env
            .lines()
            .find_map(|line| line.strip_prefix("MARU_TEST_REDIS="));
        let nodes = nodes.expect("the cluster's nodes").split(',');
        let nodes = nodes.map(str::to_owned).collect();
        Self { folder, nodes }
    }

    pub(crate) fn address(&self) -> String {
        self.nodes.join(",")
    }

    /// Everything it keeps is gone.
    pub(crate) fn flush(&self) {
        for node in &self.nodes {
            assert!(ask(node, "FLUSHALL").starts_with("+OK"));
        }
    }

    /// The master with this key dies without a word.
    pub(crate) fn kill_master_of(&self, key: &str) {
        let slot = ask(&self.nodes[0], &format!("CLUSTER KEYSLOT {key}"));
        let slot = slot.lines().next().expect("an answer");
        let slot: u32 = slot.trim_start_matches(':').parse().unwrap();
        let slots = ask(&self.nodes[0], "CLUSTER NODES");
        let owner = slots.lines().find_map(|line| {
            let mut words = line.split(' ');
            let address = words.nth(1)?.split('@').next()?;
            let mut ranges = words.skip(6);
            let mine = ranges.any(|range| {
                let (from, to) = range.split_once('-').unwrap_or((range, range));
                let bound = |text: &str| text.parse::<u32>().ok();
                bound(from)
                    .zip(bound(to))
                    .is_some_and(|(from, to)| (from..=to).contains(&slot))
            });
            mine.then(|| address.to_owned())
        });
        let server = ask(&owner.expect("a master with this slot"), "INFO server");
        let pid = server
            .lines()
            .find_map(|line| line.strip_prefix("process_id:"))
            .expect("its process id");
        let killed = Command::new("kill").args(["-9", pid.trim()]).status();
        assert!(killed.unwrap().success());
    }

    /// Whatever is dead comes back where it was.
    pub(crate) fn again(&self) {
        services("again", self.folder.path());
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        services("stop", self.folder.path());
    }
}

fn services(what: &str, folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("script/services");
    let done = Command::new(script)
        .arg(what)
        .arg(folder)
        .arg("redis")
        .status();
    assert!(done.unwrap().success(), "script/services {what}");
}

/// One command, and the answer as it is on the wire.
fn ask(node: &str, command: &str) -> String {
    let mut redis = TcpStream::connect(node).unwrap();
    redis
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    redis
        .write_all(format!("{command}\r\nQUIT\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    redis.read_to_string(&mut answer).unwrap();
    answer
}
