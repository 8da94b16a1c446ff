//! Messages between nodes: lost, doubled, late, and out of order.

use bytes::Bytes;
use maru::domain::id::NodeId;
use maru::realtime::host::HostInput;
use maru::realtime::relay::{Body, Message};

use crate::world::{Event, World};

impl World {
    /// Sends a message between nodes: perhaps it is lost, comes twice, or late.
    pub fn send_relay(&mut self, from: usize, to: NodeId, message: &Message) {
        let to_place = self.place_of(to);
        let cut = self
            .cut_off
            .is_some_and(|cut| from == cut || to_place == Some(cut));
        if cut || self.random.chance(self.relay_loss) {
            self.note(|| format!("lost between nodes: {}", brief(message)));
            return;
        }
        let copies = if self.is_rough && self.random.chance(20) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let wait = match self.random.below(1_000) {
                // Stuck somewhere until long after another owner has taken over.
                0..8 if self.is_rough => self.random.between(2_000, 14_000),
                8..38 if self.is_rough => self.random.between(20, 900),
                _ => self.random.between(1, 4),
            };
            let bytes = message.encode();
            self.after(wait, Event::Relay { to, bytes });
        }
    }

    pub fn relayed(&mut self, to: NodeId, bytes: Bytes) {
        let Some(place) = self.place_of(to) else {
            return;
        };
        let Some(Event::Relay { bytes, .. }) =
            self.unless_frozen(place, Event::Relay { to, bytes })
        else {
            return;
        };
        let message = Message::decode(&bytes).expect("nodes send whole messages");
        let asks = matches!(
            message.body,
            Body::Up { .. } | Body::Roll { .. } | Body::Lost { .. }
        );
        self.note(|| format!("node {place} hears: {}", brief(&message)));
        let has_host = self.nodes[place]
            .as_ref()
            .is_some_and(|node| node.host.is_some());
        if has_host {
            self.tell_host(place, HostInput::Relay(message));
            self.settle(place);
        } else if asks {
            let from = message.from;
            let gone = Message {
                from: to,
                body: Body::Gone,
                ..message
            };
            self.send_relay(place, from, &gone);
        }
    }

    pub fn place_of(&self, id: NodeId) -> Option<usize> {
        self.nodes
            .iter()
            .position(|node| node.as_ref().is_some_and(|node| node.id == id))
    }
}

/// A message between nodes in a few words.
fn brief(message: &Message) -> String {
    let what = match &message.body {
        Body::Up { number, input, .. } => format!("up {number} {:.30}", format!("{input:?}")),
        Body::Down {
            number,
            flush,
            conn,
            ..
        } => format!("down {number} after flush {flush} to {conn:?}"),
        Body::Flush { flush, .. } => format!("flush {flush}"),
        other => format!("{:.40}", format!("{other:?}")),
    };
    format!("epoch {:?} {what}", message.epoch.map(|epoch| epoch.0))
}
