//! The task around one live room: turns commands into inputs, effects into bytes and saves.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use maru_protocol::CloseCode;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::outbox::Outbox;
use super::room::{ConnId, Effect, Input, Now, Room};
use crate::domain::clock::Clock;
use crate::ports::room::{RoomSave, RoomStore, SaveOutcome, StoreError};

/// Between two tries of a save whose outcome is not known.
const RETRY_FIRST: Duration = Duration::from_millis(50);

/// The longest wait between two tries.
const RETRY_MAX: Duration = Duration::from_secs(2);

/// Tries of one save before the room is given up; about 20 seconds.
const TRIES_MAX: u32 = 14;

/// What a connection tells its room.
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
    /// Everything else.
    Input(Input),
}

/// The running side of a room.
pub struct RoomActor {
    room: Room,
    commands: mpsc::Receiver<Command>,
    outboxes: HashMap<ConnId, Arc<Outbox>>,
    store: Arc<dyn RoomStore>,
    clock: Clock,
    people: Arc<AtomicUsize>,
    commands_per_turn_max: usize,
    saving: Option<BoxFuture<'static, Result<SaveOutcome, StoreError>>>,
    effects: Vec<Effect>,
}

impl std::fmt::Debug for RoomActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomActor")
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

enum Turn {
    Command(Option<Command>),
    Saved(Result<SaveOutcome, StoreError>),
    Due,
    Stop,
}

impl RoomActor {
    /// An actor ready to run.
    pub fn new(
        room: Room,
        commands: mpsc::Receiver<Command>,
        store: Arc<dyn RoomStore>,
        clock: Clock,
        people: Arc<AtomicUsize>,
        commands_per_turn_max: usize,
    ) -> Self {
        Self {
            room,
            commands,
            outboxes: HashMap::new(),
            store,
            clock,
            people,
            commands_per_turn_max,
            saving: None,
            effects: Vec::new(),
        }
    }

    /// Runs until the room is idle, abandoned, or the server stops and everything is saved.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut stopping = false;
        loop {
            let turn = self.next_turn(&stop, stopping).await;
            match turn {
                Turn::Command(Some(command)) => self.take(command),
                Turn::Command(None) => break,
                Turn::Saved(result) => self.take_save(result),
                Turn::Due => {}
                Turn::Stop => {
                    stopping = true;
                    self.commands.close();
                    self.feed(Input::Drain);
                }
            }
            for _ in 1..self.commands_per_turn_max {
                let Ok(command) = self.commands.try_recv() else {
                    break;
                };
                self.take(command);
            }
            let now = self.now();
            self.room.settle(now, &mut self.effects);
            let abandoned = self.perform();
            self.people.store(self.room.people(), Ordering::Relaxed);
            if abandoned || (stopping && self.room.is_saved()) || self.room.is_idle(now.tick) {
                break;
            }
        }
        self.people.store(0, Ordering::Relaxed);
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
    }

    async fn next_turn(&mut self, stop: &CancellationToken, stopping: bool) -> Turn {
        let now = self.clock.tick();
        let wait = self
            .room
            .deadline()
            .map(|due| Duration::from_millis(due.since_ms(now)));
        let due = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let saving = async {
            match &mut self.saving {
                Some(saving) => saving.await,
                None => std::future::pending().await,
            }
        };
        // Answers of the store first: they release acks and the next save. The clock before commands, so
        // that a flood of commands cannot hold back a flush.
        tokio::select! {
            biased;
            result = saving => Turn::Saved(result),
            () = stop.cancelled(), if !stopping => Turn::Stop,
            () = due, if !stopping => Turn::Due,
            command = self.commands.recv(), if !stopping => Turn::Command(command),
        }
    }

    fn now(&self) -> Now {
        Now {
            tick: self.clock.tick(),
            wall: self.clock.wall(),
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Enter {
                input,
                conn,
                outbox,
            } => {
                self.outboxes.insert(conn, outbox);
                self.feed(input);
            }
            Command::Input(input) => {
                if let Input::Lost { conn } | Input::Leave { conn } = &input {
                    let conn = *conn;
                    self.feed(input);
                    self.perform();
                    self.outboxes.remove(&conn);
                } else {
                    self.feed(input);
                }
            }
        }
    }

    fn feed(&mut self, input: Input) {
        let now = self.now();
        self.room.handle(input, now, &mut self.effects);
    }

    fn take_save(&mut self, result: Result<SaveOutcome, StoreError>) {
        self.saving = None;
        match result {
            Ok(outcome) => self.feed(Input::Saved(outcome)),
            Err(error) => {
                tracing::error!(%error, "a room is given up because its store does not answer");
                self.feed(Input::SaveFailed);
            }
        }
    }

    /// Carries the effects out; true when the room is to be forgotten.
    fn perform(&mut self) -> bool {
        let mut abandoned = false;
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Send { conn, bytes } => {
                    if let Some(outbox) = self.outboxes.get(&conn) {
                        outbox.send(bytes);
                    }
                }
                Effect::Resync { conn, bytes } => {
                    if let Some(outbox) = self.outboxes.get(&conn) {
                        outbox.resync(bytes);
                    }
                }
                Effect::Flush {
                    conns,
                    bytes,
                    reliable_bytes,
                } => {
                    for outbox in conns.iter().filter_map(|conn| self.outboxes.get(conn)) {
                        outbox.send_flush(&bytes, reliable_bytes);
                    }
                }
                Effect::Close { conn, code } => {
                    if let Some(outbox) = self.outboxes.remove(&conn) {
                        outbox.close(code);
                    }
                }
                Effect::Save(save) => {
                    self.saving = Some(Box::pin(save_surely(self.store.clone(), *save)));
                }
                Effect::Abandon => abandoned = true,
            }
        }
        abandoned
    }
}

/// Saves, and when the outcome is unknown finds it out: if the store holds this save it is done, else the same
/// save is tried again. Only a definite answer, or no answer for long, comes back.
async fn save_surely(store: Arc<dyn RoomStore>, save: RoomSave) -> Result<SaveOutcome, StoreError> {
    let mut wait = RETRY_FIRST;
    let mut tries = 1;
    loop {
        let unknown = match store.save(save.clone()).await {
            Err(StoreError::Unknown(detail)) => detail,
            definite => return definite,
        };
        if tries == TRIES_MAX {
            return Err(StoreError::Unknown(unknown));
        }
        tries += 1;
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_MAX);
        match store.last_save(save.room).await {
            Ok(Some((epoch, save_no))) if (epoch, save_no) == (save.epoch, save.save_no) => {
                return Ok(SaveOutcome::Saved);
            }
            Ok(Some((epoch, _))) if epoch > save.epoch => return Ok(SaveOutcome::Fenced),
            Ok(None) => return Ok(SaveOutcome::Fenced),
            // Not there, or no answer yet: the same save again.
            Ok(Some(_)) | Err(_) => {}
        }
    }
}
