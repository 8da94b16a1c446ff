//! The cache all nodes share: which tickets were used and which logins have ended.

use maru::domain::clock::{Clock, WallMs};
use maru::realtime::gate::Gate;
use maru::realtime::limits::Limits;
use maru::realtime::token::TokenKey;

/// A gate whose cache knows of no ended login.
pub fn gate() -> Gate {
    let key = TokenKey::new(&[5; 32]);
    let gate = Gate::new(key, Limits::DEFAULT.ticket_ms, Clock::start());
    let generation = gate.admission().generation();
    gate.admission().reload(generation, [], WallMs(0));
    gate
}
