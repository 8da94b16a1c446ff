//! One WebSocket: one task that reads, checks and hands on, and drives the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use maru_protocol::{
    ClientFrame, CloseCode, ErrorCode, Op, ServerFrame, decode_client, encode_server,
};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::Message;

use super::actor::Command;
use super::frame;
use super::limits::{self, READ_BUFFER_BYTES, REFUSALS_PER_MINUTE_MAX};
use super::outbox::{Driven, Outbox, ReadSide};
use super::rate::{Allowance, Bucket};
use super::room::{ConnId, Entry, Input};
use super::rooms::{OpenError, RoomHandle, Rooms};
use super::ticket::{TicketRefusal, Tickets};
use super::token::TokenKey;
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::{RoomId, SessionId};
use crate::domain::room::Seq;
use crate::domain::visitor::Bearer;
use crate::services::room::{RoomService, VisitorError};

/// What a peer gets after a close frame to read it and hang up by itself.
const CLOSE_LINGER: Duration = Duration::from_secs(2);

/// RFC 6455, section 7.4.1: a frame that breaks the protocol.
const CLOSE_PROTOCOL_ERROR: u16 = 1_002;

/// RFC 6455, section 7.4.1: a message too big to process.
const CLOSE_TOO_BIG: u16 = 1_009;

/// What every connection of this node shares.
#[derive(Debug)]
pub struct LiveContext {
    /// The live rooms.
    pub rooms: Arc<Rooms>,
    /// The tickets given out.
    pub tickets: Tickets,
    /// Opens resume tokens.
    pub token_key: TokenKey,
    /// Looks visitors up.
    pub service: RoomService,
    /// The process's clocks.
    pub clock: Clock,
    next_conn: AtomicU64,
}

impl LiveContext {
    /// A context with no connections yet.
    pub fn new(
        rooms: Arc<Rooms>,
        token_key: TokenKey,
        service: RoomService,
        clock: Clock,
    ) -> Self {
        let tickets = Tickets::default();
        Self { rooms, tickets, token_key, service, clock, next_conn: AtomicU64::new(1) }
    }
}

type Socket = WebSocketStream<ReadSide>;

/// Why a connection ends, as far as this side decides.
enum End {
    /// The peer went, or the room closed the connection.
    Over,
    /// Say this and close.
    Refuse(ErrorCode, &'static str, u16),
}

impl End {
    fn refuse(code: ErrorCode, message: &'static str, close: CloseCode) -> Self {
        Self::Refuse(code, message, close.number())
    }
}

/// Serves one upgraded socket until it ends.
pub async fn serve(context: Arc<LiveContext>, room: RoomId, io: TcpStream, read: Bytes) {
    let stream = Arc::new(io);
    let Ok(outbox) = Outbox::new(stream.clone()).map(Arc::new) else {
        return;
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(maru_protocol::CLIENT_FRAME_BYTES_MAX))
        .max_frame_size(Some(maru_protocol::CLIENT_FRAME_BYTES_MAX));
    let side = ReadSide::new(stream, outbox.clone());
    let socket =
        WebSocketStream::from_partially_read(side, read.to_vec(), Role::Server, Some(config)).await;
    let conn = ConnId(context.next_conn.fetch_add(1, Ordering::Relaxed));
    let connection = Connection { context, room, conn, outbox, socket };
    connection.run().await;
}

struct Connection {
    context: Arc<LiveContext>,
    room: RoomId,
    conn: ConnId,
    outbox: Arc<Outbox>,
    socket: Socket,
}

impl Connection {
    async fn run(mut self) {
        let end = match self.join().await {
            Ok(room) => self.stay(room).await,
            Err(end) => end,
        };
        if let End::Refuse(code, message, close) = end {
            self.refuse(code, message, None, None);
            self.outbox.close_with(close);
        }
        self.linger().await;
    }

