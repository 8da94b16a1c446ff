//! A small client of `maru.v1`: real frames over a real socket, and a replica of the room it is in.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use maru_protocol::replica::{Answers, Replica};
use maru_protocol::{
    Ack, ClientFrame, CloseCode, ErrorCode, Op, OutcomeCode, ReadPoint, Reason, Role, SUBPROTOCOL,
    ServerFrame, decode_server, encode_client,
};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::front::Front;

/// Longer than anything here may take, so that a failure ends; no test measures time.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// What came.
#[derive(Debug)]
// One at a time, and usually a frame.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Heard {
    Frame(ServerFrame),
    Pong(Bytes),
    /// A close frame with this code.
    Closed(u16),
    /// The end of the stream, in order.
    Ended,
    /// The connection was reset, or ended without a close frame.
    Broken,
}

/// What a welcome says.
#[derive(Debug, Clone)]
pub(crate) struct Welcome {
    pub(crate) session: u32,
    pub(crate) member: u32,
    pub(crate) token: String,
    pub(crate) role: Role,
    pub(crate) last_number: u32,
    pub(crate) resumed: bool,
}

/// A refused frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) code: ErrorCode,
    pub(crate) retry_after_ms: Option<u32>,
    pub(crate) number: Option<u32>,
    pub(crate) limit: Option<String>,
}

/// One connection, joined or not.
#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    welcome: Option<Welcome>,
    pub(crate) room: Replica,
    /// Somebody here is hidden from them: of what those do, the seq is told, and what anybody sees.
    pub(crate) is_parted: bool,
    pub(crate) acks: Answers,
    next_number: u32,
}

impl Client {
    /// Shakes hands, and has not joined.
    pub(crate) async fn open(front: &Front, room: &str) -> Self {
        let stream = TcpStream::connect(front.address).await.unwrap();
        Self::over(stream, front, room).await
    }

    /// As [`Client::open`], with next to no place for what it has not read yet.
    pub(crate) async fn open_narrow(front: &Front, room: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        let stream = socket.connect(front.address).await.unwrap();
        Self::over(stream, front, room).await
    }

    async fn over(stream: TcpStream, front: &Front, room: &str) -> Self {
        let url = format!("ws://{}/v1/rooms/{room}/live", front.address);
        let mut request = url.into_client_request().unwrap();
        let offer = SUBPROTOCOL.parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", offer);
        let shaken = tokio::time::timeout(DEADLINE, client_async(request, stream));
        let (socket, answer) = shaken.await.expect("a handshake in time").unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        Self {
            socket,
            welcome: None,
            room: Replica::default(),
            is_parted: false,
            acks: Answers::default(),
            next_number: 1,
        }
    }

    /// Joins and has the room.
    pub(crate) async fn join(front: &Front, room: &str, ticket: String) -> Self {
        let mut client = Self::open(front, room).await;
        client.enter(ticket).await;
        client
    }

    /// Joins on an open connection.
    pub(crate) async fn enter(&mut self, ticket: String) {
        let avatar = None;
        self.send(&ClientFrame::Join { ticket, avatar }).await;
        self.settle_in().await;
    }

    /// Joins on an open connection, unless the room does not let one in; whether it did.
    pub(crate) async fn try_enter(&mut self, ticket: String) -> bool {
        let avatar = None;
        self.send(&ClientFrame::Join { ticket, avatar }).await;
        while self.welcome.is_none() {
            match self.hear().await {
                Heard::Frame(_) | Heard::Pong(_) => {}
                Heard::Closed(_) | Heard::Ended | Heard::Broken => return false,
            }
        }
        true
    }

    /// Takes a session up on a new connection, with the copy of the room it had.
    pub(crate) async fn resume(front: &Front, room: &str, token: String, had: Replica) -> Self {
        let mut client = Self::open(front, room).await;
        client.room = had;
        client.room.cut_off();
        let have = client.room.have();
        client.send_resume(token, have).await;
        client.settle_in().await;
        client
    }

    pub(crate) async fn send_resume(&mut self, token: String, have: Option<ReadPoint>) {
        let avatar = None;
        let resume = ClientFrame::Resume {
            token,
            have,
            avatar,
        };
        self.send(&resume).await;
    }

