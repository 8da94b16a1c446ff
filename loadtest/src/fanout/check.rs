//! The integrity of what a receiver gets: every byte known, every number in its place.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use maru::realtime::frame::{Frame, Kind};
use maru_protocol::{Event, ServerFrame, decode_server, encode_server};

use super::plan::Receiver;
use super::stream::{self, EPOCH};

/// A flush that was decoded and found right once; other receivers' bytes are compared with it.
#[derive(Debug)]
pub struct Known {
    payload: Vec<u8>,
    first: u64,
    last: u64,
    /// When each of its events was due.
    pub due_us: Vec<u64>,
}

/// The flushes known so far, by audience and number, and the avatars frames by flush.
#[derive(Debug, Default)]
pub struct Ledger {
    flushes: [HashMap<u64, Arc<Known>>; 2],
    avatars: HashMap<u64, Vec<u8>>,
}

/// One receiver's place in the stream.
#[derive(Debug)]
pub struct Check {
    receiver: Receiver,
    /// The next flush; unknown at the start and after a resync.
    flush: Option<u64>,
    /// The last event had.
    seq: u64,
    /// The flush the avatar's newest place is of.
    place: u64,
    /// Pings not answered yet.
    pings: VecDeque<u64>,
    /// Events had.
    pub events: u64,
    /// Announced gaps.
    pub resyncs: u64,
    /// Pings answered.
    pub pongs: u64,
    has_end: bool,
    /// Whether the close frame came.
    pub is_closed: bool,
}

impl Check {
    /// At the start of the stream.
    pub fn new(receiver: Receiver) -> Self {
        Self {
            receiver,
            flush: Some(1),
            seq: 0,
            place: 0,
            pings: VecDeque::new(),
            events: 0,
            resyncs: 0,
            pongs: 0,
            has_end: false,
            is_closed: false,
        }
    }

    /// Remembers a ping that was sent.
    pub fn pinged(&mut self, nonce: u64) {
        self.pings.push_back(nonce);
    }

