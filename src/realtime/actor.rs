//! The task around one room of this node: turns commands into inputs, actions into bytes and store calls.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use maru_protocol::CloseCode;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ask::Ask;
use super::fanout::{Fanout, FanoutParts};
use super::host::{Action, At, Host, HostInput, StoreAnswer, StoreCall};
use super::metrics::{LiveMetrics, RoomGauges};
use super::outbox::Outbox;
use super::relay::Message;
use super::report::RoomReport;
use super::room::{CommandNo, CommandOutcome, ConnId, Input, Now};
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{Decision, Visibility};
use crate::domain::version::Expected;
use crate::ports::relay::Relay;
use crate::ports::room::{RoomStore, StoreError};

/// What a room is told.
#[derive(Debug)]
pub enum Command {
    /// The first input of a connection, with the way to answer it.
    Enter {
        /// What to tell the room.
        input: Input,
        /// Which connection.
        conn: ConnId,
        /// Its write side.
        outbox: Arc<Outbox>,
    },
    /// Everything else of a connection.
    Input(Input),
    /// What another node says.
    Relay(Message),
    /// The owner decides from elsewhere than a connection.
    Decide(Box<Asked>),
    /// The store has the room otherwise than this node: it is given up.
    Recall,
    /// The store has shut the room: it is given up, and its members are told.
    Shut,
    /// Somebody who operates the node wants to know how the room is.
    Inspect(oneshot::Sender<RoomReport>),
}

/// A decision from elsewhere than a connection, and who waits for its outcome. Dropped when the room cannot tell.
#[derive(Debug)]
pub struct Asked {
    /// Who decides.
    pub by: UserId,
    /// Their name.
    pub name: String,
    /// What.
    pub decision: Box<Decision>,
    /// The rules it is made for.
    pub expected: Expected,
    /// Who waits.
    pub answer: oneshot::Sender<CommandOutcome>,
}

/// What an actor shares with the rest of its node.
#[derive(Clone)]
pub struct ActorParts {
    /// Where rooms are durable.
    pub store: Arc<dyn RoomStore>,
    /// The way to other nodes.
    pub relay: Arc<dyn Relay>,
    /// The process's clocks.
    pub clock: Clock,
    /// Until when, in ticks, this node may act as an owner.
    pub serves_until: Arc<AtomicU64>,
    /// How often that had come before the lease was renewed.
    pub lapses: Arc<AtomicU64>,
    /// What the rooms of the node have done.
    pub metrics: Arc<LiveMetrics>,
    /// How long a room waits for its store.
    pub store_within: Duration,
    /// Where the tasks of very large rooms are attached.
    pub tasks: TaskTracker,
    /// Connections above which a room is written to by tasks of its own.
    pub split_min: usize,
    /// The most such tasks.
    pub shards_max: usize,
    /// Commands taken in one turn before the room looks at its clock again.
    pub commands_per_turn_max: usize,
}

impl std::fmt::Debug for ActorParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActorParts(..)")
    }
}

/// The running side of a room.
pub struct RoomActor {
    host: Host,
    room: RoomId,
    node: NodeId,
    parts: ActorParts,
    commands: mpsc::Receiver<Command>,
    fanout: Fanout,
    gauges: Arc<RoomGauges>,
    /// Who waits for the outcome of a decision.
    answers: HashMap<CommandNo, oneshot::Sender<CommandOutcome>>,
    next_command: u64,
    call: Option<BoxFuture<'static, (u64, StoreAnswer)>>,
    actions: Vec<Action>,
}

impl std::fmt::Debug for RoomActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomActor")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

enum Turn {
    Command(Option<Command>),
    Store(u64, StoreAnswer),
    /// Time has come, so many milliseconds late.
    Due(u64),
    /// A task that writes for the room has caught up.
    CaughtUp,
    Stop,
}

