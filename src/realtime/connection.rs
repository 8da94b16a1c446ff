//! One WebSocket: one task that reads, checks and hands on, and drives the outbox.

mod end;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame, decode_client, encode_server};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::actor::Command;
use super::frame;
use super::limits::Limits;
use super::meter::{Cost, Meter};
use super::outbox::{Driven, Outbox};
use super::quota::{ConnectionGuard, Quotas};
use super::room::{ConnId, Entry, Input};
use super::rooms::{OpenError, RoomHandle, Rooms};
use super::socket::{self, Bounds, Socket, linger};
use super::ticket::{TicketRefusal, Tickets};
use super::token::TokenKey;
use crate::domain::clock::Clock;
use crate::domain::id::{RoomId, SessionId};
use crate::domain::room::Seq;
use crate::domain::visitor::Bearer;
use crate::services::room::RoomService;
use end::{End, limited, open_refused, read_failed, refusal, visitor_refused};

/// What every connection of this node shares.
#[derive(Debug)]
pub struct LiveContext {
    /// The live rooms.
    pub rooms: Arc<Rooms>,
    /// The tickets given out.
    pub tickets: Tickets,
    /// What people and addresses may have of this node.
    pub quotas: Arc<Quotas>,
    /// Opens resume tokens.
    pub token_key: TokenKey,
    /// Looks visitors up.
    pub service: RoomService,
    /// The process's clocks.
    pub clock: Clock,
    /// The bounds.
    pub limits: Arc<Limits>,
    next_conn: AtomicU64,
}

impl LiveContext {
    /// A context with no connections yet.
    pub fn new(
        rooms: Arc<Rooms>,
        token_key: TokenKey,
        service: RoomService,
        clock: Clock,
        limits: Arc<Limits>,
    ) -> Self {
        Self {
            rooms,
            tickets: Tickets::default(),
            quotas: Arc::new(Quotas::new(limits.clone())),
            token_key,
            service,
            clock,
            limits,
            next_conn: AtomicU64::new(1),
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
    let Ok((outbox, socket)) = socket::open(io, read, bounds).await else {
        return;
    };
    let conn = ConnId(context.next_conn.fetch_add(1, Ordering::Relaxed));
    let connection = Connection {
        context,
        room,
        conn,
        guard,
        outbox,
        socket,
    };
    connection.run().await;
}

struct Connection {
    context: Arc<LiveContext>,
    room: RoomId,
    conn: ConnId,
    guard: ConnectionGuard,
    outbox: Arc<Outbox>,
    socket: Socket,
}

impl Connection {
    async fn run(mut self) {
        // Coming and going are brief and their futures large: boxed, they leave the visit small.
        let end = match Box::pin(self.join()).await {
            Ok(room) => self.stay(room).await,
            Err(end) => end,
        };
        match end {
            End::Over => {}
            End::Refuse(code, message, close) => {
                self.refuse(code, message);
                self.outbox.close_with(close);
            }
            End::TooMany(excess) => {
                self.send(&limited(ErrorCode::TooManyConnections, excess, None));
                self.outbox.close(CloseCode::Overloaded);
            }
        }
        Box::pin(linger(&self.outbox, self.socket)).await;
    }

    /// Reads the first frame, finds out who it is and knocks at the room.
    async fn join(&mut self) -> Result<RoomHandle, End> {
        let late = || {
            let message = "the first frame did not come in time";
            End::refuse(ErrorCode::JoinExpected, message, CloseCode::JoinTimeout)
        };
        let rooms = self.context.rooms.clone();
        let first = tokio::select! {
            first = tokio::time::timeout(Duration::from_millis(self.context.limits.join_ms), self.first_frame()) => first,
            () = rooms.stopped() => return Err(open_refused(OpenError::Stopping)),
        };
        let first = first.map_err(|_| late())??;
        let (bearer, entry) = self.identify(first)?;
        let identified = self.guard.identified(&bearer, self.context.clock.tick());
        identified.map_err(End::TooMany)?;
        let visitor = self
            .context
            .service
            .visitor(&bearer, self.room, self.guard.client())
            .await
            .map_err(visitor_refused)?;
        let room = self.context.rooms.open(self.room).map_err(open_refused)?;
        let input = Input::Enter {
            conn: self.conn,
            visitor: Box::new(visitor),
            entry,
        };
        let enter = Command::Enter {
            input,
            conn: self.conn,
            outbox: self.outbox.clone(),
        };
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
            let message = self
                .socket
                .next()
                .await
                .ok_or(End::Over)?
                .map_err(|error| read_failed(&error))?;
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
                    return Err(End::refuse(
                        ErrorCode::TextFrame,
                        message,
                        CloseCode::Protocol,
                    ));
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
                Ok((
                    bearer,
                    Entry::Join {
                        session: SessionId::generate(),
                        avatar,
                    },
                ))
            }
            ClientFrame::Resume {
                token,
                have,
                avatar,
            } => {
                let claims = self
                    .context
                    .token_key
                    .open(&token, self.context.clock.wall());
                let claims = claims
                    .filter(|claims| claims.room == self.room)
                    .ok_or_else(|| {
                        let message = "the resume token is not whole, too old, or another room's";
                        End::refuse(ErrorCode::ResumeRefused, message, CloseCode::ResumeRefused)
                    })?;
                let (session, generation) = (claims.session, claims.generation);
                Ok((
                    claims.bearer,
                    Entry::Resume {
                        session,
                        generation,
                        have,
                        avatar,
                    },
                ))
            }
            _ => {
                let message = "send Join or Resume first";
                Err(End::refuse(
                    ErrorCode::JoinExpected,
                    message,
                    CloseCode::Protocol,
                ))
            }
        }
    }

