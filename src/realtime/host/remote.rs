//! The owner's view of members on other nodes: which edge each is on, and the numbers that show what was lost.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use crate::domain::clock::Tick;
use crate::domain::id::NodeId;
use crate::domain::rules::Rule;
use crate::realtime::relay::{Audience, Body, Parcel};
use crate::realtime::room::{CommandNo, ConnId, Input};

/// Marks the connections of other nodes among those of a room.
const FAR: u64 = 1 << 63;

/// A connection not in its edge's roll is gone only if it should have been there: messages overtake each other.
const SETTLED_MS: u64 = 1_000;

/// A connection as its edge calls it.
type Place = (NodeId, ConnId);

/// One connection of an edge.
#[derive(Debug)]
struct Far {
    conn: ConnId,
    /// The newest message taken from it.
    number: u32,
    /// Some before it were lost, and the edge has not been told.
    has_gap: bool,
    welcomed: bool,
    since: Tick,
}

/// One edge.
#[derive(Debug)]
struct Link {
    life: u64,
    /// The last `Down` sent.
    sent: u64,
    heard: Tick,
    /// The last decision taken from it.
    asked: CommandNo,
    conns: BTreeMap<ConnId, Far>,
}

/// What an edge's roll shows.
pub(super) struct Roll {
    /// Connections that are no longer there.
    pub gone: Vec<ConnId>,
    /// Connections of which something was lost.
    pub missed: Vec<ConnId>,
    /// What to tell the edge.
    pub answer: Body,
}

/// Every edge of a room.
#[derive(Debug, Default)]
pub(super) struct Remote {
    links: BTreeMap<NodeId, Link>,
    by_conn: BTreeMap<ConnId, (NodeId, ConnId)>,
    /// The last life of each edge that was given up: nothing of it counts any more.
    ended: BTreeMap<NodeId, u64>,
    next: u64,
    /// Decisions of edges that have no answer yet.
    asks: BTreeMap<CommandNo, (NodeId, CommandNo)>,
    /// Members that are to be brought up to date, each when it is its turn.
    stale: BTreeSet<ConnId>,
    /// The last whose turn it was.
    turn: Option<ConnId>,
    /// The last flush published.
    pub flush: u64,
}

/// Whether a connection is another node's.
pub(super) const fn is_far(conn: ConnId) -> bool {
    conn.0 & FAR != 0
}

impl Remote {
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// When the first edge is given up unless it is heard before.
    pub fn deadline(&self, lease_ms: u64) -> Option<Tick> {
        let heard = self.links.values().map(|link| link.heard).min();
        heard.map(|heard| heard.plus_ms(lease_ms))
    }

    /// Connections of edges that have not been heard for longer than a node may be silent.
    pub fn give_up_silent(&mut self, lease_ms: u64, now: Tick) -> Vec<ConnId> {
        let silent = self
            .links
            .iter()
            .filter(|(_, link)| now.since_ms(link.heard) >= lease_ms);
        let silent: Vec<NodeId> = silent.map(|(node, _)| *node).collect();
        silent
            .iter()
            .flat_map(|node| self.drop_link(*node))
            .collect()
    }

    /// Hears of an edge's life. `None` when it is a past one; else the connections of a life that it ends.
    pub fn hear(&mut self, node: NodeId, life: u64, now: Tick) -> Option<Vec<ConnId>> {
        let known = self.links.get(&node).map(|link| link.life);
        let ended = self.ended.get(&node).is_some_and(|ended| life <= *ended);
        if ended || known.is_some_and(|known| life < known) {
            return None;
        }
        let lost = if known == Some(life) {
            Vec::new()
        } else {
            self.drop_link(node)
        };
        let link = self.links.entry(node).or_insert_with(|| Link {
            life,
            sent: 0,
            heard: now,
            asked: CommandNo(0),
            conns: BTreeMap::new(),
        });
        link.heard = now;
        Some(lost)
    }

    /// A member's message as the room takes it, and whether some before it were lost; `None` when it is old, or of
    /// a connection that is not known.
    pub fn take(
        &mut self,
        node: NodeId,
        number: u32,
        mut input: Input,
        now: Tick,
    ) -> Option<(Input, bool)> {
        let mut missed = false;
        let link = self.links.get_mut(&node)?;
        let is_entry = matches!(input, Input::Enter { .. });
        let conn = input.conn_mut()?;
        let edge_conn = *conn;
        match link.conns.get_mut(&edge_conn) {
            Some(far) if number > far.number && !is_entry => {
                missed = number > far.number + 1;
                far.has_gap |= missed;
                far.number = number;
                *conn = far.conn;
            }
            None if is_entry => {
                let own = ConnId(FAR | self.next);
                self.next += 1;
                let far = Far {
                    conn: own,
                    number,
                    has_gap: false,
                    welcomed: false,
                    since: now,
                };
                link.conns.insert(edge_conn, far);
                self.by_conn.insert(own, (node, edge_conn));
                *conn = own;
            }
            _ => return None,
        }
        if let Input::Lost { conn } = &input {
            self.forget(*conn);
        }
        Some((input, missed))
    }

    /// A name of the owner's own for a decision of an edge; `None` when it was taken before.
    pub fn take_ask(&mut self, node: NodeId, theirs: CommandNo) -> Option<CommandNo> {
        let link = self
            .links
            .get_mut(&node)
            .filter(|link| theirs > link.asked)?;
        link.asked = theirs;
        let own = CommandNo(FAR | self.next);
        self.next += 1;
        self.asks.insert(own, (node, theirs));
        Some(own)
    }

