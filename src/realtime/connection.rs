//! One WebSocket: one task that moves bytes and drives the outbox. What they mean is decided by its conversation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use maru_protocol::{ServerFrame, encode_server};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::Error as WsError;
use tokio_util::sync::CancellationToken;

use super::actor::Command;
use super::conversation::{
    Conversation, First, Heard, Output, Refusal, account_gone, identify_shared, not_admitted,
    room_gone, stopping, unavailable,
};
use super::frame;
use super::gate::{Gate, Visit};
use super::limits::Limits;
use super::lines::{Line, Lines};
use super::outbox::{Driven, Outbox};
use super::quota::{ConnectionGuard, Quotas};
use super::room::{ConnId, Entry, Input};
use super::rooms::{OpenError, RoomHandle, Rooms};
use super::socket::{self, Bounds, Socket, linger, violation};
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::{RoomId, SessionId};
use crate::domain::visitor::{Bearer, Identity, Visitor};
use crate::ports::visit::{Arrival, Arrivals, Caller};
use crate::services::room::{RoomService, VisitorError};

/// What every connection of this node shares.
#[derive(Debug)]
pub struct LiveContext {
    /// The live rooms.
    pub rooms: Arc<Rooms>,
    /// Gives tickets out and lets people in.
    pub gate: Arc<Gate>,
    /// The connections of each account.
    pub lines: Arc<Lines>,
    /// What people and addresses may have of this node.
    pub quotas: Arc<Quotas>,
    /// Looks visitors up.
    pub service: RoomService,
    /// The process's clocks.
    pub clock: Clock,
    /// The bounds.
    pub limits: Arc<Limits>,
    next_conn: AtomicU64,
    /// Where word of those who were let in is left.
    arrivals: Option<Arrivals>,
}

impl LiveContext {
    /// A context with no connections yet.
    pub fn new(
        rooms: Arc<Rooms>,
        gate: Arc<Gate>,
        service: RoomService,
        clock: Clock,
        limits: Arc<Limits>,
    ) -> Self {
        let quotas = Quotas::new(limits.clone()).counted_by(rooms.metrics().clone());
        Self {
            rooms,
            gate,
            lines: Arc::default(),
            quotas: Arc::new(quotas),
            service,
            clock,
            limits,
            next_conn: AtomicU64::new(1),
            arrivals: None,
        }
    }

    /// The same, whose connections are on these lines.
    #[must_use]
    pub fn on(self, lines: Arc<Lines>) -> Self {
        Self { lines, ..self }
    }

    /// The same, which leaves word of whoever a room has let in.
    #[must_use]
    pub fn noting(self, arrivals: Arrivals) -> Self {
        Self {
            arrivals: Some(arrivals),
            ..self
        }
    }
}

/// Serves one upgraded socket until it ends.
pub async fn serve(
    context: Arc<LiveContext>,
    room: RoomId,
    guard: ConnectionGuard,
    io: TcpStream,
    read: Bytes,
) {
    let bounds = Bounds::live_room(&context.limits);
    let (outbox, socket) = match socket::open(io, read, bounds).await {
        Ok(sides) => sides,
        Err(error) => {
            tracing::warn!(%error, %room, "an upgraded socket could not be taken over");
            return;
        }
    };
    let conn = ConnId(context.next_conn.fetch_add(1, Ordering::Relaxed));
    let now = context.clock.tick();
    let conversation = Conversation::new(conn, context.limits.clone(), guard, now);
    let mut connection = Connection {
        context,
        room,
        conn,
        conversation,
        handle: None,
        visit: None,
        line: None,
        caller: None,
        arrival: None,
        outbox,
        socket,
    };
    // Coming and going are brief and their futures large: boxed, they leave the visit small.
    Box::pin(connection.join()).await;
    connection.stay().await;
    Box::pin(connection.note()).await;
    Box::pin(linger(&connection.outbox, connection.socket)).await;
}

struct Connection {
    context: Arc<LiveContext>,
    room: RoomId,
    conn: ConnId,
    conversation: Conversation,
    /// Once it is known who it is.
    handle: Option<RoomHandle>,
    /// The same, for accounts.
    visit: Option<Visit>,
    line: Option<Line>,
    /// Who it is, until the room has let them in.
    caller: Option<Caller>,
    /// Word of that, until there is a place to leave it.
    arrival: Option<Arrival>,
    outbox: Arc<Outbox>,
    socket: Socket,
}