    /// The time inside: frames in, bytes out, silence noticed.
    async fn stay(&mut self, room: RoomHandle) -> End {
        let clock = self.context.clock;
        let mut meter = Meter::new(&self.context.limits, clock.tick());
        let mut heard = clock.tick();
        let mut pinged = heard;
        let mut is_first = true;
        let outbox = self.outbox.clone();
        // One future for many turns: what the client sends does not put off the end of a stall.
        let mut driving = std::pin::pin!(outbox.drive());
        let end = loop {
            let quiet_ms = clock.tick().since_ms(heard.max(pinged));
            let wait = self
                .context
                .limits
                .heartbeat_ms
                .saturating_sub(quiet_ms)
                .max(1);
            tokio::select! {
                biased;
                driven = &mut driving => match driven {
                    Ok(Driven::Drained { stale }) => {
                        self.tell(&room, Input::Drained { conn: self.conn, stale }).await;
                        driving.set(outbox.drive());
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
                        Some(Err(error)) => break read_failed(&error),
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
                    if now.since_ms(heard) >= self.context.limits.silence_ms_max {
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
    async fn take(
        &mut self,
        message: Message,
        room: &RoomHandle,
        meter: &mut Meter,
    ) -> Option<End> {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => {
                return self.count(meter, ErrorCode::TextFrame, "frames are binary");
            }
            Message::Close(_) => return Some(End::Over),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                return self.charge(meter, Cost::OTHER, None).err().flatten();
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
        let number = match &frame {
            ClientFrame::Ops { number, .. } => Some(*number),
            _ => None,
        };
        if let Err(end) = self.charge(meter, Cost::of(&frame), number) {
            return end;
        }
        let conn = self.conn;
        match frame {
            ClientFrame::Ops {
                number,
                base_seq,
                resend,
                ops,
            } => {
                let base_seq = Seq(base_seq);
                self.tell(
                    room,
                    Input::Batch {
                        conn,
                        number,
                        base_seq,
                        resend,
                        ops,
                    },
                )
                .await;
            }
            ClientFrame::Move {
                x,
                y,
                facing,
                standing,
            } => {
                self.tell(
                    room,
                    Input::Move {
                        conn,
                        x,
                        y,
                        facing,
                        standing,
                    },
                )
                .await;
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
            _ => {}
        }
        None
    }

    /// Takes what a frame costs. Above a limit the frame is refused, and too many refusals end the connection.
    fn charge(
        &self,
        meter: &mut Meter,
        cost: Cost,
        number: Option<u32>,
    ) -> Result<(), Option<End>> {
        let now = self.context.clock.tick();
        let charged = meter.charge(cost, now);
        let Err(excess) = charged.and_then(|()| self.guard.charge(cost, now)) else {
            return Ok(());
        };
        self.send(&limited(ErrorCode::RateLimited, excess, number));
        let message = "too many frames above the limits";
        let end = || End::refuse(ErrorCode::RateLimited, message, CloseCode::RateLimited);
        Err(meter.strike(now).then(end))
    }

    fn count(&self, meter: &mut Meter, code: ErrorCode, message: &'static str) -> Option<End> {
        self.refuse(code, message);
        let over = meter.strike(self.context.clock.tick());
        over.then(|| End::refuse(code, "too many refused frames", CloseCode::Protocol))
    }

    async fn tell(&self, room: &RoomHandle, input: Input) {
        if !room.tell(Command::Input(input)).await {
            self.outbox.close(CloseCode::RoomMoved);
        }
    }

    fn send(&self, server_frame: &ServerFrame) {
        self.outbox
            .send(frame::binary(&encode_server(server_frame)));
    }

    fn refuse(&self, code: ErrorCode, message: &str) {
        self.send(&refusal(code, message));
    }
}
