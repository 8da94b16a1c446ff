//! Tickets: proof, good once and for a short while, of who asks to enter a room. Any node can check one.

use rand::RngCore;
use serde::{Deserialize, Serialize};

use super::token::TokenKey;
use crate::domain::clock::WallMs;
use crate::domain::id::RoomId;
use crate::domain::visitor::Bearer;

/// What the seal of a ticket covers before its body: no resume token passes for one.
const PURPOSE: &[u8] = b"ticket";

/// Tells tickets apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNo(pub u64);

impl TicketNo {
    /// One that no other ticket of its time has.
    pub fn generate() -> Self {
        Self(rand::rng().next_u64())
    }
}

/// One life of the cache of tickets used and logins ended: whenever it has lost its contents there is a new one, never seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u64);

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Used at most once.
    pub number: TicketNo,
    /// The only room it is good for.
    pub room: RoomId,
    /// Who asked for it.
    pub bearer: Bearer,
    /// The life of the cache that will know whether it was used.
    pub generation: Generation,
    /// When it was made.
    pub issued: WallMs,
}

impl Ticket {
    /// As it travels.
    pub fn seal(&self, key: &TokenKey) -> String {
        key.seal_as(PURPOSE, self)
    }

    /// A ticket that is whole and ours; whether it is still good is for the admission to say.
    pub fn open(text: &str, key: &TokenKey) -> Option<Self> {
        key.open_as(PURPOSE, text)
    }
}
