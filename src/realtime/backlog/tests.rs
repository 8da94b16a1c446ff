//! The backlog against a kernel that takes as much as a test says.

use std::io;

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Backlog, Delivery, Driven, OWED_MAX};
use crate::realtime::frame;

const BYTES_MAX: usize = 100;

/// The longest resync made here, header and all.
const RESYNC_BYTES: usize = 150;

const CLOSE_CODE: u16 = 4_001;

/// A kernel with place for some bytes, and all it ever took.
#[derive(Default)]
struct Kernel {
    free: usize,
    taken: Vec<u8>,
}

impl Kernel {
    fn with(free: usize) -> Self {
        let taken = Vec::new();
        Self { free, taken }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.free == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let sent = bytes.len().min(self.free);
        self.free -= sent;
        self.taken.extend_from_slice(&bytes[..sent]);
        Ok(sent)
    }
}

/// A frame of `bytes` bytes in all, which says what it is.
fn piece(tag: u8, bytes: usize) -> Bytes {
    // Two bytes of header below 126 bytes of payload, four above.
    let payload = if bytes < 128 { bytes - 2 } else { bytes - 4 };
    frame::binary(&vec![tag; payload])
}

fn send(backlog: &mut Backlog, kernel: &mut Kernel, bytes: Bytes) -> Delivery {
    backlog.send(bytes, &mut |bytes| kernel.write(bytes))
}

fn drain(backlog: &mut Backlog, kernel: &mut Kernel) {
    kernel.free = usize::MAX;
    backlog
        .take_writable(&mut |bytes| kernel.write(bytes))
        .expect("this kernel never fails");
}

#[test]
fn bytes_are_sent_then_wait_then_are_dropped() {
    // What the kernel takes, what waits already, what comes: what becomes of it and what waits then.
    let table = [
        (50, 0, 50, Delivery::Sent, 0),
        (20, 0, 50, Delivery::Waiting, 30),
        (0, 0, 50, Delivery::Waiting, 50),
        (0, 50, 50, Delivery::Waiting, 100),
        (0, 50, 51, Delivery::Dropped, 0),
        (0, 0, 101, Delivery::Dropped, 0),
        // Begun, so it is finished.
        (1, 0, 120, Delivery::Waiting, 119),
    ];
    for (free, before, comes, delivery, after) in table {
        let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::default());
        if before > 0 {
            send(&mut backlog, &mut kernel, piece(1, before));
        }
        kernel.free = free;
        let became = send(&mut backlog, &mut kernel, piece(2, comes));
        let state = (became, backlog.waiting_bytes());
        assert_eq!(state, (delivery, after), "{free} {before} {comes}");
        let shed = u32::from(delivery == Delivery::Dropped);
        assert_eq!((backlog.sheds(), backlog.resyncs()), (shed, 0));
    }
}

#[test]
fn the_ladder_is_climbed_and_left_step_by_step() {
    let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::default());
    assert_eq!(backlog.report().expect("whole"), None);
    send(&mut backlog, &mut kernel, piece(1, 40));
    // The latest-wins lane alone is left out, and owed.
    let flush = piece(2, 40);
    let mut write = |bytes: &[u8]| kernel.write(bytes);
    assert_eq!(backlog.send_flush(&flush, 0, &mut write), Delivery::Waiting);
    assert_eq!(backlog.waiting_bytes(), 40);
    drain(&mut backlog, &mut kernel);
    let drained = |stale| Some(Driven::Drained { stale });
    assert_eq!(backlog.report().expect("whole"), drained(false));
    assert_eq!(backlog.report().expect("whole"), None);
    // Too much: everything is dropped until the resync.
    kernel.free = 0;
    send(&mut backlog, &mut kernel, piece(3, 101));
    assert_eq!(backlog.report().expect("whole"), drained(true));
    assert_eq!(backlog.report().expect("whole"), None);
    kernel.free = usize::MAX;
    let dropped = send(&mut backlog, &mut kernel, piece(4, 10));
    assert_eq!(dropped, Delivery::Dropped);
    let resync = backlog.resync(piece(5, RESYNC_BYTES), &mut |bytes| kernel.write(bytes));
    assert_eq!(resync, Delivery::Sent);
    assert_eq!((backlog.sheds(), backlog.resyncs()), (1, 1));
    let sent = send(&mut backlog, &mut kernel, piece(6, 10));
    assert_eq!(sent, Delivery::Sent);
}

/// The tags of whole frames of the kernel's.
fn tags(kernel: &Kernel) -> Vec<u8> {
    frames(&kernel.taken).into_iter().flatten().collect()
}

