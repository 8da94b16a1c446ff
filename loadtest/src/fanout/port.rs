//! The sending end of one connection, in each of the ways that are compared.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use maru::realtime::frame;
use maru::realtime::limits::{Limits, READ_BUFFER_BYTES};
use maru::realtime::outbox::{Delivery, Driven, Outbox, ReadSide};
use maru_protocol::{CLIENT_FRAME_BYTES_MAX, CloseCode, encode_server};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::plan::{Receiver, Way};
use super::stream;
use crate::Failure;

/// The send buffer of a tight receiver's socket; the kernel doubles it and holds no less than 4,608 bytes.
const SMALL_BUFFER_BYTES: usize = 4 * 1024;

/// Messages one sink may have waiting: more than a run sends, so that being late shows as lateness.
const SINK_WAITING_MAX: usize = 1 << 17;

/// A receiver that has caught up: which, and whether it has a gap.
pub type Drained = (usize, bool);

/// Where the broadcast of one receiver goes.
#[derive(Debug)]
pub enum Port {
    /// A socket.
    Bare(std::net::TcpStream),
    /// A task's channel.
    Sink(mpsc::Sender<Message>),
    /// The outbox.
    Outbox(Arc<Outbox>),
}

/// What became of the deliveries.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct Tally {
    /// Handed to the kernel at once, or to the task.
    pub sent: u64,
    /// Put behind others because the socket was full.
    pub waited: u64,
    /// Of these, cut in the middle.
    pub cut: u64,
    /// Left out, for a receiver too far behind.
    pub dropped: u64,
}

impl Port {
    /// Makes the port of an accepted socket, with its task when the way has one.
    pub async fn open(
        way: Way,
        index: usize,
        receiver: Receiver,
        socket: TcpStream,
        tasks: &mut JoinSet<()>,
        drained: &mpsc::Sender<Drained>,
    ) -> Result<Self, Failure> {
        socket.set_nodelay(true)?;
        if receiver.is_tight {
            socket2::SockRef::from(&socket).set_send_buffer_size(SMALL_BUFFER_BYTES)?;
        }
        Ok(match way {
            Way::Bare => {
                let socket = socket.into_std()?;
                // A loop this simple has no queue: it waits for the slowest, and is late then.
                socket.set_nonblocking(false)?;
                Self::Bare(socket)
            }
            Way::Sink => {
                let (sender, waiting) = mpsc::channel(SINK_WAITING_MAX);
                let socket = WebSocketStream::from_raw_socket(socket, Role::Server, None).await;
                tasks.spawn(run_sink(socket, waiting));
                Self::Sink(sender)
            }
            Way::Outbox | Way::Split => {
                let socket = Arc::new(socket);
                let outbox = Arc::new(Outbox::new(
                    socket.clone(),
                    Limits::DEFAULT.backlog_bytes_max,
                    Duration::from_millis(Limits::DEFAULT.stall_ms_max),
                )?);
                let config = WebSocketConfig::default()
                    .read_buffer_size(READ_BUFFER_BYTES)
                    .write_buffer_size(0)
                    .max_message_size(Some(CLIENT_FRAME_BYTES_MAX))
                    .max_frame_size(Some(CLIENT_FRAME_BYTES_MAX));
                let side = ReadSide::new(socket, outbox.clone());
                let socket =
                    WebSocketStream::from_raw_socket(side, Role::Server, Some(config)).await;
                tasks.spawn(run_outbox(index, outbox.clone(), socket, drained.clone()));
                Self::Outbox(outbox)
            }
        })
    }

