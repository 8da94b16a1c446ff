//! What people do to their connections: leave, stop reading, lose them, vanish, copy a tab.

use maru_protocol::ClientFrame;

use crate::client::Client;
use crate::world::{Event, World};

impl World {
    pub fn leave(&mut self, client: usize) {
        if !self.players[client].client.batches.unanswered.is_empty() {
            return;
        }
        self.send_up(client, &ClientFrame::Leave {});
        self.players[client].left_at = Some(self.now);
        self.record.left(client, self.now);
    }

    /// Someone shows the token that this client had before the one of the moment.
    pub fn copy_tab(&mut self, client: usize) {
        let copycat = self.players.len() - 1;
        let player = &self.players[client];
        let Some((token, epoch, since)) = player.old_token.clone() else {
            return;
        };
        // Only where the owner itself has heard that the newer one arrived, in the epoch in which it did.
        let place = player.place.filter(|place| {
            let host = self.nodes[*place]
                .as_ref()
                .and_then(|node| node.host.as_ref());
            let room = host.and_then(|host| host.owned());
            room.is_some_and(|room| room.epoch().0 == epoch)
        });
        // A wire that went dead may have swallowed the news.
        let link = player.link.and_then(|id| self.links.get(&id));
        let is_alive = link.is_some_and(|link| !link.dead);
        let settled = is_alive && self.now > since + 3_000 && epoch == player.client.room.epoch;
        let free = self.players[copycat].link.is_none();
        let Some(place) = place.filter(|_| settled && free) else {
            return;
        };
        self.players[copycat].visitor = self.players[client].visitor.clone();
        self.players[copycat].client = Client::default();
        let Some(link) = self.open_link(copycat, place) else {
            return;
        };
        self.players[copycat].link = Some(link);
        let (have, avatar) = (None, None);
        self.send_up(
            copycat,
            &ClientFrame::Resume {
                token,
                have,
                avatar,
            },
        );
    }

    pub fn stop_reading(&mut self, client: usize) {
        let wait = self.random.between(200, 14_000);
        if let Some(id) = self.players[client].link {
            if let Some(link) = self.links.get_mut(&id) {
                link.stalled = true;
            }
            self.after(wait, Event::Unstall { link: id });
        }
    }

    pub fn cut(&mut self, client: usize) {
        self.lose(client);
    }

    /// Gone for good, without a word: a battery, a tunnel.
    pub fn vanish(&mut self, client: usize) {
        self.go_silent(client);
        self.note(|| format!("client {client} vanishes"));
        self.players[client].is_out = true;
        self.players[client].client.cut_off();
    }

    /// The link passes nothing any more, and nobody is told.
    pub fn go_silent(&mut self, client: usize) {
        if let Some(id) = self.players[client].link
            && let Some(link) = self.links.get_mut(&id)
        {
            link.dead = true;
            self.note(|| format!("client {client} goes silent"));
            self.record.outside(client, self.now);
        }
    }
}
