//! The write side of one connection. Every byte to the client goes through here: pre-framed broadcasts
//! straight from the room, unicasts, and the pongs and closes of the WebSocket library.

use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use maru_protocol::CloseCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::frame;
use super::limits::KERNEL_UNSENT_BYTES;

/// What became of bytes handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The kernel has them.
    Sent,
    /// They wait for the socket.
    Waiting,
    /// The receiver is too far behind: it will be brought up to date when it has caught up.
    Dropped,
}

/// Why [`Outbox::drive`] returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driven {
    /// A receiver that was behind has taken everything that waited.
    Drained {
        /// Whether reliable bytes were dropped meanwhile.
        stale: bool,
    },
    /// The close frame is out; nothing more will be sent.
    Closed,
    /// The socket took nothing for too long.
    Stalled,
}

/// How far behind a receiver is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lag {
    /// It has everything.
    None,
    /// It has all that is reliable, or will; latest-wins bytes were left out.
    Latest,
    /// Reliable bytes were dropped: nothing more until it is brought up to date.
    Stale,
    /// As `Stale`, and its room has been told.
    Resyncing,
}

impl Lag {
    /// Whether reliable bytes are missing, so that no more may follow.
    const fn has_gap(self) -> bool {
        matches!(self, Self::Stale | Self::Resyncing)
    }
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// Whether part of the first waiting piece is already out.
    head_is_cut: bool,
    lag: Lag,
    closing: bool,
    broken: bool,
}

/// The write side of one connection.
#[derive(Debug)]
pub struct Outbox {
    stream: Arc<TcpStream>,
    backlog_bytes_max: usize,
    stall: Duration,
    state: Mutex<State>,
    work: Notify,
}

impl Outbox {
    /// Takes over the write side of a socket, for which so much may wait, and not longer than `stall` without
    /// any of it being taken.
    pub fn new(
        stream: Arc<TcpStream>,
        backlog_bytes_max: usize,
        stall: Duration,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        socket2::SockRef::from(&*stream).set_tcp_notsent_lowat(KERNEL_UNSENT_BYTES)?;
        let state = State {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            head_is_cut: false,
            lag: Lag::None,
            closing: false,
            broken: false,
        };
        Ok(Self {
            stream,
            backlog_bytes_max,
            stall,
            state: Mutex::new(state),
            work: Notify::new(),
        })
    }

    /// Sends whole frames that must arrive.
    pub fn send(&self, bytes: Bytes) -> Delivery {
        let mut state = self.lock();
        if state.lag.has_gap() {
            return Delivery::Dropped;
        }
        self.push(&mut state, bytes)
    }

    /// Sends one flush: first the reliable lane, then, if the socket keeps up, the latest-wins lane.
    pub fn send_flush(&self, bytes: &Bytes, reliable_bytes: usize) -> Delivery {
        let mut state = self.lock();
        if state.lag.has_gap() {
            return Delivery::Dropped;
        }
        if state.waiting.is_empty() {
            return self.push(&mut state, bytes.clone());
        }
        if reliable_bytes < bytes.len() {
            state.lag = Lag::Latest;
        }
        if reliable_bytes == 0 {
            return Delivery::Waiting;
        }
        self.push(&mut state, bytes.slice(..reliable_bytes))
    }

    /// Sends the frames that bring a stale receiver up to date.
    pub fn resync(&self, bytes: Bytes) -> Delivery {
        let mut state = self.lock();
        state.lag = Lag::None;
        self.put(&mut state, bytes, usize::MAX)
    }

    /// Sends a close frame after what waits, and nothing after it.
    pub fn close(&self, code: CloseCode) {
        self.close_with(code.number());
    }

    /// As [`Outbox::close`], with a code of RFC 6455 itself.
    pub fn close_with(&self, code: u16) {
        self.close_by(frame::close(code));
    }

    /// As [`Outbox::close`], with a whole close frame.
    fn close_by(&self, close: Bytes) {
        let mut state = self.lock();
        if !state.closing {
            // A receiver that is behind gets the close next, not after a backlog it will never read; and it
            // always fits.
            if state.waiting_bytes + close.len() > self.backlog_bytes_max {
                state.shed();
            }
            if state.lag.has_gap() {
                state.lag = Lag::None;
            }
            self.put(&mut state, close, usize::MAX);
            state.closing = true;
            self.work.notify_one();
        }
    }

    /// Whether the close frame is out or on its way.
    pub fn is_closing(&self) -> bool {
        self.lock().closing
    }

    /// Tells the peer that nothing more will come, so that it hangs up first.
    pub fn hang_up(&self) -> io::Result<()> {
        socket2::SockRef::from(&*self.stream).shutdown(Shutdown::Write)
    }

