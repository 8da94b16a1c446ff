//! A room, its store in memory and the connections' part, under any script: whatever happens, the room
//! neither panics nor outgrows its bounds, sends only whole frames, and owes its store nothing in the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use maru::catalogue::{Fixture, catalogue, check};
use maru::domain::clock::{Tick, WallMs};
use maru::domain::id::{GuestId, NodeId, RoomId, SessionId, UserId};
use maru::domain::room::{
    Access, CHAT_LINES_MAX, Document, RoomCard, Seq, TOMBSTONES_MAX, Visibility,
};
use maru::domain::user::Look;
use maru::domain::visitor::{Bearer, Identity, Visitor};
use maru::ports::room::memory::MemoryRoom;
use maru::ports::room::{RoomSave, SaveOutcome};
use maru::realtime::limits::Limits;
use maru::realtime::room::{ConnId, Effect, Entry, Input, Now, Room};
use maru::realtime::token::TokenKey;
use maru_protocol::{ClientFrame, ServerFrame, decode_server};

use crate::script::{Happening, LINES};

/// People who come by; the first owns the room, the last is a guest.
pub const PEOPLE: u8 = 5;

/// Small, so that a short script reaches them.
const LIMITS: Limits = Limits {
    people_max: 2,
    sessions_per_person_max: 2,
    items_max: 64,
    unsaved_batches_max: 64,
    snapshot_part_bytes: 2 * 1024,
    flush_bytes_max: 2 * 1024,
    crowd_min: 2,
    near_max: 1,
    ..Limits::DEFAULT
};

/// Turns in which a room comes to rest.
const TURNS_MAX: usize = 100;

const _: () = assert!(LIMITS.contradiction().is_none());

/// How far a script has got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Welcomes given.
    pub welcomes: u32,
    /// Sessions among them that were taken up again.
    pub resumes: u32,
    /// Batches answered.
    pub acks: usize,
    /// Things refused.
    pub errors: u32,
    /// Times the room changed its owner.
    pub claims: u32,
    /// The seq of the room in the end.
    pub seq: u64,
}

/// Plays a script to its end, and then until nothing is owed.
pub fn play(script: &[Happening]) -> Reached {
    let mut house = House::new();
    for happening in script {
        house.take(happening);
        house.settle();
        house.check();
    }
    house.rest();
    house.reached
}

struct House {
    room: Room,
    store: MemoryRoom,
    saving: Option<RoomSave>,
    now: Now,
    key: TokenKey,
    /// The connection of each line: open, or closed and not yet noticed.
    lines: BTreeMap<u8, ConnId>,
    conns: u64,
    sessions: u128,
    /// Every token ever given, in order.
    tokens: Vec<String>,
    /// The number of each line's next batch.
    next_numbers: BTreeMap<ConnId, u32>,
    last_seq: Seq,
    reached: Reached,
}

/// The `n`th identifier of its kind.
fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(kind: u8, n: u128) -> T {
    let id = format!("{kind:08x}-0000-7000-8000-{n:012x}");
    id.parse().expect("a UUID")
}

fn user_id(person: u8) -> UserId {
    id(1, person.into())
}

fn visitor(person: u8) -> Visitor {
    let guest = person + 1 == PEOPLE;
    Visitor {
        identity: if guest {
            let id: GuestId = id(2, 0);
            Identity::Guest { id }
        } else {
            let handle = format!("person{person}");
            let id = user_id(person);
            let login = self::id(3, person.into());
            Identity::User { id, handle, login }
        },
        name: format!("사람{person}"),
        look: Look::default(),
        // The third and the first do not see each other.
        hidden: match person {
            0 => [user_id(2).to_string()].into(),
            2 => [user_id(0).to_string()].into(),
            _ => [].into(),
        },
        follows_owner: person == 2,
        origin: Some(person.into()),
    }
}

/// A person as operations name them.
pub fn person_id(person: u8) -> String {
    visitor(person).person_id()
}