    /// Whose decision it was, if an edge's.
    pub fn take_answer(&mut self, reply: CommandNo) -> Option<(NodeId, CommandNo)> {
        self.asks.remove(&reply)
    }

    /// Compares an edge's roll with what is known: connections it no longer has, and those of which something has
    /// not come, and the answer to the edge.
    pub fn roll(&mut self, node: NodeId, conns: &[(ConnId, u32)], now: Tick) -> Option<Roll> {
        let link = self.links.get_mut(&node)?;
        let here: BTreeSet<ConnId> = conns.iter().map(|(conn, _)| *conn).collect();
        let gone = link.conns.iter().filter(|(conn, far)| {
            !here.contains(conn) && now.since_ms(far.since) >= SETTLED_MS && Rule::Ghosts.holds()
        });
        let gone: Vec<ConnId> = gone.map(|(_, far)| far.conn).collect();
        let unknown = here.iter().filter(|conn| !link.conns.contains_key(conn));
        let unknown = unknown.copied().collect();
        let (mut behind, mut missed) = (Vec::new(), Vec::new());
        for (conn, number) in conns {
            let Some(far) = link.conns.get_mut(conn) else {
                continue;
            };
            let is_late = far.number < *number;
            if is_late {
                // What is still on its way is old now, and will be sent again.
                far.number = *number;
                missed.push(far.conn);
            }
            if std::mem::take(&mut far.has_gap) || is_late {
                behind.push(*conn);
            }
        }
        let answer = Body::Standing {
            link: link.life,
            number: link.sent,
            unknown,
            behind,
        };
        for conn in &gone {
            self.forget(*conn);
        }
        Some(Roll {
            gone,
            missed,
            answer,
        })
    }

    /// Something was lost on its way to an edge: everyone there is to be brought up to date.
    pub fn lost(&mut self, node: NodeId) {
        if let Some(link) = self.links.get(&node) {
            self.stale.extend(link.conns.values().map(|far| far.conn));
        }
    }

    pub fn has_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Whose turn it is to be brought up to date: one after the other, however often an edge asks for all of its own.
    pub fn next_stale(&mut self) -> Option<ConnId> {
        let mut later = self
            .stale
            .range((self.turn.map_or(Unbounded, Excluded), Unbounded));
        let next = later.next().or_else(|| self.stale.first()).copied()?;
        self.stale.remove(&next);
        self.turn = Some(next);
        Some(next)
    }

    /// The next message for a connection, and which edge it goes to.
    pub fn down(&mut self, conn: ConnId, parcel: Parcel) -> Option<(NodeId, Body)> {
        let (node, edge_conn) = *self.by_conn.get(&conn)?;
        let link = self.links.get_mut(&node)?;
        link.sent += 1;
        let far = link.conns.get_mut(&edge_conn)?;
        let parcel = match parcel {
            Parcel::Send(bytes) if !std::mem::replace(&mut far.welcomed, true) => {
                Parcel::Welcome(bytes)
            }
            other => other,
        };
        let body = Body::Down {
            link: link.life,
            number: link.sent,
            flush: self.flush,
            conn: edge_conn,
            parcel,
        };
        Some((node, body))
    }

    pub fn forget(&mut self, conn: ConnId) {
        self.stale.remove(&conn);
        if let Some((node, edge_conn)) = self.by_conn.remove(&conn)
            && let Some(link) = self.links.get_mut(&node)
        {
            link.conns.remove(&edge_conn);
        }
    }

    /// The next flush, from audiences of the room's connections: the largest goes without naming anyone.
    pub fn flush(&mut self, audiences: Vec<(Vec<ConnId>, bytes::Bytes, usize)>) -> Option<Body> {
        if self.by_conn.is_empty() {
            return None;
        }
        let mut left: BTreeSet<ConnId> = self.by_conn.keys().copied().collect();
        let mut named: Vec<(Vec<Place>, bytes::Bytes, usize)> = Vec::new();
        for (conns, bytes, reliable) in audiences {
            let far = conns.iter().filter(|conn| left.remove(conn));
            let far: Vec<_> = far
                .filter_map(|conn| self.by_conn.get(conn).copied())
                .collect();
            if !far.is_empty() {
                named.push((far, bytes, reliable));
            }
        }
        self.flush += 1;
        // Those for whom there was nothing must not get what is for the rest.
        if !left.is_empty() {
            let far = left
                .iter()
                .filter_map(|conn| self.by_conn.get(conn).copied());
            named.push((far.collect(), bytes::Bytes::new(), 0));
        }
        named.sort_by_key(|(far, ..)| std::cmp::Reverse(far.len()));
        let audiences = named
            .into_iter()
            .enumerate()
            .map(|(place, (far, bytes, reliable))| Audience {
                conns: (place > 0).then_some(far),
                bytes,
                reliable_bytes: u32::try_from(reliable).unwrap_or(u32::MAX),
            });
        Some(Body::Flush {
            flush: self.flush,
            edges: self
                .links
                .iter()
                .map(|(node, link)| (*node, link.life, link.sent))
                .collect(),
            audiences: audiences.collect(),
        })
    }

    fn drop_link(&mut self, node: NodeId) -> Vec<ConnId> {
        let link = self.links.remove(&node);
        if let Some(link) = &link {
            self.ended.insert(node, link.life);
        }
        let conns: Vec<ConnId> = link
            .into_iter()
            .flat_map(|link| link.conns.into_values().map(|far| far.conn))
            .collect();
        for conn in &conns {
            self.by_conn.remove(conn);
            self.stale.remove(conn);
        }
        conns
    }
}
