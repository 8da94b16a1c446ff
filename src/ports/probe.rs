//! Asking a backend whether it can carry what Maru promises people.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;

const PROBLEM_CHARS_MAX: usize = 300;

/// One backend, examined from outside.
///
/// Each examination connects afresh, signs in as the server would, and tries what the server will rely on: nothing is
/// taken from a cache or on trust. What it writes it removes again, under names no service uses. It tells everything it
/// finds wrong, not the first thing only, and never a credential.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Examines the backend, telling into `finding` as it learns, so that what is known outlives a cancelled
    /// examination. It answers within about `patience`, and stops when it is dropped.
    ///
    /// # Errors
    ///
    /// The fault that made further examination impossible; no connection, for one.
    async fn examine(&self, finding: &mut Finding, patience: Duration) -> Result<(), Fault>;
}

/// What an examination found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// The product and its version, as it says itself.
    pub version: Option<String>,
    /// What else is worth knowing: how many nodes, which schema.
    pub detail: Option<String>,
    /// What is wrong; empty where all is well.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, on one line.
    pub problem: String,
    /// What to do, on one line.
    pub remedy: String,
}

impl Fault {
    /// A fault in these words, kept to one line.
    pub fn new(problem: impl AsRef<str>, remedy: impl Into<String>) -> Self {
        let line = problem
            .as_ref()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let mut problem: String = line.chars().take(PROBLEM_CHARS_MAX).collect();
        if problem.len() < line.len() {
            problem.push('…');
        }
        Self {
            problem,
            remedy: remedy.into(),
        }
    }

    /// A fault that an error tells of: the error and what caused it.
    pub fn caused(doing: &str, error: &dyn Error, remedy: impl Into<String>) -> Self {
        let mut told = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let more = error.to_string();
            // Many errors quote their cause already.
            if !told.contains(&more) {
                told = format!("{told}: {more}");
            }
            cause = error.source();
        }
        Self::new(format!("{doing}: {told}"), remedy)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Fault, PROBLEM_CHARS_MAX};

    #[derive(Debug, thiserror::Error)]
    #[error("{told}")]
    struct Outer {
        told: &'static str,
        source: io::Error,
    }

    #[test]
    fn a_fault_tells_each_cause_once_and_on_one_line() {
        let error = |told| Outer {
            told,
            source: io::Error::other("refused\n  by peer"),
        };
        let fault = Fault::caused("cannot connect", &error("no way"), "start it");
        assert_eq!(fault.problem, "cannot connect: no way: refused by peer");
        let fault = Fault::caused(
            "cannot connect",
            &error("no way (refused\n  by peer)"),
            "start it",
        );
        assert_eq!(fault.problem, "cannot connect: no way (refused by peer)");
    }

    #[test]
    fn a_fault_is_bounded_in_characters() {
        let fault = Fault::new("마".repeat(PROBLEM_CHARS_MAX * 2), "shorten it");
        assert_eq!(fault.problem.chars().count(), PROBLEM_CHARS_MAX + 1);
    }
}