    /// Bytes that wait for the socket.
    pub fn waiting_bytes(&self) -> usize {
        self.lock().waiting_bytes
    }

    /// Writes what waits whenever the socket takes bytes. Holds nothing and costs nothing while the receiver
    /// keeps up. Returns when there is something to report; call again unless closed or stalled.
    pub async fn drive(&self) -> io::Result<Driven> {
        loop {
            if let Some(report) = self.report()? {
                return Ok(report);
            }
            if self.lock().waiting.is_empty() {
                self.work.notified().await;
                continue;
            }
            match tokio::time::timeout(self.stall, self.stream.writable()).await {
                Ok(ready) => ready?,
                Err(_) => return Ok(Driven::Stalled),
            }
            self.write_waiting(&mut self.lock())?;
        }
    }

    fn report(&self) -> io::Result<Option<Driven>> {
        let mut state = self.lock();
        if state.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if !state.waiting.is_empty() {
            return Ok(None);
        }
        if state.closing {
            return Ok(Some(Driven::Closed));
        }
        Ok(match state.lag {
            // Drops what comes until `resync`.
            Lag::None | Lag::Resyncing => None,
            Lag::Latest => {
                state.lag = Lag::None;
                Some(Driven::Drained { stale: false })
            }
            Lag::Stale => {
                state.lag = Lag::Resyncing;
                Some(Driven::Drained { stale: true })
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, state: &mut State, bytes: Bytes) -> Delivery {
        self.put(state, bytes, self.backlog_bytes_max)
    }

    /// Writes or queues bytes, unless more than `waiting_max` would wait.
    fn put(&self, state: &mut State, mut bytes: Bytes, waiting_max: usize) -> Delivery {
        if state.broken || state.closing {
            return Delivery::Dropped;
        }
        if state.waiting.is_empty() {
            match self.stream.try_write(&bytes) {
                Ok(sent) if sent == bytes.len() => return Delivery::Sent,
                Ok(sent) => {
                    let _ = bytes.split_to(sent);
                    state.head_is_cut = sent > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    state.head_is_cut = false;
                }
                Err(_) => {
                    state.broken = true;
                    self.work.notify_one();
                    return Delivery::Dropped;
                }
            }
        }
        // What is half out must be finished, however much it is: the rest of it belongs to a frame.
        let is_begun = state.waiting.is_empty() && state.head_is_cut;
        if !is_begun && state.waiting_bytes + bytes.len() > waiting_max {
            state.shed();
            // With nothing left to write, no readiness of the socket would tell that this one is behind.
            self.work.notify_one();
            return Delivery::Dropped;
        }
        state.waiting_bytes += bytes.len();
        state.waiting.push_back(bytes);
        self.work.notify_one();
        Delivery::Waiting
    }

    fn write_waiting(&self, state: &mut State) -> io::Result<()> {
        while let Some(head) = state.waiting.front_mut() {
            match self.stream.try_write(head) {
                Ok(sent) => {
                    state.waiting_bytes -= sent;
                    if sent == head.len() {
                        state.waiting.pop_front();
                        state.head_is_cut = false;
                    } else {
                        let _ = head.split_to(sent);
                        state.head_is_cut = true;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        // A burst leaves no memory behind.
        state.waiting.shrink_to_fit();
        Ok(())
    }
}

impl State {
    /// Gives up what waits, all but the rest of a frame that is already half out.
    fn shed(&mut self) {
        let keep = usize::from(self.head_is_cut);
        self.waiting.truncate(keep);
        self.waiting_bytes = self.waiting.iter().map(Bytes::len).sum();
        self.lag = Lag::Stale;
    }
}

/// The socket as the WebSocket library sees it: it reads for itself, and writes through the outbox, so that
/// its pongs never land inside another frame.
#[derive(Debug)]
pub struct ReadSide {
    stream: Arc<TcpStream>,
    outbox: Arc<Outbox>,
}

impl ReadSide {
    /// The read side beside an outbox.
    pub fn new(stream: Arc<TcpStream>, outbox: Arc<Outbox>) -> Self {
        Self { stream, outbox }
    }
}

impl AsyncRead for ReadSide {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            std::task::ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(buf.initialize_unfilled()) {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for ReadSide {
    /// The library hands over whole frames (its own write buffer is off), and all of each is taken.
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let frame = Bytes::copy_from_slice(bytes);
        // The answer to a close reaches a peer that is behind, too.
        if frame::is_close(&frame) {
            self.outbox.close_by(frame);
        } else {
            self.outbox.send(frame);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
