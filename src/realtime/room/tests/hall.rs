//! A room with very many people in it, driven without clients: what matters is the bytes it sends.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use maru_protocol::Standing;

use crate::catalogue::catalogue;
use crate::domain::clock::{Tick, WallMs};
use crate::domain::id::{GuestId, NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{Access, Document, RoomCard, Visibility};
use crate::domain::user::Look;
use crate::domain::visitor::{Bearer, Identity, Visitor};
use crate::ports::room::Present;
use crate::ports::room::memory::MemoryRoom;
use crate::realtime::limits::Limits;
use crate::realtime::room::{ConnId, Effect, Entry, Input, Now, Room};
use crate::realtime::token::TokenKey;

pub(super) struct Hall {
    pub room: Room,
    pub now: Now,
    pub effects: Vec<Effect>,
}

impl Hall {
    /// A room with so many people of its last owner's in it, who have no connections.
    pub fn new(document: Document, limits: Limits, away: u64) -> Self {
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: UserId::generate(),
            name: "마루".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let node = NodeId::generate();
        let now = Now {
            tick: Tick(1_000),
            wall: WallMs(1_000_000),
        };
        let mut claimed = MemoryRoom::new(card, document).claim(node);
        claimed.roster = (0..away).map(|_| present()).collect();
        let key = TokenKey::new(&[5; 32]);
        Self {
            room: Room::new(claimed, node, key, Arc::new(limits), now),
            now,
            effects: Vec::new(),
        }
    }

    /// An unfurnished one with so many guests in it, on connections from 1.
    pub fn full_of(people: u64, limits: Limits) -> Self {
        let mut hall = Self::new(Document::new(catalogue().plain_theme()), limits, 0);
        for conn in 1..=people {
            hall.enter(conn);
            hall.effects.clear();
        }
        // What waited goes out, and then it has been quiet for long.
        hall.pass(1_000);
        hall.pass(1_000);
        hall.effects.clear();
        hall
    }

    pub fn enter(&mut self, conn: u64) {
        let visitor = Visitor {
            identity: Identity::Guest {
                id: GuestId::generate(),
            },
            name: format!("길고도 긴 이름을 가진 손님 가운데 한 사람 {conn}"),
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
        self.feed(Input::Enter {
            conn: ConnId(conn),
            visitor: Box::new(visitor),
            entry,
        });
    }

    pub fn feed(&mut self, input: Input) {
        self.room.handle(input, self.now, &mut self.effects);
    }

    pub fn walk(&mut self, conn: u64, (x, y): (i32, i32)) {
        self.feed(Input::Move {
            conn: ConnId(conn),
            x,
            y,
            facing: 0,
            standing: Standing::Walking,
        });
    }

    pub fn pass(&mut self, ms: u64) {
        self.now.tick = self.now.tick.plus_ms(ms);
        self.now.wall = WallMs(self.now.wall.0 + ms);
        self.room.settle(self.now, &mut self.effects);
    }

    /// The flushes since the last call.
    pub fn flushes(&mut self) -> Vec<(Vec<ConnId>, Bytes)> {
        let effects = self.effects.drain(..);
        let flushes = effects.filter_map(|effect| match effect {
            Effect::Flush { conns, bytes, .. } => Some((conns, bytes)),
            _ => None,
        });
        flushes.collect()
    }
}

fn present() -> Present {
    let name = "길고도 긴 이름을 가진 손님 가운데 한 사람";
    Present {
        session: SessionId::generate(),
        generation: 1,
        bearer: Bearer::Guest {
            id: GuestId::generate(),
            name: name.to_owned(),
            look: Look::default(),
        },
        name: name.to_owned(),
        handle: None,
        look: Look::default(),
        follows_owner: false,
        origin: None,
        hidden: BTreeSet::new(),
        x: 500,
        y: 500,
        facing: 0,
        seen: WallMs(1_000_000),
    }
}
