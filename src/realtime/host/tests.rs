//! Two hosts of one room, an owner and an edge, with nothing between them but messages, and a store that answers
//! when it is told to.

mod silence;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use maru_protocol::CloseCode;

use super::{Action, At, CATCH_UP_BYTES, Host, HostInput, HostParts, StoreAnswer, StoreCall};
use crate::catalogue::catalogue;
use crate::domain::clock::{Tick, WallMs};
use crate::domain::id::{GuestId, NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{Access, Decision, Document, PolicyChange, RoomCard, Visibility};
use crate::domain::user::Look;
use crate::domain::version::Expected;
use crate::domain::visitor::{Identity, Visitor};
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{ClaimOutcome, StoreError};
use crate::realtime::limits::Limits;
use crate::realtime::relay::{Body, MESSAGE_BYTES_MAX, Message, Parcel};
use crate::realtime::room::{CommandNo, ConnId, Entry, Input, Now};
use crate::realtime::token::TokenKey;

/// Which of the two.
const OWNER: usize = 0;
const EDGE: usize = 1;

/// One node: its host, and what it has wanted done.
struct Side {
    id: NodeId,
    host: Host,
    calls: VecDeque<(u64, StoreCall)>,
    resyncs: Vec<(ConnId, Bytes)>,
    flushes: Vec<(Vec<ConnId>, Bytes)>,
    closes: BTreeMap<ConnId, u16>,
    ended: bool,
}

struct Pair {
    sides: Vec<Side>,
    store: MemoryRoom,
    now: Now,
    owner: UserId,
    /// What is on its way: to whom, and what.
    wires: VecDeque<(usize, Bytes)>,
    /// Of the messages to come, the first for the edge that this finds is lost.
    loses: Option<fn(&Body) -> bool>,
    /// Nothing passes between the two.
    parted: bool,
    /// The longest message so far.
    longest: usize,
    /// The most that was sent to the edge at once.
    most: usize,
    /// How often the edge asked to be brought up to date.
    asked: usize,
}

impl Pair {
    fn new(limits: Limits) -> Self {
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: UserId::generate(),
            name: "마루".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let (room, owner, limits) = (card.id, card.owner_id, Arc::new(limits));
        let sides = (0..2).map(|_| {
            let id = NodeId::generate();
            let parts = HostParts {
                node: id,
                token_key: TokenKey::new(&[5; 32]),
                limits: limits.clone(),
                screen: crate::services::screen::Screen::off(),
                link: 1,
                catch_up_bytes: CATCH_UP_BYTES,
            };
            Side {
                id,
                host: Host::new(room, parts),
                calls: VecDeque::new(),
                resyncs: Vec::new(),
                flushes: Vec::new(),
                closes: BTreeMap::new(),
                ended: false,
            }
        });
        Self {
            sides: sides.collect(),
            store: MemoryRoom::new(card, Document::new(catalogue().plain_theme())),
            now: Now {
                tick: Tick(1_000),
                wall: WallMs(1_000_000),
            },
            owner,
            wires: VecDeque::new(),
            loses: None,
            parted: false,
            longest: 0,
            most: 0,
            asked: 0,
        }
    }

    /// A room with a guest at its owner's node and so many at the edge, all settled.
    fn with_edge(people: u64, limits: Limits) -> Self {
        let mut pair = Self::new(limits);
        pair.enter(OWNER, 1);
        pair.answer_all();
        for conn in 1..=people {
            pair.enter(EDGE, conn);
        }
        pair.answer_all();
        pair.pass(3_000);
        pair
    }

    fn at(&self) -> At {
        At {
            now: self.now,
            serves_until: Tick(u64::MAX),
            lapses: 0,
        }
    }

    fn enter(&mut self, side: usize, conn: u64) {
        let visitor = Visitor {
            identity: Identity::Guest {
                id: GuestId::generate(),
            },
            name: format!("길고도 긴 이름을 가진 {conn}번째 손님"),
            look: Look::default(),
            hidden: BTreeSet::new(),
            follows_owner: false,
            origin: None,
            unheard: BTreeSet::new(),
            unheard_ms: None,
        };
        let entry = Entry::Join {
            session: SessionId::generate(),
            avatar: None,
        };
        let conn = ConnId(conn);
        let visitor = Box::new(visitor);
        self.feed(
            side,
            HostInput::Local(Input::Enter {
                conn,
                visitor,
                entry,
            }),
        );
    }

    fn feed(&mut self, side: usize, input: HostInput) {
        let (mut actions, at) = (Vec::new(), self.at());
        self.sides[side].host.handle(input, at, &mut actions);
        self.perform(side, actions);
        self.deliver();
    }

    fn perform(&mut self, side: usize, actions: Vec<Action>) {
        let to_edge = |wire: &(usize, Bytes)| (wire.0 == EDGE).then_some(wire.1.len());
        let before = self.wires.len();
        for action in actions {
            let it = &mut self.sides[side];
            match action {
                Action::Send(..) | Action::Answer(..) | Action::Refused(_) => {}
                Action::Resync(conn, bytes) => it.resyncs.push((conn, bytes)),
                Action::Flush(conns, bytes, _) => it.flushes.push((conns, bytes)),
                Action::Close(conn, code) => {
                    it.closes.insert(conn, code);
                }
                Action::Call(number, call) => it.calls.push_back((number, call)),
                Action::Publish(message) | Action::Tell(_, message) => {
                    self.carry(1 - side, &message);
                }
                Action::End => it.ended = true,
            }
        }
        let sent = self.wires.iter().skip(before).filter_map(to_edge);
        self.most = self.most.max(sent.sum());
    }

    /// Messages arrive in the order in which they were sent, as the same bytes as between nodes.
    fn deliver(&mut self) {
        while let Some((to, bytes)) = self.wires.pop_front() {
            let Some(message) = Message::decode(&bytes) else {
                continue;
            };
            let (mut actions, at) = (Vec::new(), self.at());
            let input = HostInput::Relay(message);
            self.sides[to].host.handle(input, at, &mut actions);
            self.perform(to, actions);
        }
    }

    fn carry(&mut self, to: usize, message: &Message) {
        let bytes = message.encode();
        self.longest = self.longest.max(bytes.len());
        if self.parted {
            return;
        }
        self.asked += usize::from(matches!(message.body, Body::Lost { .. }));
        if to == EDGE && self.loses.is_some_and(|loses| loses(&message.body)) {
            self.loses = None;
            return;
        }
        self.wires.push_back((to, bytes));
    }

    /// The store answers everything it was asked.
    fn answer_all(&mut self) {
        for side in 0..2 {
            while let Some((number, call)) = self.sides[side].calls.pop_front() {
                let answer = self.answer(side, call);
                self.feed(side, HostInput::Store(number, answer));
            }
        }
    }

    fn answer(&mut self, side: usize, call: StoreCall) -> StoreAnswer {
        let id = self.sides[side].id;
        match call {
            StoreCall::Claim => {
                let (_, held) = self.store.owner();
                StoreAnswer::Claim(Ok(match held.filter(|node| *node != id) {
                    Some(node) => ClaimOutcome::Held { node },
                    None => ClaimOutcome::Claimed(Box::new(self.store.claim(id))),
                }))
            }
            StoreCall::Save(save) => StoreAnswer::Save(Ok(self.store.save(&save))),
            StoreCall::LastSave => {
                let held = (self.store.owner().0, self.store.save_no);
                StoreAnswer::LastSave(Ok(Some(held)))
            }
            StoreCall::Release(epoch) => {
                self.store.release(epoch, id);
                StoreAnswer::Release(Ok(()))
            }
        }
    }

    /// Time passes in small steps, and the store answers at once.
    fn pass(&mut self, ms: u64) {
        self.pass_unanswered(ms, true);
    }

    fn pass_unanswered(&mut self, ms: u64, store_answers: bool) {
        for _ in 0..ms / 10 {
            self.now.tick = self.now.tick.plus_ms(10);
            self.now.wall = WallMs(self.now.wall.0 + 10);
            for side in 0..2 {
                let (mut actions, at) = (Vec::new(), self.at());
                self.sides[side].host.settle(at, &mut actions);
                self.perform(side, actions);
                self.deliver();
            }
            if store_answers {
                self.answer_all();
            }
        }
    }

    fn lock(&mut self, locked: bool, reply: u64) {
        let change = PolicyChange {
            locked: Some(locked),
            ..PolicyChange::default()
        };
        let ask = super::Ask {
            by: self.owner,
            name: "주인".to_owned(),
            decision: Box::new(Decision::SetPolicy(change)),
            expected: Expected::Any,
            reply: CommandNo(reply),
        };
        self.feed(OWNER, HostInput::Command(ask));
    }
}

#[test]
fn an_edge_of_500_is_brought_up_to_date_once_and_at_no_cost_to_others() {
    let limits = Limits {
        people_max: 1_000,
        ..Limits::DEFAULT
    };
    let mut pair = Pair::with_edge(500, limits);
    pair.lock(true, 1);
    pair.pass(1_000);
    for side in &mut pair.sides {
        side.flushes.clear();
        side.resyncs.clear();
    }
    (pair.longest, pair.most, pair.asked) = (0, 0, 0);
    // One flush is lost between the nodes: the edge finds out and asks, for all of its members.
    pair.loses = Some(|body| matches!(body, Body::Flush { .. }));
    pair.lock(false, 2);
    pair.pass(5_000);
    assert_eq!(pair.asked, 1, "asked once, and got it");
    assert_eq!(pair.sides[EDGE].resyncs.len(), 500);
    assert_eq!(pair.sides[OWNER].flushes.len(), 1, "what was decided alone");
    assert!(pair.longest < MESSAGE_BYTES_MAX / 8, "{}", pair.longest);
    let all: usize = pair.sides[EDGE].resyncs.iter().map(|r| r.1.len()).sum();
    assert!(all > 4 * CATCH_UP_BYTES, "{all} bytes may go at once");
    assert!(pair.most < 2 * CATCH_UP_BYTES, "{} at once", pair.most);
    pair.sides[EDGE].flushes.clear();
    pair.lock(true, 3);
    pair.pass(1_000);
    let reached: usize = pair.sides[EDGE].flushes.iter().map(|f| f.0.len()).sum();
    assert_eq!(reached, 500, "everyone follows again, in one piece");
    assert_eq!(pair.sides[EDGE].flushes.len(), 1);
}

#[test]
fn whoever_left_and_did_not_hear_so_is_sent_away_and_nobody_asks_on_for_them() {
    let mut pair = Pair::with_edge(2, Limits::DEFAULT);
    let is_close = |body: &Body| matches!(body, Body::Down { parcel, .. } if matches!(parcel, Parcel::Close(..)));
    pair.loses = Some(is_close);
    pair.feed(EDGE, HostInput::Local(Input::Leave { conn: ConnId(1) }));
    pair.pass(5_000);
    assert!(pair.loses.is_none(), "it was lost");
    assert!(pair.sides[EDGE].closes.contains_key(&ConnId(1)));
    pair.asked = 0;
    pair.pass(5_000);
    assert_eq!(pair.asked, 0);
}

#[test]
fn a_stopping_owner_does_not_wait_forever_for_its_hand_over() {
    let mut pair = Pair::new(Limits::DEFAULT);
    pair.enter(OWNER, 1);
    pair.answer_all();
    pair.pass(1_000);
    pair.feed(OWNER, HostInput::Drain);
    // The last save comes through; then the store says nothing any more.
    let is_release = |pair: &Pair| {
        let calls = &pair.sides[OWNER].calls;
        matches!(calls.front(), Some((_, StoreCall::Release(_))))
    };
    while !is_release(&pair) {
        pair.pass_unanswered(10, false);
        if !is_release(&pair) {
            pair.answer_all();
        }
    }
    let (number, _) = pair.sides[OWNER].calls.pop_front().expect("asked");
    pair.pass_unanswered(4_900, false);
    assert!(!pair.sides[OWNER].ended);
    pair.pass_unanswered(200, false);
    let restart = CloseCode::Restart.number();
    assert_eq!(pair.sides[OWNER].closes.get(&ConnId(1)), Some(&restart));
    assert!(pair.sides[OWNER].ended, "and it is over");
    let late = StoreAnswer::Release(Err(StoreError::Unknown("late".to_owned())));
    pair.feed(OWNER, HostInput::Store(number, late));
    assert_eq!(pair.sides[OWNER].closes.len(), 1);
}

#[test]
fn a_stopping_edge_sends_its_members_away_some_at_a_time() {
    let limits = Limits {
        people_max: 100,
        drain_batch: 10,
        ..Limits::DEFAULT
    };
    let (batch, batch_ms) = (limits.drain_batch, limits.drain_batch_ms);
    let mut pair = Pair::with_edge(25, limits);
    pair.feed(EDGE, HostInput::Drain);
    pair.pass(10);
    assert_eq!(pair.sides[EDGE].closes.len(), batch);
    // Whoever is still here is not left out meanwhile; whoever comes now is not let in.
    pair.lock(true, 1);
    pair.pass(batch_ms / 2);
    let reached = pair.sides[EDGE].flushes.iter().map(|flush| flush.0.len());
    assert!(reached.max() >= Some(25 - batch));
    pair.enter(EDGE, 99);
    let restart = CloseCode::Restart.number();
    assert_eq!(pair.sides[EDGE].closes.get(&ConnId(99)), Some(&restart));
    assert!(!pair.sides[EDGE].ended);
    pair.pass(batch_ms * 3);
    assert!(
        pair.sides[EDGE]
            .closes
            .values()
            .all(|code| *code == restart)
    );
    assert_eq!(pair.sides[EDGE].closes.len(), 26);
    assert!(pair.sides[EDGE].ended);
}

#[test]
fn a_room_that_is_shut_sends_everyone_away_for_good_wherever_they_are() {
    let gone = CloseCode::RoomGone.number();
    let mut pair = Pair::with_edge(3, Limits::DEFAULT);
    pair.feed(OWNER, HostInput::Shut);
    pair.pass(10);
    let closes = |side: usize| pair.sides[side].closes.values().copied();
    assert_eq!(closes(OWNER).collect::<Vec<_>>(), [gone]);
    assert_eq!(closes(EDGE).collect::<Vec<_>>(), [gone; 3]);
    assert!(pair.sides[OWNER].ended && pair.sides[EDGE].ended);
    // An edge that hears of it first does not wait for its owner to.
    let mut pair = Pair::with_edge(3, Limits::DEFAULT);
    pair.feed(EDGE, HostInput::Shut);
    let closes = pair.sides[EDGE].closes.values().copied();
    assert_eq!(closes.collect::<Vec<_>>(), [gone; 3]);
    // Whoever waits for the store is let in or turned away by what it says.
    let mut pair = Pair::new(Limits::DEFAULT);
    pair.enter(OWNER, 1);
    pair.feed(OWNER, HostInput::Shut);
    assert!(pair.sides[OWNER].closes.is_empty());
    pair.answer_all();
    pair.pass(1_000);
    let restart = CloseCode::Restart.number();
    assert_eq!(pair.sides[OWNER].closes.get(&ConnId(1)), Some(&restart));
}