    /// Sends one flush.
    pub fn send(
        &mut self,
        bytes: &Bytes,
        reliable_bytes: usize,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        match self {
            Self::Bare(socket) => {
                socket.write_all(bytes)?;
                tally.sent += 1;
            }
            // One message holding both frames' bytes would be one frame: the sink frames for itself.
            Self::Sink(sender) => {
                let payloads = payloads(bytes, reliable_bytes);
                for payload in payloads {
                    sender
                        .try_send(Message::Binary(payload))
                        .map_err(|error| format!("a sink: {error}"))?;
                }
                tally.sent += 1;
            }
            Self::Outbox(outbox) => match outbox.send_flush(bytes, reliable_bytes) {
                Delivery::Sent => tally.sent += 1,
                Delivery::Waiting => {
                    tally.waited += 1;
                    // Only one flush waits, and not all of it.
                    tally.cut += u64::from((1..reliable_bytes).contains(&outbox.waiting_bytes()));
                }
                Delivery::Dropped => tally.dropped += 1,
            },
        }
        Ok(())
    }

    /// Brings a receiver up to date that has caught up.
    pub fn catch_up(&self, stale: bool, seq: u64, flush: u64) {
        if let Self::Outbox(outbox) = self {
            if stale {
                outbox.resync(stream::resync(seq, flush));
            } else {
                outbox.send(newest(flush));
            }
        }
    }

    /// The outbox, where there is one.
    pub const fn outbox(&self) -> Option<&Arc<Outbox>> {
        match self {
            Self::Outbox(outbox) => Some(outbox),
            Self::Bare(_) | Self::Sink(_) => None,
        }
    }

    /// Bytes that wait for the socket.
    pub fn waiting_bytes(&self) -> usize {
        match self {
            Self::Outbox(outbox) => outbox.waiting_bytes(),
            Self::Bare(_) | Self::Sink(_) => 0,
        }
    }

    /// Sends the end of the stream and a close.
    pub fn end(&mut self, events: u64) -> Result<(), Failure> {
        let end = Bytes::from(encode_server(&stream::end(events)));
        let code = CloseCode::Restart;
        match self {
            Self::Bare(socket) => {
                socket.write_all(&frame::binary(&end))?;
                socket.write_all(&frame::close(code.number()))?;
            }
            Self::Sink(sender) => {
                let close = CloseFrame {
                    code: code.number().into(),
                    reason: "".into(),
                };
                for message in [Message::Binary(end), Message::Close(Some(close))] {
                    sender
                        .try_send(message)
                        .map_err(|error| format!("a sink: {error}"))?;
                }
            }
            Self::Outbox(outbox) => {
                outbox.send(frame::binary(&end));
                outbox.close(code);
            }
        }
        Ok(())
    }
}

/// The newest place of the one avatar.
pub fn newest(flush: u64) -> Bytes {
    frame::binary(&encode_server(&stream::avatars(flush)))
}

/// The payloads of a flush's two frames, which are short enough for the short headers here.
fn payloads(bytes: &Bytes, reliable_bytes: usize) -> [Bytes; 2] {
    let payload = |frame: Bytes| {
        let header = if frame[1] == 126 { 4 } else { 2 };
        frame.slice(header..)
    };
    [
        payload(bytes.slice(..reliable_bytes)),
        payload(bytes.slice(reliable_bytes..)),
    ]
}

/// The connection's task as `realtime::connection` has it, without what joining needs.
async fn run_outbox(
    index: usize,
    outbox: Arc<Outbox>,
    mut socket: WebSocketStream<ReadSide>,
    drained: mpsc::Sender<Drained>,
) {
    loop {
        tokio::select! {
            biased;
            driven = outbox.drive() => match driven {
                Ok(Driven::Drained { stale }) => {
                    if drained.send((index, stale)).await.is_err() {
                        return;
                    }
                }
                Ok(Driven::Closed | Driven::Stalled) | Err(_) => return,
            },
            message = socket.next() => if !matches!(message, Some(Ok(_))) {
                return;
            },
        }
    }
}

async fn run_sink(mut socket: WebSocketStream<TcpStream>, mut waiting: mpsc::Receiver<Message>) {
    loop {
        tokio::select! {
            message = waiting.recv() => match message {
                Some(message) => if socket.send(message).await.is_err() {
                    return;
                },
                None => return,
            },
            message = socket.next() => if !matches!(message, Some(Ok(_))) {
                return;
            },
        }
    }
}