#[test]
fn what_stands_beside_the_room_follows_its_first_word_and_each_resync() {
    let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::with(1_000));
    let push = |backlog: &mut Backlog, kernel: &mut Kernel, tag| {
        backlog.push(piece(tag, 20), &mut |bytes| kernel.write(bytes))
    };
    assert_eq!(push(&mut backlog, &mut kernel, 1), Delivery::Waiting);
    assert!(kernel.taken.is_empty(), "not before the welcome");
    send(&mut backlog, &mut kernel, piece(9, 20));
    for _ in 0..2 {
        backlog.greet(&mut |bytes| kernel.write(bytes));
    }
    assert_eq!(push(&mut backlog, &mut kernel, 2), Delivery::Sent);
    assert_eq!(tags(&kernel), [9, 1, 2]);
    // One that waits, then is shed with the rest; one that comes meanwhile.
    kernel.free = 0;
    send(&mut backlog, &mut kernel, piece(8, 40));
    assert_eq!(push(&mut backlog, &mut kernel, 3), Delivery::Waiting);
    assert_eq!(
        send(&mut backlog, &mut kernel, piece(8, 80)),
        Delivery::Dropped
    );
    assert_eq!(push(&mut backlog, &mut kernel, 4), Delivery::Waiting);
    assert_eq!(backlog.waiting_bytes(), 0);
    backlog.resync(piece(7, RESYNC_BYTES), &mut |bytes| kernel.write(bytes));
    drain(&mut backlog, &mut kernel);
    assert_eq!(tags(&kernel), [9, 1, 2, 7, 3, 4]);
    // What is out is owed no more.
    kernel.free = 0;
    send(&mut backlog, &mut kernel, piece(8, 101));
    backlog.resync(piece(7, 20), &mut |bytes| kernel.write(bytes));
    drain(&mut backlog, &mut kernel);
    assert_eq!(tags(&kernel), [9, 1, 2, 7, 3, 4, 7]);
}

#[test]
fn of_what_stands_beside_the_room_the_newest_are_owed() {
    let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::with(10_000));
    for tag in 0..100 {
        backlog.push(piece(tag, 20), &mut |bytes| kernel.write(bytes));
    }
    backlog.greet(&mut |bytes| kernel.write(bytes));
    let newest: Vec<u8> = (100 - u8::try_from(OWED_MAX).expect("few")..100).collect();
    assert_eq!(tags(&kernel), newest);
}

#[test]
fn last_words_reach_a_receiver_in_any_state() {
    for (begun, stale) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::default());
        kernel.free = usize::from(begun);
        send(&mut backlog, &mut kernel, piece(1, 60));
        if stale {
            send(&mut backlog, &mut kernel, piece(2, 60));
        }
        assert_eq!(backlog.sheds(), u32::from(stale));
        let mut words = BytesMut::from(&piece(3, 60)[..]);
        words.extend_from_slice(&frame::close(CLOSE_CODE));
        backlog.close(words.clone().freeze(), &mut |bytes| kernel.write(bytes));
        let late = send(&mut backlog, &mut kernel, piece(4, 10));
        assert_eq!(late, Delivery::Dropped);
        drain(&mut backlog, &mut kernel);
        assert_eq!(backlog.report().expect("whole"), Some(Driven::Closed));
        assert!(kernel.taken.ends_with(&words));
        let begun_bytes = if begun { 60 } else { 0 };
        assert_eq!(kernel.taken.len(), begun_bytes + words.len());
    }
}

#[test]
fn a_broken_socket_is_reported_however_it_breaks() {
    let mut breaks = |_: &[u8]| Err(io::ErrorKind::ConnectionReset.into());
    let mut backlog = Backlog::new(BYTES_MAX);
    assert_eq!(backlog.send(piece(1, 10), &mut breaks), Delivery::Dropped);
    assert!(backlog.take_news() && !backlog.take_news());
    assert!(backlog.report().is_err());

    let (mut backlog, mut kernel) = (Backlog::new(BYTES_MAX), Kernel::default());
    send(&mut backlog, &mut kernel, piece(1, 10));
    assert!(backlog.take_writable(&mut breaks).is_err());
    assert!(backlog.report().is_err());
}

/// What may happen to a backlog.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send(usize),
    Flush {
        reliable: usize,
        latest: usize,
    },
    Resync(usize),
    Close,
    /// The kernel has so much place again.
    Free(usize),
    Drive,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (5..=BYTES_MAX + 20).prop_map(Step::Send),
        4 => (5..=60_usize, 5..=60_usize).prop_map(|(reliable, latest)| Step::Flush { reliable, latest }),
        1 => (5..=60_usize).prop_map(|latest| Step::Flush { reliable: 0, latest }),
        1 => (5..=RESYNC_BYTES).prop_map(Step::Resync),
        6 => (0..80_usize).prop_map(Step::Free),
        6 => Just(Step::Drive),
    ]
}

