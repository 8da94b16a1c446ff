//! The write side of one connection. Every byte to the client goes through here: pre-framed broadcasts
//! straight from the room, unicasts, and the pongs and closes of the WebSocket library.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use maru_protocol::CloseCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::backlog::{Backlog, Write};
pub use super::backlog::{Delivery, Driven};
use super::frame;
use super::limits::KERNEL_UNSENT_BYTES;

/// The write side of one connection: a backlog, the socket it writes to, and who is woken when it waits.
#[derive(Debug)]
pub struct Outbox {
    stream: Arc<TcpStream>,
    stall: Duration,
    backlog: Mutex<Backlog>,
    work: Notify,
    /// Keeps saying that the room has bid welcome until that is heard.
    welcomed: Notify,
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
        Ok(Self {
            stream,
            stall,
            backlog: Mutex::new(Backlog::new(backlog_bytes_max)),
            work: Notify::new(),
            welcomed: Notify::new(),
        })
    }

    /// Sends whole frames that must arrive.
    pub fn send(&self, bytes: Bytes) -> Delivery {
        self.with(|backlog, write| backlog.send(bytes, write))
    }

    /// The same for frames of the room: once it has said its first word, what stands beside it may follow.
    pub fn send_of_room(&self, bytes: Bytes) -> Delivery {
        let mut is_welcome = false;
        let delivery = self.with(|backlog, write| {
            is_welcome = !backlog.is_greeted() && frame::is_welcome(&bytes);
            let delivery = backlog.send(bytes, write);
            backlog.greet(write);
            delivery
        });
        if is_welcome {
            self.welcomed.notify_one();
        }
        delivery
    }

    /// Sends a frame that is not of the room: see [`Backlog::push`].
    pub fn push(&self, bytes: Bytes) -> Delivery {
        self.with(|backlog, write| backlog.push(bytes, write))
    }

    /// Sends one flush: first the reliable lane, then, if the socket keeps up, the latest-wins lane.
    pub fn send_flush(&self, bytes: &Bytes, reliable_bytes: usize) -> Delivery {
        self.with(|backlog, write| backlog.send_flush(bytes, reliable_bytes, write))
    }

    /// Sends the frames that bring a stale receiver up to date.
    pub fn resync(&self, bytes: Bytes) -> Delivery {
        self.with(|backlog, write| backlog.resync(bytes, write))
    }

    /// Latest-wins bytes were left out on the way here.
    pub fn leave_out_latest(&self) {
        self.with(|backlog, _| backlog.leave_out_latest());
    }

    /// Reliable bytes were left out on the way here.
    pub fn leave_out(&self) {
        self.with(|backlog, _| backlog.leave_out());
    }

    /// Sends a close frame after what waits, and nothing after it.
    pub fn close(&self, code: CloseCode) {
        self.close_with(code.number());
    }

    /// As [`Outbox::close`], with a code of RFC 6455 itself.
    pub fn close_with(&self, code: u16) {
        self.close_by(frame::close(code));
    }

    /// As [`Outbox::close_with`], with a last frame right before it: it reaches a receiver that is behind, too.
    pub fn close_saying(&self, last: &[u8], code: u16) {
        let mut words = BytesMut::from(last);
        words.extend_from_slice(&frame::close(code));
        self.close_by(words.freeze());
    }

    fn close_by(&self, last_words: Bytes) {
        self.with(|backlog, write| backlog.close(last_words, write));
    }

    /// Whether the room has said its first word.
    pub fn is_greeted(&self) -> bool {
        self.lock().is_greeted()
    }

    /// Waits until the room has let the peer in: its first word was a welcome, not why it sends them away. For one to
    /// wait, once.
    pub async fn welcomed(&self) {
        self.welcomed.notified().await;
    }

    /// Whether the close frame is out or on its way.
    pub fn is_closing(&self) -> bool {
        self.lock().is_closing()
    }

    /// Tells the peer that nothing more will come, so that it hangs up first.
    pub fn hang_up(&self) -> io::Result<()> {
        socket2::SockRef::from(&*self.stream).shutdown(Shutdown::Write)
    }

    /// Whether reliable bytes were dropped that a snapshot must make good.
    pub fn is_stale(&self) -> bool {
        self.lock().is_stale()
    }

    /// Bytes that wait for the socket.
    pub fn waiting_bytes(&self) -> usize {
        self.lock().waiting_bytes()
    }

    /// Writes what waits whenever the socket takes bytes. Holds nothing and costs nothing while the receiver
    /// keeps up. Returns when there is something to report; call again unless closed or stalled.
    pub async fn drive(&self) -> io::Result<Driven> {
        loop {
            if let Some(report) = self.lock().report()? {
                return Ok(report);
            }
            if self.lock().is_empty() {
                self.work.notified().await;
                continue;
            }
            match tokio::time::timeout(self.stall, self.stream.writable()).await {
                Ok(ready) => ready?,
                Err(_) => return Ok(Driven::Stalled),
            }
            self.with(|backlog, write| backlog.take_writable(write))?;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something that may write, and wakes the driver if it concerns it.
    fn with<T>(&self, act: impl FnOnce(&mut Backlog, &mut Write<'_>) -> T) -> T {
        let mut backlog = self.lock();
        let done = act(&mut backlog, &mut |bytes| self.stream.try_write(bytes));
        if backlog.take_news() {
            self.work.notify_one();
        }
        done
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