impl House {
    fn new() -> Self {
        let mut card = RoomCard {
            id: id::<RoomId>(3, 0),
            owner_id: user_id(0),
            name: "방".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        // One of the others may edit.
        let appointed = card.access.appoint(&person_id(1), "사람1", 1);
        assert!(appointed.is_ok());
        let mut store = MemoryRoom::new(card, Document::new(catalogue().plain_theme()));
        let now = Now {
            tick: Tick(1_000),
            wall: WallMs(1_000_000),
        };
        let key = TokenKey::new(&[5; 32]);
        Self {
            room: claim(&mut store, &key, now),
            store,
            saving: None,
            now,
            key,
            lines: BTreeMap::new(),
            conns: 0,
            sessions: 0,
            tokens: Vec::new(),
            next_numbers: BTreeMap::new(),
            last_seq: Seq(0),
            reached: Reached::default(),
        }
    }

    fn take(&mut self, happening: &Happening) {
        match happening {
            Happening::Frame(line, frame) => self.frame(*line % LINES, frame),
            Happening::Heard(line) => self.feed(Input::Heard {
                conn: self.conn(*line),
            }),
            Happening::Lost(line) => self.feed(Input::Lost {
                conn: self.conn(*line),
            }),
            Happening::Drained(line, stale) => self.feed(Input::Drained {
                conn: self.conn(*line),
                stale: *stale,
            }),
            Happening::Saved => self.answer_save(),
            Happening::Fenced => self.feed(Input::Saved(SaveOutcome::Fenced)),
            Happening::Failed(landed) => {
                if let Some(save) = self.saving.take().filter(|_| *landed) {
                    let outcome = self.store.save(&save);
                    assert_ne!(outcome, SaveOutcome::Fenced);
                }
                self.feed(Input::SaveFailed);
            }
            Happening::Drain => self.feed(Input::Drain),
            Happening::Pass(ms) => {
                self.now.tick = self.now.tick.plus_ms((*ms).into());
                self.now.wall = WallMs(self.now.wall.0 + u64::from(*ms));
            }
        }
    }

    /// The connection of a line; of one that never was, an unknown one.
    fn conn(&self, line: u8) -> ConnId {
        self.lines.get(&line).copied().unwrap_or(ConnId(0))
    }

    /// As a connection hands on what a client sends.
    fn frame(&mut self, line: u8, frame: &ClientFrame) {
        let conn = self.conn(line);
        let input = match frame.clone() {
            ClientFrame::Join { avatar, .. } => {
                self.sessions += 1;
                let session: SessionId = id(4, self.sessions);
                let entry = Entry::Join { session, avatar };
                return self.enter(line, visitor(line % PEOPLE), entry);
            }
            ClientFrame::Resume {
                token,
                have,
                avatar,
            } => {
                let Some(claims) = self
                    .token(&token)
                    .and_then(|t| self.key.open(t))
                else {
                    return;
                };
                let entry = Entry::Resume {
                    session: claims.session,
                    generation: claims.generation,
                    have,
                    avatar,
                    issued: claims.issued,
                };
                return self.enter(line, bearer(&claims.bearer), entry);
            }
            ClientFrame::Ops {
                number,
                base_seq,
                resend,
                ops,
            } => Input::Batch {
                conn,
                number: self.number(conn, number),
                base_seq: Seq(base_seq),
                resend,
                ops,
            },
            ClientFrame::Move {
                x,
                y,
                facing,
                standing,
            } => Input::Move {
                conn,
                x,
                y,
                facing,
                standing,
            },
            ClientFrame::Typing { active } => Input::Typing { conn, active },
            ClientFrame::Drag { preview } => Input::Drag { conn, preview },
            ClientFrame::SetStatus { status } => Input::SetStatus { conn, status },
            ClientFrame::Refresh {} => Input::Refresh {
                conn,
                visitor: Box::new(visitor(line % PEOPLE)),
            },
            ClientFrame::Read { topic } => Input::Read { conn, topic },
            ClientFrame::Leave {} => Input::Leave { conn },
            ClientFrame::Ping { .. } | ClientFrame::Pong { .. } | ClientFrame::Unknown { .. } => {
                return;
            }
        };
        self.feed(input);
    }

    /// One of the tokens ever given: a stranger cannot make one.
    fn token(&self, wish: &str) -> Option<&str> {
        let wish = wish.bytes().next().unwrap_or(0);
        let place = usize::from(wish) % self.tokens.len().max(1);
        self.tokens.get(place).map(String::as_str)
    }

    /// Batches count from 1: the line's next one. All else is as far from it.
    fn number(&mut self, conn: ConnId, wish: u32) -> u32 {
        let next = self.next_numbers.entry(conn).or_insert(1);
        let number = next.wrapping_add(wish).wrapping_sub(1);
        if number == *next {
            *next = next.wrapping_add(1);
        }
        number
    }

    fn enter(&mut self, line: u8, visitor: Visitor, entry: Entry) {
        // The client has gone from the line, whether or not the room has heard.
        self.conns += 1;
        let conn = ConnId(self.conns);
        if let Some(old) = self.lines.insert(line, conn) {
            self.feed(Input::Lost { conn: old });
        }
        self.feed(Input::Enter {
            conn,
            visitor: Box::new(visitor),
            entry,
        });
    }

    fn answer_save(&mut self) {
        let Some(save) = self.saving.take() else {
            return;
        };
        let outcome = self.store.save(&save);
        assert_ne!(outcome, SaveOutcome::Fenced, "nobody else claimed the room");
        assert!(
            self.store.pending_events() <= Limits::DEFAULT.outbox_events_max,
            "the outbox is bounded"
        );
        self.pass_on();
        self.feed(Input::Saved(outcome));
    }

    /// What waits in the outbox is passed on.
    fn pass_on(&mut self) {
        let waiting = self.store.waiting(0, usize::MAX);
        let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        self.store.clear(&ids);
    }

    fn feed(&mut self, input: Input) {
        let mut effects = Vec::new();
        self.room.handle(input, self.now, &mut effects);
        self.perform(effects);
    }

    fn settle(&mut self) {
        let mut effects = Vec::new();
        self.room.settle(self.now, &mut effects);
        self.perform(effects);
        let _ = self.room.deadline();
        if self.room.is_idle(self.now.tick) {
            self.reopen();
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Answer { .. } => {}
                Effect::Send { conn, bytes } => {
                    for frame in frames(&bytes) {
                        self.sent(conn, frame);
                    }
                }
                Effect::Resync { bytes, .. } => {
                    frames(&bytes);
                }
                Effect::Flush {
                    bytes,
                    reliable_bytes,
                    ..
                } => {
                    let (reliable, latest) = bytes.split_at(reliable_bytes);
                    frames(reliable);
                    frames(latest);
                }
                Effect::Close { conn, .. } => {
                    assert!(conn.0 <= self.conns, "there is no such connection");
                }
                Effect::Save(save) => {
                    assert!(self.saving.is_none(), "one save at a time");
                    self.saving = Some(*save);
                }
                Effect::Abandon => return self.reopen(),
            }
        }
    }

