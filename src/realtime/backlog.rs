//! What waits for one receiver, and what becomes of it when the receiver is slow: the part of an outbox that
//! needs no socket and no clock, so that the simulation runs the same code.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;

use bytes::Bytes;

/// Tries to write bytes: how many were taken, or `WouldBlock` when there is no place for any.
pub type Write<'a> = dyn FnMut(&[u8]) -> io::Result<usize> + 'a;

/// Frames beside the room's that are kept for a receiver that has fallen behind, or is not welcomed yet; the oldest
/// give way, and the newest tells how many there are.
pub const OWED_MAX: usize = 16;

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

/// What whoever drives a backlog is told.
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

/// What waits for one receiver.
#[derive(Debug)]
pub struct Backlog {
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    bytes_max: usize,
    sheds: u32,
    resyncs: u32,
    /// Whether part of the first waiting piece is already out.
    head_is_cut: bool,
    lag: Lag,
    /// Frames beside the room's that may not have gone out, and that no snapshot makes good.
    owed: VecDeque<Bytes>,
    is_greeted: bool,
    closing: bool,
    broken: bool,
    has_news: bool,
}

impl Backlog {
    /// Nothing waits, and no more may than this.
    pub const fn new(bytes_max: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            bytes_max,
            sheds: 0,
            resyncs: 0,
            head_is_cut: false,
            lag: Lag::None,
            owed: VecDeque::new(),
            is_greeted: false,
            closing: false,
            broken: false,
            has_news: false,
        }
    }

    /// Sends whole frames that must arrive.
    pub fn send(&mut self, bytes: Bytes, write: &mut Write<'_>) -> Delivery {
        if self.lag.has_gap() {
            return Delivery::Dropped;
        }
        self.put(bytes, self.bytes_max, write)
    }

    /// The room has said its first word: what stands beside it may follow.
    pub fn greet(&mut self, write: &mut Write<'_>) {
        if !std::mem::replace(&mut self.is_greeted, true) {
            self.pay(write);
        }
    }

    /// Sends a frame that is not of the room: after the room's first word, and, to a receiver that is behind, again
    /// after what brings it up to date. So it may arrive twice, and not at all only where many others follow it.
    pub fn push(&mut self, bytes: Bytes, write: &mut Write<'_>) -> Delivery {
        if self.closing || self.broken {
            return Delivery::Dropped;
        }
        if !self.is_greeted || self.lag.has_gap() {
            self.owe(bytes);
            return Delivery::Waiting;
        }
        let delivery = self.put(bytes.clone(), self.bytes_max, write);
        if delivery != Delivery::Sent {
            self.owe(bytes);
        }
        delivery
    }

    fn owe(&mut self, bytes: Bytes) {
        if self.owed.len() == OWED_MAX {
            self.owed.pop_front();
        }
        self.owed.push_back(bytes);
    }

    /// Sends what is owed, and owes it on until it is out.
    fn pay(&mut self, write: &mut Write<'_>) {
        for bytes in std::mem::take(&mut self.owed) {
            if self.put(bytes.clone(), usize::MAX, write) != Delivery::Sent {
                self.owe(bytes);
            }
        }
    }

    /// Sends one flush: first the reliable lane, then, if the receiver keeps up, the latest-wins lane.
    pub fn send_flush(
        &mut self,
        bytes: &Bytes,
        reliable_bytes: usize,
        write: &mut Write<'_>,
    ) -> Delivery {
        if self.lag.has_gap() {
            return Delivery::Dropped;
        }
        if self.waiting.is_empty() {
            return self.put(bytes.clone(), self.bytes_max, write);
        }
        if reliable_bytes < bytes.len() {
            self.lag = Lag::Latest;
        }
        if reliable_bytes == 0 {
            return Delivery::Waiting;
        }
        self.put(bytes.slice(..reliable_bytes), self.bytes_max, write)
    }

    /// Sends the frames that bring a stale receiver up to date, however long they are.
    pub fn resync(&mut self, bytes: Bytes, write: &mut Write<'_>) -> Delivery {
        if !self.lag.has_gap() {
            return self.put(bytes, self.bytes_max, write);
        }
        self.lag = Lag::None;
        self.resyncs += 1;
        let delivery = self.put(bytes, usize::MAX, write);
        self.pay(write);
        delivery
    }

    /// Latest-wins bytes were left out on the way here: the newest of everything is owed.
    pub fn leave_out_latest(&mut self) {
        if self.lag == Lag::None {
            self.lag = Lag::Latest;
            self.has_news = true;
        }
    }

    /// Reliable bytes were left out on the way here: nothing more until the receiver is brought up to date.
    pub fn leave_out(&mut self) {
        if !self.broken && !self.closing {
            self.shed();
            self.has_news = true;
        }
    }

    /// Sends what ends the connection after what waits, and nothing after it.
    pub fn close(&mut self, last_words: Bytes, write: &mut Write<'_>) {
        if self.closing {
            return;
        }
        // A receiver that is behind gets them next, not after a backlog it will never read; and they always fit.
        if self.waiting_bytes + last_words.len() > self.bytes_max {
            self.shed();
        }
        if self.lag.has_gap() {
            self.lag = Lag::None;
        }
        self.put(last_words, usize::MAX, write);
        self.closing = true;
        self.has_news = true;
    }

    /// Writes what waits until nothing does or the socket takes no more.
    pub fn take_writable(&mut self, write: &mut Write<'_>) -> io::Result<()> {
        while let Some(head) = self.waiting.front_mut() {
            match write(head) {
                Ok(sent) => {
                    self.waiting_bytes -= sent;
                    if sent == head.len() {
                        self.waiting.pop_front();
                        self.head_is_cut = false;
                    } else {
                        let _ = head.split_to(sent);
                        self.head_is_cut |= sent > 0;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    self.broken = true;
                    return Err(error);
                }
            }
        }
        if self.is_greeted && !self.lag.has_gap() {
            self.owed = VecDeque::new();
        }
        // A burst leaves no memory behind.
        self.waiting.shrink_to_fit();
        Ok(())
    }

    /// What there is to report, once.
    pub fn report(&mut self) -> io::Result<Option<Driven>> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if !self.waiting.is_empty() {
            return Ok(None);
        }
        if self.closing {
            return Ok(Some(Driven::Closed));
        }
        Ok(match self.lag {
            // Drops what comes until `resync`.
            Lag::None | Lag::Resyncing => None,
            Lag::Latest => {
                self.lag = Lag::None;
                Some(Driven::Drained { stale: false })
            }
            Lag::Stale => {
                self.lag = Lag::Resyncing;
                Some(Driven::Drained { stale: true })
            }
        })
    }

    /// Whether whoever drives this has something new to look at, said once.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    /// Whether reliable bytes were dropped that a snapshot must make good.
    pub fn is_stale(&self) -> bool {
        self.lag.has_gap()
    }

    /// Whether the room has said its first word.
    pub const fn is_greeted(&self) -> bool {
        self.is_greeted
    }

    /// Whether the close frame is out or on its way.
    pub const fn is_closing(&self) -> bool {
        self.closing
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes that wait for the socket.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How often reliable bytes were given up.
    pub const fn sheds(&self) -> u32 {
        self.sheds
    }

    /// How often the receiver was brought up to date after that.
    pub const fn resyncs(&self) -> u32 {
        self.resyncs
    }

    /// Writes or queues bytes, unless more than `waiting_max` would wait.
    fn put(&mut self, mut bytes: Bytes, waiting_max: usize, write: &mut Write<'_>) -> Delivery {
        if self.broken || self.closing {
            return Delivery::Dropped;
        }
        if self.waiting.is_empty() {
            match write(&bytes) {
                Ok(sent) if sent == bytes.len() => return Delivery::Sent,
                Ok(sent) => {
                    let _ = bytes.split_to(sent);
                    self.head_is_cut = sent > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.head_is_cut = false;
                }
                Err(_) => {
                    self.broken = true;
                    self.has_news = true;
                    return Delivery::Dropped;
                }
            }
        }
        self.has_news = true;
        // What is half out must be finished, however much it is: the rest of it belongs to a frame.
        let is_begun = self.waiting.is_empty() && self.head_is_cut;
        if !is_begun && self.waiting_bytes + bytes.len() > waiting_max {
            // With nothing left to write, no readiness of the socket would tell that this one is behind.
            self.shed();
            return Delivery::Dropped;
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes);
        Delivery::Waiting
    }

    /// Gives up what waits, all but the rest of a frame that is already half out.
    fn shed(&mut self) {
        let keep = usize::from(self.head_is_cut);
        self.waiting.truncate(keep);
        self.waiting_bytes = self.waiting.iter().map(Bytes::len).sum();
        self.lag = Lag::Stale;
        self.sheds += 1;
    }
}
