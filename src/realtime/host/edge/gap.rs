//! What an edge does about messages that were lost on the way: it notices, waits a moment, and asks.

use maru_protocol::CloseCode;

use super::{Edge, FIRST, Local, WAIT_MS_MAX, close};
use crate::domain::clock::Tick;
use crate::domain::rules::Rule;
use crate::realtime::host::Action;
use crate::realtime::relay::Body;
use crate::realtime::room::{ConnId, Input};

impl Edge {
    pub(super) fn is_behind(&self) -> bool {
        let flush_behind = self.flush.is_some_and(|last| last < self.flush_told);
        flush_behind
            || self.down < self.down_told
            || !self.early.is_empty()
            || !self.held.is_empty()
    }

    pub(super) fn mark_gap(&mut self, now: Tick) {
        if !self.is_behind() || !Rule::Stale.holds() {
            self.gap = None;
        } else {
            self.gap.get_or_insert(now);
        }
    }

    /// What is missing does not come any more: everyone is to be brought up to date.
    pub(super) fn give_up_gap(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let newest = self.early.keys().next_back().copied().max(self.flush);
        self.flush = newest.map(|newest| newest.max(self.flush_told));
        // Messages that these would have followed are too late from now on.
        let followed = self.early.values().map(|(after, _)| *after).max();
        self.down = self.down.max(followed.unwrap_or(0));
        self.early.clear();
        let newest = self.held.keys().next_back().copied().unwrap_or(0);
        self.down = self.down.max(self.down_told).max(newest);
        for (_, held) in std::mem::take(&mut self.held) {
            // Refusals among them come only once; whatever edits they precede comes with what is asked for now.
            self.unpack(held, now, actions);
        }
        self.gap = None;
        for local in self.conns.values_mut().filter(|local| local.welcomed) {
            local.from = None;
        }
        self.ask_again(now, actions);
    }

    /// Asks the owner for what brings everyone here up to date. Whoever has all so far goes on meanwhile.
    pub(super) fn ask_again(&mut self, now: Tick, actions: &mut Vec<Action>) {
        self.lost_at = now;
        // Its welcome may be what was lost, and no snapshot stands for that.
        let never = |local: &Local| !local.welcomed && local.waits(now);
        self.turn_away(never, CloseCode::RoomMoved, now, actions);
        for local in self.conns.values_mut().filter(|local| local.welcomed) {
            local.since = now;
        }
        let link = self.parts.link;
        self.tell(Body::Lost { link }, actions);
    }

    /// The owner has not heard all of them: who they are, where they stand now and whatever else only the newest of counts
    /// is said again.
    pub(super) fn step_again(&mut self, behind: &[ConnId], now: Tick, actions: &mut Vec<Action>) {
        for conn in behind {
            let again = self.conns.get(conn).map(Local::again);
            for input in again.unwrap_or_default() {
                self.up(input, now, actions);
            }
        }
    }

    /// Whoever came and of whom the owner has not heard for as long as it may be silent.
    pub(super) fn turn_away_unheard(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let patience = self.parts.limits.lease_ms;
        let unheard = |local: &Local| !local.welcomed && now.since_ms(local.entered) >= patience;
        self.turn_away(unheard, CloseCode::Unavailable, now, actions);
    }

    fn turn_away(
        &mut self,
        whom: impl Fn(&Local) -> bool,
        code: CloseCode,
        now: Tick,
        actions: &mut Vec<Action>,
    ) {
        let whom = self.conns.iter().filter(|(_, local)| whom(local));
        for conn in whom.map(|(conn, _)| *conn).collect::<Vec<_>>() {
            close(conn, code, actions);
            self.up(Input::Lost { conn }, now, actions);
        }
    }

    /// The owner knows nothing of these, although it should by now: whoever came is announced again, by the number of
    /// the first time, and whoever was inside is not any more.
    pub(super) fn answer_unknown(
        &mut self,
        unknown: &[ConnId],
        now: Tick,
        actions: &mut Vec<Action>,
    ) {
        let link = self.parts.link;
        for (conn, local) in &mut self.conns {
            local.known |= local.rolled && !unknown.contains(conn);
        }
        for conn in unknown {
            // Since it came: whoever is behind asks anew all the time, and would wait for ever.
            let settled = |local: &&mut Local| now.since_ms(local.entered) >= WAIT_MS_MAX;
            let Some(local) = self.conns.get_mut(conn).filter(settled) else {
                continue;
            };
            if let Some(input) = local.enter.as_deref().cloned() {
                (local.known, local.since) = (false, now);
                let number = FIRST;
                let again = Body::Up {
                    link,
                    number,
                    input,
                };
                self.tell(again, actions);
            } else {
                self.conns.remove(conn);
                close(*conn, CloseCode::RoomMoved, actions);
            }
        }
    }
}