impl RoomActor {
    /// An actor ready to run.
    pub fn new(
        (room, node): (RoomId, NodeId),
        host: Host,
        parts: ActorParts,
        commands: mpsc::Receiver<Command>,
        gauges: Arc<RoomGauges>,
    ) -> Self {
        let fanout = Fanout::new(FanoutParts {
            metrics: parts.metrics.clone(),
            clock: parts.clock,
            tasks: parts.tasks.clone(),
            split_min: parts.split_min,
            shards_max: parts.shards_max,
        });
        Self {
            host,
            room,
            node,
            parts,
            commands,
            fanout,
            gauges,
            answers: HashMap::new(),
            next_command: 1,
            call: None,
            actions: Vec::new(),
        }
    }

    /// Runs until this node is done with the room.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut stopping = false;
        while !self.host.is_ended() {
            match self.next_turn(&stop, stopping).await {
                Turn::Command(Some(command)) => self.take(command),
                Turn::Command(None) => break,
                Turn::Store(number, answer) => {
                    self.call = None;
                    self.feed(HostInput::Store(number, answer));
                }
                Turn::Due(late_ms) => {
                    let late_ms = late_ms.max(self.fanout.take_late_ms());
                    self.parts.metrics.late(late_ms);
                    self.host.set_lateness(late_ms);
                    self.gauges.late_ms.store(late_ms, Ordering::Relaxed);
                }
                Turn::CaughtUp => {}
                Turn::Stop => {
                    stopping = true;
                    self.feed(HostInput::Drain);
                }
            }
            for _ in 1..self.parts.commands_per_turn_max {
                let Ok(command) = self.commands.try_recv() else {
                    break;
                };
                self.take(command);
            }
            let at = self.at();
            self.host.settle(at, &mut self.actions);
            self.perform();
            self.fanout.catch_up();
            self.show();
        }
        self.show();
        self.turn_away();
    }

    /// Whoever came while the room was closing is sent to try again at once.
    fn turn_away(&mut self) {
        self.commands.close();
        while let Ok(command) = self.commands.try_recv() {
            if let Command::Enter { outbox, .. } = command {
                outbox.close(CloseCode::RoomMoved);
            }
        }
        self.fanout.close_all(CloseCode::RoomMoved);
    }

    async fn next_turn(&mut self, stop: &CancellationToken, stopping: bool) -> Turn {
        let at = self.at();
        let deadline = self.host.deadline(at);
        let wait = deadline.map(|due| Duration::from_millis(due.since_ms(at.now.tick)));
        let due = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let call = async {
            match &mut self.call {
                Some(call) => call.await,
                None => std::future::pending().await,
            }
        };
        // Answers of the store first: they release acks and the next save. The clock before commands, so
        // that a flood of commands cannot hold back a flush.
        tokio::select! {
            biased;
            (number, answer) = call => Turn::Store(number, answer),
            () = stop.cancelled(), if !stopping => Turn::Stop,
            () = due => {
                // What was due before it was known of is not late for that.
                let due = deadline.unwrap_or_default().max(at.now.tick);
                Turn::Due(self.parts.clock.tick().since_ms(due))
            }
            () = self.fanout.caught_up() => Turn::CaughtUp,
            command = self.commands.recv() => Turn::Command(command),
        }
    }

    fn at(&self) -> At {
        let clock = &self.parts.clock;
        At {
            now: Now {
                tick: clock.tick(),
                wall: clock.wall(),
            },
            // In this order: whoever reads a renewed end reads what was counted before it.
            serves_until: Tick(self.parts.serves_until.load(Ordering::Acquire)),
            lapses: self.parts.lapses.load(Ordering::Acquire),
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Enter {
                input,
                conn,
                outbox,
            } => {
                self.fanout.enter(conn, outbox);
                self.feed(HostInput::Local(input));
            }
            Command::Input(input) => {
                let lost = match &input {
                    Input::Lost { conn } => Some(*conn),
                    _ => None,
                };
                self.feed(HostInput::Local(input));
                if let Some(conn) = lost {
                    self.perform();
                    self.fanout.leave(conn);
                }
            }
            Command::Relay(message) => self.feed(HostInput::Relay(message)),
            Command::Decide(asked) => self.decide(*asked),
            // What is owed is tried to be saved, which fails where the store has fenced it off.
            Command::Recall => self.feed(HostInput::Drain),
            Command::Shut => self.feed(HostInput::Shut),
            Command::Inspect(answer) => {
                let report =
                    RoomReport::of(self.host.owned(), self.fanout.outboxes(), self.at().now);
                // Who asked may have given up waiting.
                let _ = answer.send(report);
            }
        }
    }

    fn decide(&mut self, asked: Asked) {
        let reply = CommandNo(self.next_command);
        self.next_command += 1;
        self.answers.insert(reply, asked.answer);
        // Whoever waits no longer has left its place.
        self.answers.retain(|_, answer| !answer.is_closed());
        self.feed(HostInput::Command(Ask {
            by: asked.by,
            name: asked.name,
            decision: asked.decision,
            expected: asked.expected,
            reply,
        }));
    }

    /// Leaves the room's numbers where others read them.
    fn show(&mut self) {
        let now = self.parts.clock.tick();
        for arrived in self.host.take_acknowledged() {
            self.parts.metrics.acknowledged(now.since_ms(arrived));
        }
        let (people, sessions, unsaved) = self.host.figures();
        self.gauges.people.store(people, Ordering::Relaxed);
        let owned = self.host.owned().is_some();
        self.gauges.owned.store(owned, Ordering::Relaxed);
        let card = self.host.card();
        let public = card.is_some_and(|card| card.access.visibility == Visibility::Public);
        self.gauges.public.store(public, Ordering::Relaxed);
        self.gauges.sessions.store(sessions, Ordering::Relaxed);
        self.gauges
            .unsaved_batches
            .store(unsaved, Ordering::Relaxed);
    }

    fn feed(&mut self, input: HostInput) {
        let at = self.at();
        self.host.handle(input, at, &mut self.actions);
    }

    fn perform(&mut self) {
        for action in std::mem::take(&mut self.actions) {
            match action {
                Action::Send(conn, bytes) => self.fanout.send(conn, bytes),
                Action::Resync(conn, bytes) => self.fanout.resync(conn, bytes),
                Action::Flush(conns, bytes, reliable_bytes) => {
                    self.fanout.flush(&conns, &bytes, reliable_bytes);
                }
                Action::Close(conn, code) => self.fanout.close(conn, code),
                Action::Call(number, call) => {
                    let (parts, room, node) = (self.parts.clone(), self.room, self.node);
                    self.call = Some(Box::pin(async move {
                        (number, ask(&parts, room, node, call).await)
                    }));
                }
                Action::Publish(message) => {
                    self.parts.relay.publish(message.room, message.encode());
                }
                Action::Tell(node, message) => self.parts.relay.tell(node, message.encode()),
                Action::Answer(reply, outcome) => {
                    if let Some(answer) = self.answers.remove(&reply) {
                        // Who asked may have given up waiting.
                        let _ = answer.send(outcome);
                    }
                }
                Action::Refused(limit) => self.parts.metrics.refused(limit),
                Action::End => {}
            }
        }
    }
}

async fn ask(parts: &ActorParts, room: RoomId, node: NodeId, call: StoreCall) -> StoreAnswer {
    let (store, within) = (&*parts.store, parts.store_within);
    match call {
        StoreCall::Claim => StoreAnswer::Claim(in_time(within, store.claim(room, node)).await),
        StoreCall::Save(save) => {
            let began = parts.clock.tick();
            let outcome = in_time(within, store.save(*save)).await;
            let took_ms = parts.clock.tick().since_ms(began);
            parts.metrics.saved(&outcome, took_ms);
            StoreAnswer::Save(outcome)
        }
        StoreCall::LastSave => StoreAnswer::LastSave(in_time(within, store.last_save(room)).await),
        StoreCall::Release(epoch) => {
            let released = in_time(within, store.release(room, epoch, node)).await;
            StoreAnswer::Release(released)
        }
    }
}

/// What a store says; when it says nothing in time, it may or may not have done it.
async fn in_time<T>(
    within: Duration,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(within, call).await {
        Ok(answer) => answer,
        Err(_) => {
            let within_ms = within.as_millis();
            tracing::warn!(within_ms, "a room's store does not answer");
            Err(StoreError::Unknown("no answer in time".to_owned()))
        }
    }
}
