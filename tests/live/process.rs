//! The real program as a process of its own, over a data folder that outlives it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;

use crate::client::DEADLINE;
use crate::front::Front;

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) front: Front,
    log: JoinHandle<()>,
}

impl Process {
    /// Starts `maru serve` and waits until it listens.
    pub(crate) async fn serve(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MARU_") {
                command.env_remove(name);
            }
        }
        // Not where a maru.toml of the developer may lie.
        command.current_dir(data).env("MARU_LOG_FORMAT", "json");
        // One person here edits on several devices, and again after each restart.
        command.env("MARU_LIVE_USER_OPS_PER_SECOND", "1000");
        command.env("MARU_LIVE_USER_OPS_BURST", "1000");
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = tokio::time::timeout(DEADLINE, address(&mut lines)).await;
        let address = listening.expect("it listens in time");
        let log = tokio::spawn(pass_on(lines));
        Self {
            child,
            front: Front::new(address),
            log,
        }
    }

    /// SIGKILL: it gets no chance to do anything.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
        self.log.await.unwrap();
    }

    /// SIGTERM, and how it ended.
    pub(crate) async fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().expect("it runs");
        let mut kill = Command::new("sh");
        kill.args(["-c", &format!("kill -TERM {pid}")]);
        assert!(kill.status().await.unwrap().success());
        let ended = tokio::time::timeout(DEADLINE, self.child.wait()).await;
        let status = ended.expect("it ends in time").unwrap();
        self.log.await.unwrap();
        status
    }
}

/// Where the server says it listens.
async fn address(lines: &mut Lines<BufReader<ChildStderr>>) -> SocketAddr {
    while let Some(line) = lines.next_line().await.unwrap() {
        let said: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
        if said["fields"]["message"] == "serving" {
            let address = said["fields"]["address"].as_str().expect("an address");
            return address.parse().unwrap();
        }
        eprintln!("{said}");
    }
    panic!("the server ended before it listened");
}

/// Shows what else it says, and keeps its pipe from filling up.
async fn pass_on(mut lines: Lines<BufReader<ChildStderr>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("{line}");
    }
}