    /// Reads the first frame, finds out who it is and knocks at the room.
    async fn join(&mut self) -> Result<RoomHandle, End> {
        let late = || {
            let message = "the first frame did not come in time";
            End::refuse(ErrorCode::JoinExpected, message, CloseCode::JoinTimeout)
        };
        let first = tokio::time::timeout(limits::JOIN_TIMEOUT, self.first_frame());
        let first = first.await.map_err(|_| late())??;
        let (bearer, entry) = self.identify(first)?;
        let visitor = self.context.service.visitor(&bearer).await.map_err(visitor_refused)?;
        let room = self.context.rooms.open(self.room).await.map_err(open_refused)?;
        let input = Input::Enter { conn: self.conn, visitor: Box::new(visitor), entry };
        let enter = Command::Enter { input, conn: self.conn, outbox: self.outbox.clone() };
        if room.tell(enter).await {
            Ok(room)
        } else {
            // The room closed in this moment; the next try opens it anew.
            self.outbox.close(CloseCode::RoomMoved);
            Err(End::Over)
        }
    }

    async fn first_frame(&mut self) -> Result<ClientFrame, End> {
        loop {
            let message = self.socket.next().await.ok_or(End::Over)?.map_err(read_failed)?;
            match message {
                Message::Binary(bytes) => {
                    return decode_client(&bytes).map_err(|error| {
                        tracing::debug!(%error, "first frame refused");
                        let message = "the first frame is no maru.v1 frame";
                        End::refuse(ErrorCode::MalformedFrame, message, CloseCode::Protocol)
                    });
                }
                Message::Text(_) => {
                    let message = "frames are binary";
                    return Err(End::refuse(ErrorCode::TextFrame, message, CloseCode::Protocol));
                }
                Message::Close(_) => return Err(End::Over),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    fn identify(&self, first: ClientFrame) -> Result<(Bearer, Entry), End> {
        match first {
            ClientFrame::Join { ticket, avatar } => {
                let now = self.context.clock.tick();
                let bearer = self.context.tickets.redeem(&ticket, self.room, now);
                let bearer = bearer.map_err(|refusal| match refusal {
                    TicketRefusal::Invalid => {
                        let message = "unknown or used ticket, or one for another room";
                        End::refuse(ErrorCode::TicketInvalid, message, CloseCode::TicketInvalid)
                    }
                    TicketRefusal::Expired => {
                        let message = "the ticket is too old";
                        End::refuse(ErrorCode::TicketExpired, message, CloseCode::TicketExpired)
                    }
                })?;
                Ok((bearer, Entry::Join { session: SessionId::generate(), avatar }))
            }
            ClientFrame::Resume { token, have, avatar } => {
                let claims = self.context.token_key.open(&token, self.context.clock.wall());
                let claims = claims.filter(|claims| claims.room == self.room).ok_or_else(|| {
                    let message = "the resume token is not whole, too old, or another room's";
                    End::refuse(ErrorCode::ResumeRefused, message, CloseCode::ResumeRefused)
                })?;
                let (session, generation) = (claims.session, claims.generation);
                Ok((claims.bearer, Entry::Resume { session, generation, have, avatar }))
            }
            _ => {
                let message = "send Join or Resume first";
                Err(End::refuse(ErrorCode::JoinExpected, message, CloseCode::Protocol))
            }
        }
    }

    /// The time inside: frames in, bytes out, silence noticed.
    async fn stay(&mut self, room: RoomHandle) -> End {
        let clock = self.context.clock;
        let mut meter = Meter::new(clock.tick());
        let mut heard = clock.tick();
        let mut pinged = heard;
        let mut is_first = true;
        let outbox = self.outbox.clone();
        let end = loop {
            let quiet_ms = clock.tick().since_ms(heard.max(pinged));
            let wait = limits::HEARTBEAT_MS.saturating_sub(quiet_ms).max(1);
            tokio::select! {
                biased;
                driven = outbox.drive() => match driven {
                    Ok(Driven::Drained { stale }) => {
                        self.tell(&room, Input::Drained { conn: self.conn, stale }).await;
                    }
                    Ok(Driven::Closed) | Err(_) => break End::Over,
                    Ok(Driven::Stalled) => {
                        let message = "nothing was read for too long";
                        break End::refuse(ErrorCode::SlowConsumer, message, CloseCode::SlowConsumer);
                    }
                },
                message = self.socket.next() => {
                    heard = clock.tick();
                    let message = match message {
                        Some(Ok(message)) => message,
                        Some(Err(error)) => break read_failed(error),
                        None => break End::Over,
                    };
                    if std::mem::take(&mut is_first) {
                        self.tell(&room, Input::Heard { conn: self.conn }).await;
                    }
                    if let Some(end) = self.take(message, &room, &mut meter).await {
                        break end;
                    }
                }
                () = tokio::time::sleep(Duration::from_millis(wait)) => {
                    let now = clock.tick();
                    if now.since_ms(heard) >= limits::SILENCE_MS_MAX {
                        break End::refuse(ErrorCode::Silent, "nothing was heard", CloseCode::Silent);
                    }
                    pinged = now;
                    self.send(&ServerFrame::Ping { nonce: (now.0 & 0xffff_ffff) as u32 });
                }
            }
        };
        self.tell(&room, Input::Lost { conn: self.conn }).await;
        end
    }

    /// One message from inside the room.
    async fn take(&mut self, message: Message, room: &RoomHandle, meter: &mut Meter) -> Option<End> {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => return self.count(meter, ErrorCode::TextFrame, "frames are binary"),
            Message::Close(_) => return Some(End::Over),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                return self.meter(meter, Class::Other, None);
            }
        };
        let frame = match decode_client(&bytes) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::debug!(%error, "frame refused");
                let message = "not a frame of this protocol";
                return self.count(meter, ErrorCode::MalformedFrame, message);
            }
        };
        let (class, number) = classify(&frame);
        if !meter.allows(class, self.context.clock.tick()) {
            return self.meter_refused(meter, class, number);
        }
        let conn = self.conn;
        match frame {
            ClientFrame::Ops { number, base_seq, resend, ops } => {
                let base_seq = Seq(base_seq);
                self.tell(room, Input::Batch { conn, number, base_seq, resend, ops }).await;
            }
            ClientFrame::Move { x, y, facing, standing } => {
                self.tell(room, Input::Move { conn, x, y, facing, standing }).await;
            }
            ClientFrame::Ping { nonce } => self.send(&ServerFrame::Pong { nonce }),
            ClientFrame::Leave {} => {
                self.tell(room, Input::Leave { conn }).await;
            }
            ClientFrame::Join { .. } | ClientFrame::Resume { .. } => {
                let message = "this connection has joined";
                return self.count(meter, ErrorCode::AlreadyJoined, message);
            }
            // A frame of a newer protocol, which this version may ignore.
            ClientFrame::Pong { .. } | ClientFrame::Unknown { .. } => {}
        }
        None
    }

