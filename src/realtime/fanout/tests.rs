//! Many sockets, written to straight and over tasks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use maru_protocol::CloseCode;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::shard::{JOBS_MAX, Job};
use super::{Fanout, FanoutParts, shard_of};
use crate::domain::clock::Clock;
use crate::realtime::frame;
use crate::realtime::limits::Limits;
use crate::realtime::outbox::{Driven, Outbox};
use crate::realtime::room::ConnId;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);

/// The end of a stream.
const END: u32 = u32::MAX;

fn fanout(split_min: usize, shards_max: usize) -> Fanout {
    Fanout::new(FanoutParts {
        metrics: Arc::default(),
        clock: Clock::start(),
        tasks: TaskTracker::new(),
        split_min,
        shards_max,
    })
}

/// Everyone who was ever there: their end of the socket, and what they are to have read in the end.
struct Crowd {
    listener: TcpListener,
    fanout: Fanout,
    sockets: BTreeMap<ConnId, TcpStream>,
    outboxes: BTreeMap<ConnId, Arc<Outbox>>,
    expected: BTreeMap<ConnId, Vec<u32>>,
    next: u64,
    number: u32,
}

impl Crowd {
    async fn new(fanout: Fanout) -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("bound"),
            fanout,
            sockets: BTreeMap::new(),
            outboxes: BTreeMap::new(),
            expected: BTreeMap::new(),
            next: 1,
            number: 0,
        }
    }

    async fn enter(&mut self, count: usize) {
        let address = self.listener.local_addr().expect("bound");
        for _ in 0..count {
            let there = TcpStream::connect(address).await.expect("connected");
            let (here, _) = self.listener.accept().await.expect("accepted");
            let bytes_max = Limits::DEFAULT.backlog_bytes_max;
            let outbox = Outbox::new(Arc::new(here), bytes_max, DEADLINE).expect("a socket");
            let (conn, outbox) = (ConnId(self.next), Arc::new(outbox));
            self.next += 1;
            self.fanout.enter(conn, outbox.clone());
            self.sockets.insert(conn, there);
            self.outboxes.insert(conn, outbox);
            self.expected.insert(conn, Vec::new());
        }
    }

    fn here(&self) -> Vec<ConnId> {
        let mut conns: Vec<ConnId> = self.fanout.outboxes().map(|(conn, _)| conn).collect();
        conns.sort_unstable();
        conns
    }

    fn fresh(&mut self) -> (u32, Bytes) {
        self.number += 1;
        (self.number, frame::binary(&self.number.to_be_bytes()))
    }

    /// A reliable flush to everyone.
    fn flush(&mut self) {
        let (number, bytes) = self.fresh();
        let here = self.here();
        self.fanout.flush(&here, &bytes, bytes.len());
        for conn in here {
            self.expect(conn, number);
        }
    }

    fn send(&mut self, conn: ConnId) {
        let (number, bytes) = self.fresh();
        self.fanout.send(conn, bytes);
        self.expect(conn, number);
    }

    fn expect(&mut self, conn: ConnId, number: u32) {
        self.expected.entry(conn).or_default().push(number);
    }

    /// What a member reads, up to the end of its stream.
    async fn read(&mut self, conn: ConnId) -> Vec<u32> {
        let socket = self.sockets.get_mut(&conn).expect("it was there");
        let mut numbers = Vec::new();
        loop {
            let mut head = [0; 2];
            socket.read_exact(&mut head).await.expect("a frame");
            if head[0] == 0x88 {
                return numbers;
            }
            assert_eq!(head, [0x82, 4], "frames are whole");
            numbers.push(socket.read_u32().await.expect("its payload"));
        }
    }

    /// Everyone's end; everyone has read what they are to.
    async fn ends_well(mut self) {
        self.fanout.close_all(CloseCode::Restart);
        for conn in self.sockets.keys().copied().collect::<Vec<_>>() {
            let read = tokio::time::timeout(DEADLINE, self.read(conn)).await;
            assert_eq!(read.expect("in time"), self.expected[&conn], "{conn:?}");
        }
    }

    async fn rest(&self) {
        while !self.fanout.shards.iter().all(super::Shard::is_idle) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_of_2_500_gets_everything_in_order_however_many_write() {
    let mut crowd = Crowd::new(fanout(1_000, 3)).await;
    crowd.enter(900).await;
    for _ in 0..5 {
        crowd.flush();
    }
    assert_eq!(crowd.fanout.shards.len(), 0, "the actor itself");
    crowd.enter(1_600).await;
    for turn in 0..30 {
        // Answers and welcomes among the flushes, to other members each turn.
        for conn in crowd.here().into_iter().skip(turn).step_by(97) {
            crowd.send(conn);
        }
        crowd.flush();
        if turn == 10 {
            crowd.enter(7).await;
        }
    }
    assert_eq!(crowd.fanout.shards.len(), 3);
    // Most go; once nothing is on its way the actor writes for itself again.
    for conn in crowd.here().into_iter().skip(300) {
        crowd.fanout.close(conn, CloseCode::Left.number());
    }
    crowd.flush();
    crowd.rest().await;
    for _ in 0..5 {
        crowd.flush();
    }
    assert_eq!(crowd.fanout.shards.len(), 0);
    crowd.ends_well().await;
}

#[tokio::test]
async fn who_comes_and_goes_at_the_bound_splits_nothing_anew() {
    let mut crowd = Crowd::new(fanout(8, 2)).await;
    crowd.enter(9).await;
    crowd.flush();
    assert_eq!(crowd.fanout.shards.len(), 2);
    let first = crowd.here()[0];
    crowd.fanout.close(first, CloseCode::Left.number());
    crowd.rest().await;
    crowd.flush();
    assert_eq!(crowd.fanout.shards.len(), 2);
    let mut alone = Crowd::new(fanout(8, 1)).await;
    alone.enter(20).await;
    alone.flush();
    assert_eq!(alone.fanout.shards.len(), 0, "one processor");
    crowd.ends_well().await;
    alone.ends_well().await;
}

/// Waits until a receiver that is behind asks to be brought up to date.
async fn driven(outbox: &Outbox) -> Driven {
    let driven = tokio::time::timeout(DEADLINE, outbox.drive()).await;
    driven.expect("in time").expect("the socket stands")
}

#[tokio::test]
async fn a_task_that_stands_still_delays_nobody_else_and_its_members_catch_up() {
    let mut crowd = Crowd::new(fanout(2, 2)).await;
    crowd.enter(6).await;
    crowd.flush();
    let (go_on, until) = oneshot::channel();
    let now = crowd.fanout.parts.clock.tick();
    assert!(crowd.fanout.shards[1].take(Job::Stall(until), now));
    let (stalled, lively): (Vec<ConnId>, Vec<ConnId>) = {
        let here = crowd.here().into_iter();
        here.partition(|conn| shard_of(*conn, 2) == Some(1))
    };
    assert_eq!((stalled.len(), lively.len()), (3, 3));
    // More than a queue holds, in steps that the other task keeps up with.
    for turn in 0..JOBS_MAX + 100 {
        crowd.flush();
        if turn % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for conn in &lively {
        let outbox = crowd.outboxes[conn].clone();
        assert!(!outbox.is_stale());
        crowd.fanout.close(*conn, CloseCode::Left.number());
        let read = tokio::time::timeout(DEADLINE, crowd.read(*conn)).await;
        assert_eq!(read.expect("in time"), crowd.expected[conn]);
    }
    // The others get what their queue held, nothing that comes after a gap, and then everything.
    crowd.fanout.catch_up();
    let caught_up = crowd.fanout.caught_up();
    go_on.send(()).expect("it waits");
    let told = tokio::time::timeout(DEADLINE, caught_up).await;
    told.expect("the actor is told");
    crowd.fanout.catch_up();
    for conn in &stalled {
        let outbox = crowd.outboxes[conn].clone();
        assert_eq!(driven(&outbox).await, Driven::Drained { stale: true });
        crowd.flush();
        let mut snapshot = BytesMut::new();
        frame::put_binary(&mut snapshot, &END.to_be_bytes());
        crowd.fanout.resync(*conn, snapshot.freeze());
    }
    crowd.flush();
    let last = crowd.number;
    crowd.fanout.close_all(CloseCode::Restart);
    for conn in stalled {
        let read = tokio::time::timeout(DEADLINE, crowd.read(conn)).await;
        let read = read.expect("in time");
        let gap = read.iter().position(|number| *number == END).expect("all");
        assert!(read[gap + 1..].is_sorted() && read.ends_with(&[last]));
        let after = &read[gap + 1..];
        let expected = &crowd.expected[&conn];
        assert!(gap >= JOBS_MAX && expected.starts_with(&read[..gap]));
        assert!(expected.ends_with(after), "and none after it");
    }
}

#[tokio::test]
async fn of_the_latest_wins_lane_only_the_newest_is_owed_by_a_task_that_stood_still() {
    let mut crowd = Crowd::new(fanout(2, 2)).await;
    crowd.enter(4).await;
    crowd.flush();
    crowd.rest().await;
    let (go_on, until) = oneshot::channel();
    let now = crowd.fanout.parts.clock.tick();
    assert!(crowd.fanout.shards[1].take(Job::Stall(until), now));
    let bytes = frame::binary(&7_u32.to_be_bytes());
    for _ in 0..JOBS_MAX + 10 {
        let here = crowd.here();
        crowd.fanout.flush(&here, &bytes, 0);
        tokio::task::yield_now().await;
    }
    drop(go_on);
    crowd.rest().await;
    crowd.fanout.catch_up();
    let stalled = crowd.here().into_iter();
    for conn in stalled.filter(|conn| shard_of(*conn, 2) == Some(1)) {
        let outbox = crowd.outboxes[&conn].clone();
        assert_eq!(driven(&outbox).await, Driven::Drained { stale: false });
    }
    let lively = crowd.here().into_iter();
    for conn in lively.filter(|conn| shard_of(*conn, 2) == Some(0)) {
        assert!(!crowd.outboxes[&conn].is_stale());
    }
    let late = Duration::from_millis(crowd.fanout.take_late_ms());
    assert!(late < DEADLINE, "{late:?}");
}
