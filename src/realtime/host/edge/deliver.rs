//! Flushes on their way to an edge's connections, and again to those whose welcome came after them.

use std::collections::BTreeSet;

use super::{Edge, KEPT_FLUSHES_MAX};
use crate::domain::clock::Tick;
use crate::realtime::host::Action;
use crate::realtime::relay::Audience;
use crate::realtime::room::{ConnId, Input};

impl Edge {
    /// One flush to everyone who has all before it.
    pub(super) fn deliver(
        &mut self,
        flush: u64,
        audiences: Vec<Audience>,
        actions: &mut Vec<Action>,
    ) {
        self.flush = Some(flush);
        let ready = self
            .conns
            .iter()
            .filter(|(_, local)| local.from.is_some_and(|from| from < flush));
        let ready: Vec<ConnId> = ready.map(|(conn, _)| *conn).collect();
        self.deliver_to(&ready, &audiences, actions);
        self.kept.push_back((flush, audiences));
        if self.kept.len() > KEPT_FLUSHES_MAX {
            self.kept.pop_front();
        }
    }

    pub(super) fn deliver_to(
        &self,
        ready: &[ConnId],
        audiences: &[Audience],
        actions: &mut Vec<Action>,
    ) {
        let mut left: BTreeSet<ConnId> = ready.iter().copied().collect();
        let node = self.parts.node;
        let named = audiences
            .iter()
            .filter_map(|a| Some((a.conns.as_ref()?, a)));
        for (conns, audience) in named {
            let mine = conns.iter().filter(|(edge, _)| *edge == node);
            let mine = mine
                .filter(|(_, conn)| left.remove(conn))
                .map(|(_, conn)| *conn);
            flush_to(mine.collect(), audience, actions);
        }
        if let Some(rest) = audiences.iter().find(|audience| audience.conns.is_none()) {
            flush_to(left.into_iter().collect(), rest, actions);
        }
    }

    /// Gives a newcomer the flushes that came before its welcome did.
    pub(super) fn replay(
        &mut self,
        conn: ConnId,
        after: u64,
        now: Tick,
        actions: &mut Vec<Action>,
    ) {
        let Some(last) = self.flush.filter(|last| *last > after) else {
            return;
        };
        let missed: Vec<_> = self
            .kept
            .iter()
            .filter(|(flush, _)| *flush > after)
            .cloned()
            .collect();
        if missed.len() as u64 != last - after {
            // Too long ago: only the owner can tell.
            if let Some(local) = self.conns.get_mut(&conn) {
                local.from = None;
                local.since = now;
            }
            self.up(Input::Drained { conn, stale: true }, now, actions);
            return;
        }
        for (_, audiences) in missed {
            self.deliver_to(&[conn], &audiences, actions);
        }
    }
}

fn flush_to(conns: Vec<ConnId>, audience: &Audience, actions: &mut Vec<Action>) {
    if !conns.is_empty() && !audience.bytes.is_empty() {
        let reliable = audience.reliable_bytes as usize;
        actions.push(Action::Flush(conns, audience.bytes.clone(), reliable));
    }
}