    fn meter(&self, meter: &mut Meter, class: Class, number: Option<u32>) -> Option<End> {
        if meter.allows(class, self.context.clock.tick()) {
            None
        } else {
            self.meter_refused(meter, class, number)
        }
    }

    /// Too many of a class: the frame is refused, and too many refusals end the connection.
    fn meter_refused(&self, meter: &mut Meter, class: Class, number: Option<u32>) -> Option<End> {
        let wait = meter.wait_ms(class);
        self.refuse(ErrorCode::RateLimited, class.limit(), Some(wait), number);
        meter.strike(self.context.clock.tick(), CloseCode::RateLimited)
    }

    fn count(&self, meter: &mut Meter, code: ErrorCode, message: &'static str) -> Option<End> {
        self.refuse(code, message, None, None);
        meter.strike(self.context.clock.tick(), CloseCode::Protocol)
    }

    async fn tell(&self, room: &RoomHandle, input: Input) {
        if !room.tell(Command::Input(input)).await {
            self.outbox.close(CloseCode::RoomMoved);
        }
    }

    fn send(&self, server_frame: &ServerFrame) {
        self.outbox.send(frame::binary(&encode_server(server_frame)));
    }

    fn refuse(&self, code: ErrorCode, message: &str, retry_after_ms: Option<u32>, number: Option<u32>) {
        let message = message.to_owned();
        self.send(&ServerFrame::Error { code, message, retry_after_ms, number });
    }

    /// Lets the peer read the close frame, for a moment, without taking anything more from it.
    async fn linger(mut self) {
        let read_out = async {
            loop {
                tokio::select! {
                    driven = self.outbox.drive() => match driven {
                        Ok(Driven::Drained { .. }) => {}
                        Ok(Driven::Closed) => break,
                        Ok(Driven::Stalled) | Err(_) => return,
                    },
                    message = self.socket.next() => if message.is_none_or(|m| m.is_err()) {
                        break;
                    },
                }
            }
            // Hanging up with unread bytes would reset the connection and take the close frame with it.
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        let _ = tokio::time::timeout(CLOSE_LINGER, read_out).await;
    }
}

/// Classes of frames with an allowance of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Ops,
    Chat,
    Move,
    Other,
}