impl Connection {
    /// Until it is known who it is, and the room has been told.
    async fn join(&mut self) {
        let context = self.context.clone();
        while self.conversation.is_awaited() {
            let mut outputs = Vec::new();
            tokio::select! {
                message = self.socket.next() => {
                    self.conversation.hear(heard(message), context.clock.tick(), &mut outputs);
                }
                now = at(context.clock, self.conversation.deadline()) => {
                    self.conversation.tick(now, &mut outputs);
                }
                () = context.rooms.stopped() => self.conversation.stopping(&mut outputs),
            }
            self.perform(outputs).await;
        }
    }

    /// The time inside: frames in, bytes out, silence noticed.
    async fn stay(&mut self) {
        let clock = self.context.clock;
        let outbox = self.outbox.clone();
        // One future for many turns: what the client sends does not put off the end of a stall.
        let mut driving = std::pin::pin!(outbox.drive());
        let login = self.visit.as_ref().map(|visit| visit.ended().clone());
        let mut login_ended = std::pin::pin!(ended(login.as_ref()));
        let line = self.line.take();
        while !self.conversation.is_over() {
            let mut outputs = Vec::new();
            tokio::select! {
                biased;
                driven = &mut driving => match driven {
                    Ok(Driven::Drained { stale }) => {
                        self.conversation.drained(stale, &mut outputs);
                        driving.set(outbox.drive());
                    }
                    Ok(Driven::Stalled) => {
                        self.context.rooms.metrics().slow_consumer();
                        self.conversation.stalled(&mut outputs);
                    }
                    Ok(Driven::Closed) | Err(_) => {
                        self.conversation.hear(Heard::Closed, clock.tick(), &mut outputs);
                    }
                },
                () = outbox.welcomed(), if self.caller.is_some() => self.arrived(),
                () = &mut login_ended => self.conversation.login_ended(&mut outputs),
                () = changed(line.as_ref()) => {
                    self.conversation.relations_changed(clock.tick(), &mut outputs);
                }
                message = self.socket.next() => {
                    self.conversation.hear(heard(message), clock.tick(), &mut outputs);
                }
                now = at(clock, self.conversation.deadline()) => {
                    self.conversation.tick(now, &mut outputs);
                }
            }
            self.perform(outputs).await;
            self.leave_word();
        }
    }

    /// The room has let them in.
    fn arrived(&mut self) {
        let (room, at) = (self.room, self.context.clock.wall());
        let who = self.caller.take();
        self.arrival = who.map(|who| Arrival { room, who, at });
    }

    /// Leaves word of it, unless too many wait: then at a later turn.
    fn leave_word(&mut self) {
        if let (Some(arrivals), Some(arrival)) = (&self.context.arrivals, self.arrival.take()) {
            self.arrival = arrivals.leave(arrival).err();
        }
    }

    /// At the end nobody is kept waiting by it: word is left of everybody who was let in.
    async fn note(&mut self) {
        if self.outbox.welcomed().now_or_never().is_some() {
            self.arrived();
        }
        if let (Some(arrivals), Some(arrival)) = (&self.context.arrivals, self.arrival.take()) {
            arrivals.wait(arrival).await;
        }
    }

    /// Does what is to be done, and what comes of that.
    async fn perform(&mut self, mut outputs: Vec<Output>) {
        while !outputs.is_empty() {
            for output in std::mem::take(&mut outputs) {
                match output {
                    Output::Send(server_frame) => {
                        self.count(&server_frame);
                        self.outbox.send(framed(&server_frame));
                    }
                    Output::Close { saying, code } => match saying {
                        Some(last) => {
                            self.count(&last);
                            self.outbox.close_saying(&framed(&last), code);
                        }
                        None => self.outbox.close_with(code),
                    },
                    Output::Tell(input) => {
                        if !self.tell(input).await {
                            self.conversation.room_gone(&mut outputs);
                        }
                    }
                    Output::Identify(first) => {
                        let found = Box::pin(self.find(first)).await;
                        let now = self.context.clock.tick();
                        self.conversation.identified(found, now, &mut outputs);
                    }
                    Output::Lookup(bearer) => {
                        let found = Box::pin(self.look_up(&bearer)).await;
                        let now = self.context.clock.tick();
                        self.conversation.looked_up(found, now, &mut outputs);
                    }
                    Output::Over => {}
                }
            }
        }
    }

