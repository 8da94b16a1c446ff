//! Rooms asked from elsewhere than a connection: what operators see, and what owners decide. Never waited for
//! without end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::actor::{Asked, Command};
use super::outbox::Outbox;
use super::room::{CommandOutcome, ConnId, MemberInspection, Now, Room, RoomInspection};
use super::rooms::Rooms;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Decision;
use crate::domain::version::Expected;

/// How long a room may take to answer before it counts as stuck.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a decision may take, a claim and a save among it.
const DECISION_TIMEOUT: Duration = Duration::from_secs(10);

/// A room as known without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomFigures {
    /// Which.
    pub id: RoomId,
    /// People present, where this node owns the room.
    pub people: usize,
    /// Sessions, lost ones among them.
    pub sessions: usize,
    /// Batches the store has not confirmed.
    pub unsaved_batches: usize,
    /// Commands that wait for the room's next turn.
    pub commands_waiting: usize,
    /// How late the last turn began that time had asked for, in milliseconds.
    pub lag_ms: u64,
}

/// What a room tells of itself.
#[derive(Debug)]
pub struct RoomReport {
    /// Its name and owner, where this node owns it.
    pub card: Option<(String, UserId)>,
    /// In numbers, where this node owns it.
    pub inspection: Option<RoomInspection>,
    /// Bytes that wait for all its connections here.
    pub queue_bytes: usize,
    /// The same for the one with most.
    pub queue_bytes_max: usize,
    /// Who is in it.
    pub members: Vec<MemberReport>,
}

/// Someone in a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberReport {
    #[serde(flatten)]
    member: MemberInspection,
    /// Bytes that wait for this person's connections here.
    queue_bytes: usize,
    /// `in_step`, `behind`, or `stale` when frames were dropped and a snapshot is owed.
    lag: &'static str,
}

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

impl RoomReport {
    /// What a room's actor says when asked.
    pub(super) fn of<'a>(
        room: Option<&Room>,
        outboxes: impl Iterator<Item = (ConnId, &'a Outbox)>,
        now: Now,
    ) -> Self {
        let waiting: BTreeMap<ConnId, (usize, bool)> = outboxes
            .map(|(conn, outbox)| (conn, (outbox.waiting_bytes(), outbox.is_stale())))
            .collect();
        let members = room.map(Room::inspect_members).unwrap_or_default();
        let members = members.into_iter().map(|member| {
            let queues = member.conns.iter().filter_map(|conn| waiting.get(conn));
            let (queue_bytes, stale) = queues.fold((0, false), |(sum, any), (bytes, stale)| {
                (sum + bytes, any || *stale)
            });
            let lag = match (stale, queue_bytes) {
                (true, _) => "stale",
                (false, 0) => "in_step",
                (false, _) => "behind",
            };
            MemberReport {
                member,
                queue_bytes,
                lag,
            }
        });
        let bytes = waiting.values().map(|(bytes, _)| *bytes);
        Self {
            card: room.map(|room| (room.card().name.clone(), room.card().owner_id)),
            inspection: room.map(|room| room.inspect(now)),
            queue_bytes: bytes.clone().sum(),
            queue_bytes_max: bytes.max().unwrap_or(0),
            members: members.collect(),
        }
    }
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