    /// Takes one frame. Gives the flush back when it was one.
    pub fn take(
        &mut self,
        frame: Frame<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<Arc<Known>>, String> {
        if self.is_closed {
            return Err("a frame after the close".to_owned());
        }
        match frame.kind {
            Kind::Pong => self.pong(frame.payload).map(|()| None),
            Kind::Close if self.has_end => {
                self.is_closed = true;
                Ok(None)
            }
            Kind::Close => Err(format!(
                "closed with {:02x?} after event {}",
                frame.payload, self.seq
            )),
            Kind::Binary if self.has_end => Err("a frame after the end".to_owned()),
            Kind::Binary => self.binary(frame.payload, ledger),
        }
    }

    fn binary(
        &mut self,
        payload: &[u8],
        ledger: &mut Ledger,
    ) -> Result<Option<Arc<Known>>, String> {
        let flushes = &ledger.flushes[usize::from(self.receiver.is_filtered)];
        let expected = self.flush.and_then(|flush| flushes.get(&flush));
        if let Some(known) = expected.filter(|known| known.payload == payload) {
            let known = known.clone();
            return self.advance(known).map(Some);
        }
        // The place of the flush just had is what usually follows it.
        let newest = self
            .flush
            .map(|next| next - 1)
            .filter(|&flush| flush > self.place);
        if let Some(flush) =
            newest.filter(|flush| ledger.avatars.get(flush).is_some_and(|a| a == payload))
        {
            self.place = flush;
            return Ok(None);
        }
        self.decoded(payload, ledger)
    }

    fn decoded(
        &mut self,
        payload: &[u8],
        ledger: &mut Ledger,
    ) -> Result<Option<Arc<Known>>, String> {
        match decode_server(payload).map_err(|error| error.to_string())? {
            ServerFrame::Events {
                epoch: EPOCH,
                flush,
                seq,
                events,
            } => {
                if self.flush.is_some_and(|next| next != flush) {
                    return Err(format!("flush {flush} where {:?} was due", self.flush));
                }
                let known = self.known(payload, flush, seq, &events, ledger)?;
                self.flush = Some(flush);
                self.advance(known).map(Some)
            }
            ServerFrame::Avatars {
                epoch: EPOCH,
                avatars,
            } => {
                let flush = avatars.first().map_or(0, stream::flush_of);
                if flush < self.place || payload != encode_server(&stream::avatars(flush)) {
                    return Err(format!(
                        "{avatars:?} after the place of flush {}",
                        self.place
                    ));
                }
                self.place = flush;
                ledger
                    .avatars
                    .entry(flush)
                    .or_insert_with(|| payload.to_vec());
                Ok(None)
            }
            ServerFrame::Changes {
                epoch: EPOCH, seq, ..
            } if seq >= self.seq => {
                self.resyncs += 1;
                self.seq = seq;
                self.flush = None;
                Ok(None)
            }
            ServerFrame::GoAway {
                reconnect_after_ms: events,
            } => self.finish(u64::from(events)).map(|()| None),
            other => Err(format!("not of this stream: {other:?}")),
        }
    }

    /// Decodes a flush nobody had before, or finds it equal to the one others had.
    fn known(
        &self,
        payload: &[u8],
        flush: u64,
        seq: u64,
        events: &[Event],
        ledger: &mut Ledger,
    ) -> Result<Arc<Known>, String> {
        let filtered = self.receiver.is_filtered;
        let flushes = &mut ledger.flushes[usize::from(filtered)];
        if let Some(known) = flushes.get(&flush) {
            return if known.payload == payload {
                Ok(known.clone())
            } else {
                Err(format!("flush {flush} is not what others had"))
            };
        }
        let first = (seq + 1)
            .checked_sub(events.len() as u64)
            .ok_or("more events than seq")?;
        let mut due_us = Vec::with_capacity(events.len());
        for (number, event) in (first..).zip(events) {
            let Event::Changed { at_ms, .. } = event else {
                return Err(format!("not an event of this stream: {event:?}"));
            };
            if *event != stream::event(number, *at_ms, filtered) {
                return Err(format!("event {number} is not what was sent: {event:?}"));
            }
            due_us.push(*at_ms);
        }
        let known = Arc::new(Known {
            payload: payload.to_vec(),
            first,
            last: seq,
            due_us,
        });
        flushes.insert(flush, known.clone());
        Ok(known)
    }

    fn advance(&mut self, known: Arc<Known>) -> Result<Arc<Known>, String> {
        if known.first != self.seq + 1 {
            return Err(format!("event {} after event {}", known.first, self.seq));
        }
        self.events += known.due_us.len() as u64;
        self.seq = known.last;
        self.flush = self.flush.map(|flush| flush + 1);
        Ok(known)
    }

    fn pong(&mut self, payload: &[u8]) -> Result<(), String> {
        let nonce = payload
            .try_into()
            .map(u64::from_be_bytes)
            .map_err(|_| "a pong of another length")?;
        // A pong may be dropped with everything else while a receiver is too far behind, never otherwise.
        while let Some(ping) = self.pings.pop_front() {
            if ping == nonce {
                self.pongs += 1;
                return Ok(());
            }
            if self.resyncs == 0 {
                return Err(format!("ping {ping} was not answered before {nonce}"));
            }
        }
        Err(format!("a pong to no ping: {nonce}"))
    }

    fn finish(&mut self, events: u64) -> Result<(), String> {
        self.has_end = true;
        if self.seq != events {
            return Err(format!("the end at event {} of {events}", self.seq));
        }
        // Without a resync the last flush was had, and its place is owed.
        if self
            .flush
            .is_some_and(|next| next > 1 && self.place != next - 1)
        {
            return Err(format!(
                "the newest place is of flush {}, not of {:?} - 1",
                self.place, self.flush
            ));
        }
        Ok(())
    }
}