    fn count(&self, server_frame: &ServerFrame) {
        if let ServerFrame::Error {
            limit: Some(limit), ..
        } = server_frame
        {
            self.context.rooms.metrics().refused(limit);
        }
    }

    /// False when the room is no longer there.
    async fn tell(&self, input: Input) -> bool {
        let Some(room) = &self.handle else {
            return false;
        };
        let command = match input {
            input @ Input::Enter { .. } => Command::Enter {
                input,
                conn: self.conn,
                outbox: self.outbox.clone(),
            },
            input => Command::Input(input),
        };
        room.tell(command).await
    }

    /// Who it is, with the room open for them.
    async fn find(&mut self, first: First) -> Result<(Box<Visitor>, Entry), Refusal> {
        let context = self.context.clone();
        let (gate, now) = (&context.gate, context.clock.wall());
        let fresh = SessionId::generate();
        let (bearer, entry) = identify_shared(first, self.room, gate, fresh, now).await?;
        self.visit = gate.visit(&bearer).map_err(not_admitted)?;
        self.conversation.admit(&bearer, context.clock.tick())?;
        if let Bearer::User { id, .. } = &bearer {
            let stay = (self.room, now);
            self.line = Some(context.lines.open(*id, stay, self.outbox.clone()));
        }
        let visitor = self.look_up(&bearer).await?;
        self.caller = context.arrivals.as_ref().map(|_| caller(&visitor));
        let handle = context
            .rooms
            .open(self.room)
            .map_err(|error| not_opened(&error))?;
        self.handle = Some(handle);
        Ok((visitor, entry))
    }

    async fn look_up(&self, bearer: &Bearer) -> Result<Box<Visitor>, Refusal> {
        let service = &self.context.service;
        let visitor = service
            .visitor(bearer, self.room, self.conversation.client())
            .await;
        visitor.map(Box::new).map_err(not_found)
    }
}

fn caller(visitor: &Visitor) -> Caller {
    match visitor.identity {
        Identity::User { id, .. } => Caller::User(id),
        Identity::Guest { id } => Caller::Guest {
            id,
            origin: visitor.origin,
        },
    }
}

fn framed(server_frame: &ServerFrame) -> Bytes {
    frame::binary(&encode_server(server_frame))
}

/// What the WebSocket library read, as the conversation hears it.
fn heard(message: Option<Result<Message, WsError>>) -> Heard {
    match message {
        Some(Ok(Message::Binary(bytes))) => Heard::Binary(bytes),
        Some(Ok(Message::Text(_))) => Heard::Text,
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Control,
        Some(Ok(Message::Close(_))) | None => Heard::Closed,
        Some(Err(error)) => violation(&error).map_or(Heard::Closed, Heard::Violation),
    }
}

/// Waits for the end of a login, if there is one.
async fn ended(login: Option<&CancellationToken>) {
    match login {
        Some(login) => login.cancelled().await,
        None => std::future::pending().await,
    }
}

/// Waits until what is known of the person is out of date, if there is an account.
async fn changed(line: Option<&Line>) {
    match line {
        Some(line) => line.changed().await,
        None => std::future::pending().await,
    }
}

/// Waits for a moment, if there is one to wait for, and says when it is.
async fn at(clock: Clock, moment: Option<Tick>) -> Tick {
    match moment {
        Some(moment) => {
            let wait = moment.since_ms(clock.tick());
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        None => std::future::pending().await,
    }
    clock.tick()
}

fn not_found(error: VisitorError) -> Refusal {
    match error {
        VisitorError::Gone => account_gone(),
        VisitorError::NoRoom => room_gone(),
        unreachable => {
            tracing::error!(error = %unreachable, "a visitor could not be looked up");
            unavailable()
        }
    }
}

const fn not_opened(error: &OpenError) -> Refusal {
    match error {
        OpenError::Stopping => stopping(),
    }
}
