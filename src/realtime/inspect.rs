//! Rooms asked from elsewhere than a connection: what operators see, and what owners decide. Never waited for
//! without end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::actor::{Asked, Command};
use super::report::RoomReport;
use super::room::CommandOutcome;
use super::rooms::Rooms;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Decision;
use crate::domain::version::Expected;

/// How long a room may take to answer before it counts as stuck.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a decision may take, a claim and a save among it.
const DECISION_TIMEOUT: Duration = Duration::from_secs(10);

/// What came of asking a room.
#[derive(Debug)]
pub enum Inspected {
    /// It is not live on this node.
    NotLive,
    /// It did not answer in time.
    Stuck,
    /// What it says.
    Report(Box<RoomReport>),
}

/// What came of a decision handed to a room.
#[derive(Debug)]
pub enum Decided {
    /// Saved, or refused for good.
    Known(CommandOutcome),
    /// The room cannot be reached, or went before it could tell.
    Unreachable,
}

impl Rooms {
    /// Hands a decision of a room's owner, made for these rules, to the room, opened if need be, and waits until it is
    /// saved or refused.
    pub async fn decide(
        self: &Arc<Self>,
        room: RoomId,
        (by, name): (UserId, String),
        decision: Decision,
        expected: Expected,
    ) -> Decided {
        let Ok(handle) = self.open(room) else {
            return Decided::Unreachable;
        };
        let (answer, answered) = oneshot::channel();
        let decision = Box::new(decision);
        let asked = Asked {
            by,
            name,
            decision,
            expected,
            answer,
        };
        let deciding = async {
            let told = handle.tell(Command::Decide(Box::new(asked))).await;
            let outcome = answered.await;
            told.then_some(outcome.ok()).flatten()
        };
        match tokio::time::timeout(DECISION_TIMEOUT, deciding).await {
            Ok(Some(outcome)) => Decided::Known(outcome),
            Ok(None) | Err(_) => Decided::Unreachable,
        }
    }

    /// Asks a room about itself.
    pub async fn inspect(&self, room: RoomId) -> Inspected {
        let Some(handle) = self.handle(room) else {
            return Inspected::NotLive;
        };
        let (answer, answered) = oneshot::channel();
        let asking = async {
            let told = handle.tell(Command::Inspect(answer)).await;
            let report = answered.await;
            told.then_some(report.ok()).flatten()
        };
        match tokio::time::timeout(ANSWER_TIMEOUT, asking).await {
            Ok(Some(report)) => Inspected::Report(Box::new(report)),
            Ok(None) => Inspected::NotLive,
            Err(_) => Inspected::Stuck,
        }
    }
}
