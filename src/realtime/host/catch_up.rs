//! Members of other nodes for whom something was lost on the way, brought up to date one after the other.

use super::{Action, At, Host, State};
use crate::domain::id::NodeId;
use crate::realtime::relay::Body;
use crate::realtime::room::Input;

/// How much is sent at once: far less than Redis keeps for a subscriber that does not read
/// (`client-output-buffer-limit pubsub 32mb 8mb 60`).
pub const CATCH_UP_BYTES: usize = 512 * 1024;

/// How long the next ones wait, where it is more than may be sent at once.
const CATCH_UP_MS: u64 = 50;

impl Host {
    pub(super) fn bring_up_to_date(
        &mut self,
        from: NodeId,
        link: u64,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if !self.hear(from, link, at, actions) {
            return;
        }
        if let State::Owner(owner) = &mut self.state {
            owner.remote.lost(from);
        }
        self.catch_up_if_due(at, actions);
    }

    /// Brings members of edges up to date, some at a time: what one node may have waiting for it between the nodes is
    /// bounded, and more than that would be lost, and asked for again.
    pub(super) fn catch_up_if_due(&mut self, at: At, actions: &mut Vec<Action>) {
        let mut left = self.parts.catch_up_bytes;
        loop {
            let State::Owner(owner) = &mut self.state else {
                return;
            };
            if at.now.tick < owner.catch_up_at {
                return;
            }
            let Some(conn) = owner.remote.next_stale() else {
                return;
            };
            let before = actions.len();
            let stale = true;
            self.feed(Input::Drained { conn, stale }, at.now, actions);
            // A refusal may be among what was lost, and would be waited for.
            self.feed(Input::Missed { conn }, at.now, actions);
            let sent = actions.iter().skip(before).map(down_bytes);
            left = left.saturating_sub(sent.sum());
            if let State::Owner(owner) = &mut self.state
                && left == 0
            {
                owner.catch_up_at = at.now.tick.plus_ms(CATCH_UP_MS);
            }
        }
    }
}

/// How much an action sends to one member of another node.
fn down_bytes(action: &Action) -> usize {
    match action {
        Action::Tell(_, message) => match &message.body {
            Body::Down { parcel, .. } => parcel.size(),
            _ => 0,
        },
        _ => 0,
    }
}
