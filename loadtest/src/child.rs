//! The other process of a measurement: this program again, in another role, answering in JSON lines.

use std::process::Stdio;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Failure;

/// A running child. It is killed when dropped.
#[derive(Debug)]
pub struct Role {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Role {
    /// Starts this program in a role, with one JSON argument.
    pub fn start(role: &str, argument: &impl Serialize) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(role)
            .arg(serde_json::to_string(argument)?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("a child without a pipe")?;
        Ok(Self {
            process,
            output: BufReader::new(output).lines(),
        })
    }

    /// Its next line.
    pub async fn hear<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        match self.output.next_line().await? {
            Some(line) => Ok(serde_json::from_str(&line)?),
            None => Err(format!("the other process ended: {}", self.process.wait().await?).into()),
        }
    }

    /// Waits for its end.
    pub async fn end(mut self) -> Result<(), Failure> {
        let status = self.process.wait().await?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the other process: {status}").into())
        }
    }
}