    /// Waits for the welcome and the room, and tells the server that they came.
    async fn settle_in(&mut self) {
        self.until(|frame| {
            let is_room = matches!(
                frame,
                ServerFrame::Snapshot { .. } | ServerFrame::Changes { .. }
            );
            is_room.then_some(())
        })
        .await;
        assert!(self.welcome.is_some(), "a welcome comes first");
        self.until_room(Replica::is_whole).await;
        self.send(&ClientFrame::Ping { nonce: 0 }).await;
    }

    pub(crate) fn welcome(&self) -> &Welcome {
        self.welcome.as_ref().expect("it has joined")
    }

    /// Sends; false when the connection is gone.
    pub(crate) async fn try_send(&mut self, message: Message) -> bool {
        let sent = tokio::time::timeout(DEADLINE, self.socket.send(message));
        sent.await.expect("the server reads").is_ok()
    }

    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.send_payload(&encode_client(frame)).await;
    }

    /// One binary message with these bytes.
    pub(crate) async fn send_payload(&mut self, payload: &[u8]) {
        let message = Message::Binary(Bytes::copy_from_slice(payload));
        assert!(self.try_send(message).await, "the connection stands");
    }

    /// These bytes as they are, past the WebSocket library.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        self.socket.get_mut().write_all(bytes).await.unwrap();
    }

    /// The next thing that comes, the replica brought up to date. Losing this future loses nothing.
    pub(crate) async fn next(&mut self) -> Heard {
        loop {
            let message = match self.socket.next().await {
                None => return Heard::Ended,
                Some(Err(WsError::Io(_)))
                | Some(Err(WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => {
                    return Heard::Broken;
                }
                Some(Err(error)) => panic!("what the server sends is no WebSocket: {error}"),
                Some(Ok(message)) => message,
            };
            match message {
                Message::Binary(bytes) => {
                    let frame = decode_server(&bytes).expect("frames of this protocol");
                    self.take(&frame);
                    if let ServerFrame::Ping { nonce } = frame {
                        let pong = encode_client(&ClientFrame::Pong { nonce });
                        self.try_send(Message::Binary(pong.into())).await;
                    }
                    return Heard::Frame(frame);
                }
                Message::Pong(payload) => return Heard::Pong(payload),
                Message::Close(close) => {
                    return Heard::Closed(close.expect("closes have a code").code.into());
                }
                Message::Ping(_) => {}
                other => panic!("the server sends binary messages, not {other:?}"),
            }
        }
    }

    fn take(&mut self, frame: &ServerFrame) {
        self.room.take(frame);
        assert!(
            self.room.unseen == 0 || self.is_parted,
            "only members change a room: {frame:?}"
        );
        match frame {
            ServerFrame::Welcome {
                session,
                member,
                resume_token,
                role,
                last_number,
                resumed,
                ..
            } => {
                self.next_number = last_number + 1;
                self.welcome = Some(Welcome {
                    session: *session,
                    member: *member,
                    token: resume_token.clone(),
                    role: *role,
                    last_number: *last_number,
                    resumed: *resumed,
                });
            }
            ServerFrame::Acks { acks, .. } => {
                for ack in acks {
                    self.acks.take(ack);
                }
            }
            _ => {}
        }
    }

    /// The next thing that comes, in time.
    pub(crate) async fn hear(&mut self) -> Heard {
        let next = tokio::time::timeout(DEADLINE, self.next());
        next.await.expect("something comes in time")
    }

    /// Reads on until a frame is what is waited for.
    pub(crate) async fn until<T>(
        &mut self,
        mut wanted: impl FnMut(&ServerFrame) -> Option<T>,
    ) -> T {
        let reading = async {
            loop {
                match self.next().await {
                    Heard::Frame(frame) => {
                        if let Some(found) = wanted(&frame) {
                            return found;
                        }
                    }
                    Heard::Pong(_) => {}
                    end => panic!("the connection ended: {end:?}"),
                }
            }
        };
        let read = tokio::time::timeout(DEADLINE, reading).await;
        read.expect("what is waited for comes in time")
    }

    /// Reads on until its copy of the room is what is waited for.
    pub(crate) async fn until_room(&mut self, wanted: impl Fn(&Replica) -> bool) {
        let reading = async {
            while !(self.room.is_whole() && wanted(&self.room)) {
                match self.next().await {
                    Heard::Frame(_) | Heard::Pong(_) => {}
                    end => panic!("the connection ended: {end:?}"),
                }
            }
        };
        let read = tokio::time::timeout(DEADLINE, reading).await;
        read.expect("the room becomes what is waited for in time");
    }

    /// The next refusal.
    pub(crate) async fn refused(&mut self, code: ErrorCode) -> Refused {
        let refused = self.until(refusal).await;
        assert_eq!(refused.code, code);
        refused
    }

    /// Waits for this close, and for the end of the stream in order.
    pub(crate) async fn closed(&mut self, code: u16) {
        let closing = async {
            loop {
                match self.next().await {
                    Heard::Frame(_) | Heard::Pong(_) => {}
                    Heard::Closed(closed) => return closed,
                    end => panic!("no close frame: {end:?}"),
                }
            }
        };
        let closed = tokio::time::timeout(DEADLINE, closing).await;
        assert_eq!(closed.expect("a close in time"), code);
        let end = self.hear().await;
        assert!(matches!(end, Heard::Ended), "after a close: {end:?}");
    }

    /// As [`Client::closed`], with a code of this protocol.
    pub(crate) async fn closed_by(&mut self, code: CloseCode) {
        self.closed(code.number()).await;
    }

    /// Sends the next batch and gives its number.
    pub(crate) async fn batch(&mut self, ops: Vec<Op>) -> u32 {
        let number = self.next_number;
        self.next_number += 1;
        self.batch_as(number, ops).await;
        number
    }

    /// Sends a batch under any number.
    pub(crate) async fn batch_as(&mut self, number: u32, ops: Vec<Op>) {
        let ops = ClientFrame::Ops {
            number,
            base_seq: self.room.contents.seq,
            resend: false,
            ops,
        };
        self.send(&ops).await;
    }

    /// The answer to a batch.
    pub(crate) async fn answer(&mut self, number: u32) -> Ack {
        let answering = async {
            while self.acks.get(number).is_none() {
                let refused = self.until(|frame| Some(refusal(frame))).await;
                assert_eq!(refused, None, "while waiting for the answer to {number}");
            }
        };
        let answered = tokio::time::timeout(DEADLINE, answering).await;
        answered.expect("an answer in time");
        self.acks.get(number).expect("it is here").clone()
    }

    /// A batch that must be applied; its seq, once this client has seen the effect too.
    pub(crate) async fn edit(&mut self, ops: Vec<Op>) -> u64 {
        let number = self.batch(ops).await;
        let ack = self.answer(number).await;
        assert_eq!((ack.outcome, ack.reason), (OutcomeCode::Applied, None));
        self.until_room(|room| room.contents.seq >= ack.seq).await;
        ack.seq
    }

    pub(crate) async fn say(&mut self, text: &str) -> u64 {
        let text = text.to_owned();
        self.edit(vec![Op::Say { text }]).await
    }

    /// A batch that must be rejected as a whole.
    pub(crate) async fn rejected(&mut self, ops: Vec<Op>, reason: Reason) {
        let number = self.batch(ops).await;
        let ack = self.answer(number).await;
        assert_eq!(ack.outcome, OutcomeCode::Rejected, "{ack:?}");
        assert_eq!((ack.reason, ack.seq), (Some(reason), 0));
    }
}

/// A frame as a refusal, if it is one.
pub(crate) fn refusal(frame: &ServerFrame) -> Option<Refused> {
    match frame {
        ServerFrame::Error {
            code,
            retry_after_ms,
            number,
            message,
            limit,
        } => {
            assert!(!message.is_empty(), "developers are told why");
            Some(Refused {
                code: *code,
                retry_after_ms: *retry_after_ms,
                number: *number,
                limit: limit.clone(),
            })
        }
        _ => None,
    }
}
