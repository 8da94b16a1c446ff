//! Flushes on their way to an edge's connections.

use std::collections::BTreeSet;

use super::Edge;
use crate::realtime::host::Action;
use crate::realtime::relay::Audience;
use crate::realtime::room::ConnId;

impl Edge {
    /// One flush to everyone who has all before it.
    pub(super) fn deliver(&self, audiences: &[Audience], actions: &mut Vec<Action>) {
        let ready = self
            .conns
            .iter()
            .filter(|(_, local)| local.from.is_some_and(|from| Some(from) < self.flush));
        let ready: Vec<ConnId> = ready.map(|(conn, _)| *conn).collect();
        self.deliver_to(&ready, audiences, actions);
    }

    fn deliver_to(&self, ready: &[ConnId], audiences: &[Audience], actions: &mut Vec<Action>) {
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
}

fn flush_to(conns: Vec<ConnId>, audience: &Audience, actions: &mut Vec<Action>) {
    if !conns.is_empty() && !audience.bytes.is_empty() {
        let reliable = audience.reliable_bytes as usize;
        actions.push(Action::Flush(conns, audience.bytes.clone(), reliable));
    }
}