    fn sent(&mut self, conn: ConnId, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome {
                resume_token,
                last_number,
                resumed,
                ..
            } => {
                self.tokens.push(resume_token);
                self.next_numbers.insert(conn, last_number + 1);
                self.reached.welcomes += 1;
                self.reached.resumes += u32::from(resumed);
            }
            ServerFrame::Acks { acks, .. } => self.reached.acks += acks.len(),
            ServerFrame::Error {
                number,
                retry_after_ms,
                ..
            } => {
                self.reached.errors += 1;
                // A batch not taken for the moment: its number is still free.
                if let (Some(number), Some(_)) = (number, retry_after_ms) {
                    self.next_numbers.insert(conn, number);
                }
            }
            _ => {}
        }
    }

    /// Another node, or this one later, takes the room as it was saved.
    fn reopen(&mut self) {
        self.saving = None;
        self.reached.claims += 1;
        self.room = claim(&mut self.store, &self.key, self.now);
        self.last_seq = self.room.document().seq;
    }

    fn check(&mut self) {
        let document = self.room.document();
        assert!(document.items.len() <= LIMITS.items_max);
        assert!(document.chat.len() <= CHAT_LINES_MAX);
        assert!(document.tombstones.len() <= TOMBSTONES_MAX);
        // The owner always gets in.
        assert!(self.room.people() <= LIMITS.people_max + 1);
        assert!(document.seq >= self.last_seq, "the room never goes back");
        self.last_seq = document.seq;
    }

    /// Everything is saved, and what is saved is what the room holds.
    fn rest(&mut self) {
        self.settle();
        for _ in 0..TURNS_MAX {
            if self.saving.is_some() {
                self.answer_save();
            } else if self.room.is_saved() {
                break;
            } else {
                // Who is here may be saved a little later than what they did.
                let due = self.room.deadline().expect("a debt has a date");
                self.now.tick = self.now.tick.max(due);
            }
            self.settle();
        }
        assert!(self.room.is_saved());
        let document = self.room.document();
        assert_eq!(&self.store.document, document);
        for (id, item) in &document.items {
            let others = document.items.iter().filter(|(other, _)| *other != id);
            let others = others.map(|(_, other)| fixture(other));
            let fits = check(catalogue(), fixture(item), others);
            assert_eq!(fits, Ok(()), "{id:?} may not stand there");
        }
        self.reached.seq = document.seq.0;
    }
}

fn fixture(item: &maru::domain::room::Item) -> Fixture<'_> {
    Fixture {
        kind: &item.piece.kind,
        standpoint: item.piece.standpoint,
        rotation: item.piece.rotation,
    }
}

fn claim(store: &mut MemoryRoom, key: &TokenKey, now: Now) -> Room {
    let node: NodeId = id(5, 0);
    let claimed = store.claim(node);
    Room::new(claimed, node, key.clone(), Arc::new(LIMITS), now)
}

/// Who a token speaks of, looked up anew.
fn bearer(bearer: &Bearer) -> Visitor {
    let is_theirs = |visitor: &Visitor| visitor.bearer() == *bearer;
    let mut people = (0..PEOPLE).map(visitor);
    people.find(is_theirs).expect("tokens are given to people")
}

/// What is in these bytes: whole unmasked binary frames, each a frame of the protocol.
fn frames(bytes: &[u8]) -> Vec<ServerFrame> {
    let mut frames = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        assert_eq!(rest[0], 0x82, "a final binary frame");
        let (start, length) = match rest[1] {
            126 => (4, u64::from(u16::from_be_bytes([rest[2], rest[3]]))),
            127 => {
                let length = rest[2..10].first_chunk().expect("eight bytes");
                (10, u64::from_be_bytes(*length))
            }
            short => (2, short.into()),
        };
        let length = usize::try_from(length).expect("a length");
        let (payload, after) = rest[start..].split_at(length);
        let frame = decode_server(payload).expect("a frame of the protocol");
        let is_known = !matches!(frame, ServerFrame::Unknown { .. });
        assert!(is_known, "{frame:?}");
        frames.push(frame);
        rest = after;
    }
    frames
}