impl Class {
    const ALL: [Self; 4] = [Self::Ops, Self::Chat, Self::Move, Self::Other];

    const fn allowance(self) -> Allowance {
        match self {
            Self::Ops => limits::OPS_ALLOWANCE,
            Self::Chat => limits::CHAT_ALLOWANCE,
            Self::Move => limits::MOVE_ALLOWANCE,
            Self::Other => limits::OTHER_ALLOWANCE,
        }
    }

    /// The limit's name, as the refusal gives it.
    const fn limit(self) -> &'static str {
        match self {
            Self::Ops => "connection.ops",
            Self::Chat => "connection.chat",
            Self::Move => "connection.move",
            Self::Other => "connection.other",
        }
    }
}

fn classify(frame: &ClientFrame) -> (Class, Option<u32>) {
    match frame {
        ClientFrame::Ops { number, ops, .. } => {
            let talks = ops.iter().any(|op| matches!(op, Op::Say { .. }));
            (if talks { Class::Chat } else { Class::Ops }, Some(*number))
        }
        ClientFrame::Move { .. } => (Class::Move, None),
        _ => (Class::Other, None),
    }
}

/// What one connection has used up.
struct Meter {
    buckets: [Bucket; 4],
    wait_ms: [u32; 4],
    refusals: u32,
    minute_began: Tick,
}

impl Meter {
    fn new(now: Tick) -> Self {
        let buckets = Class::ALL.map(|class| Bucket::full(class.allowance(), now));
        Self { buckets, wait_ms: [0; 4], refusals: 0, minute_began: now }
    }

    fn allows(&mut self, class: Class, now: Tick) -> bool {
        match self.buckets[class as usize].take(now) {
            Ok(()) => true,
            Err(wait_ms) => {
                self.wait_ms[class as usize] = wait_ms;
                false
            }
        }
    }

    fn wait_ms(&self, class: Class) -> u32 {
        self.wait_ms[class as usize]
    }

    fn strike(&mut self, now: Tick, close: CloseCode) -> Option<End> {
        const MINUTE_MS: u64 = 60_000;
        if now.since_ms(self.minute_began) >= MINUTE_MS {
            self.minute_began = now;
            self.refusals = 0;
        }
        self.refusals += 1;
        let over = self.refusals > REFUSALS_PER_MINUTE_MAX;
        let code = match close {
            CloseCode::RateLimited => ErrorCode::RateLimited,
            _ => ErrorCode::MalformedFrame,
        };
        over.then(|| End::refuse(code, "too many refused frames", close))
    }
}

fn read_failed(error: WsError) -> End {
    match error {
        WsError::Capacity(CapacityError::MessageTooLong { .. }) => {
            let message = "longer than a client frame may be";
            End::Refuse(ErrorCode::FrameTooLarge, message, CLOSE_TOO_BIG)
        }
        WsError::Protocol(ProtocolError::UnmaskedFrameFromClient) => {
            let message = "client frames must be masked";
            End::Refuse(ErrorCode::UnmaskedFrame, message, CLOSE_PROTOCOL_ERROR)
        }
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Over,
        WsError::Protocol(_) | WsError::Utf8(_) | WsError::Capacity(_) => {
            let message = "RFC 6455 was violated";
            End::Refuse(ErrorCode::WebSocketProtocol, message, CLOSE_PROTOCOL_ERROR)
        }
        _ => End::Over,
    }
}

fn visitor_refused(error: VisitorError) -> End {
    match error {
        VisitorError::Gone => {
            End::refuse(ErrorCode::Forbidden, "the account is gone", CloseCode::Forbidden)
        }
        VisitorError::Store(error) => {
            tracing::error!(%error, "a visitor could not be looked up");
            End::refuse(ErrorCode::Unavailable, "try again", CloseCode::Unavailable)
        }
    }
}

fn open_refused(error: OpenError) -> End {
    match error {
        OpenError::NotFound => {
            End::refuse(ErrorCode::RoomGone, "the room is no longer there", CloseCode::RoomGone)
        }
        OpenError::Stopping => {
            End::refuse(ErrorCode::Unavailable, "the server restarts", CloseCode::Restart)
        }
        OpenError::Store(error) => {
            tracing::error!(%error, "a room could not be opened");
            End::refuse(ErrorCode::Unavailable, "try again", CloseCode::Unavailable)
        }
    }
}