const LATEST: u8 = 0;
const RESYNC: u8 = 255;

/// A room that numbers what must arrive, and answers a gap with a resync.
struct World {
    backlog: Backlog,
    kernel: Kernel,
    last: u8,
    closed: bool,
}

impl World {
    fn next(&mut self) -> u8 {
        self.last = if self.last == RESYNC - 1 {
            1
        } else {
            self.last + 1
        };
        self.last
    }

    fn take(&mut self, step: Step) {
        let Self {
            backlog, kernel, ..
        } = self;
        match step {
            Step::Send(bytes) => {
                let tag = self.next();
                send(&mut self.backlog, &mut self.kernel, piece(tag, bytes));
            }
            Step::Flush { reliable, latest } => {
                let mut flush = BytesMut::new();
                if reliable > 0 {
                    flush.extend_from_slice(&piece(self.next(), reliable));
                }
                flush.extend_from_slice(&piece(LATEST, latest));
                let flush = flush.freeze();
                let kernel = &mut self.kernel;
                let mut write = |bytes: &[u8]| kernel.write(bytes);
                self.backlog.send_flush(&flush, reliable, &mut write);
            }
            // At any time, asked for or not.
            Step::Resync(bytes) => {
                backlog.resync(piece(RESYNC, bytes), &mut |bytes| kernel.write(bytes));
            }
            Step::Close => {
                let last_words = frame::close(CLOSE_CODE);
                backlog.close(last_words, &mut |bytes| kernel.write(bytes));
                self.closed = true;
            }
            Step::Free(bytes) => kernel.free = bytes,
            Step::Drive => self.drive(),
        }
    }

    fn drive(&mut self) {
        let kernel = &mut self.kernel;
        let mut write = |bytes: &[u8]| kernel.write(bytes);
        self.backlog.take_writable(&mut write).expect("never fails");
        if let Some(Driven::Drained { stale: true }) = self.backlog.report().expect("whole") {
            self.backlog.resync(piece(RESYNC, 20), &mut write);
        }
    }
}

/// The first payload byte of each frame, `None` for a close. Panics at a frame that is cut.
fn frames(mut bytes: &[u8]) -> Vec<Option<u8>> {
    let mut tags = Vec::new();
    while !bytes.is_empty() {
        let (header, length) = match bytes[1] {
            126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
            short => (2, usize::from(short)),
        };
        let (frame, rest) = bytes.split_at(header + length);
        let payload = &frame[header..];
        if frame::is_close(frame) {
            tags.push(None);
        } else {
            assert!(
                payload.iter().all(|byte| *byte == payload[0]),
                "in one piece"
            );
            tags.push(Some(payload[0]));
        }
        bytes = rest;
    }
    tags
}

proptest! {
    #[test]
    fn frames_stay_whole_gaps_are_mended_and_what_waits_is_bounded(
        steps in vec(step(), 1..200),
        close_at in any::<proptest::sample::Index>(),
        closes in any::<bool>(),
    ) {
        let (backlog, kernel) = (Backlog::new(BYTES_MAX), Kernel::with(50));
        let mut world = World { backlog, kernel, last: 0, closed: false };
        let close_at = close_at.index(steps.len());
        // The longest piece that may be begun.
        let begun_max = BYTES_MAX + 20;
        for (no, step) in steps.into_iter().enumerate() {
            world.take(step);
            if closes && no == close_at {
                world.take(Step::Close);
            }
            let bound = BYTES_MAX + begun_max + RESYNC_BYTES;
            prop_assert!(world.backlog.waiting_bytes() <= bound);
        }
        // Until all that is owed has arrived.
        for _ in 0..3 {
            world.take(Step::Free(usize::MAX));
            world.take(Step::Drive);
        }
        prop_assert_eq!(world.backlog.waiting_bytes(), 0);
        let tags = frames(&world.kernel.taken);
        let mut last = 0;
        for tag in tags.iter().flatten() {
            match *tag {
                LATEST => {}
                RESYNC => last = RESYNC,
                tag => {
                    let next = if last == RESYNC - 1 { 1 } else { last.wrapping_add(1) };
                    prop_assert!(last == RESYNC || tag == next, "{} after {}", tag, last);
                    last = tag;
                }
            }
        }
        let is_up_to_date = last == world.last || last == RESYNC;
        prop_assert!(world.closed || is_up_to_date);
        let closes = tags.iter().filter(|tag| tag.is_none()).count();
        prop_assert_eq!(closes, usize::from(world.closed));
        prop_assert!(!world.closed || tags.last() == Some(&None));
    }
}
