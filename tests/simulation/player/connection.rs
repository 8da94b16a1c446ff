//! Coming in, coming back, and being sent away.

use maru_protocol::ClientFrame;

use crate::world::{Event, World};

impl World {
    pub fn connect(&mut self, client: usize, attempt: u64) {
        let player = &mut self.players[client];
        if player.link.is_some() || player.is_out || attempt < player.attempt {
            return;
        }
        let place = usize::try_from(self.random.below(self.nodes.len() as u64)).unwrap();
        let Some(link) = self.open_link(client, place) else {
            self.come_back(client, false);
            return;
        };
        let node = self.nodes[place].as_ref().expect("it was opened there");
        let wall = node.at(self.now).now.wall;
        self.note(|| format!("client {client} connects to node {place}"));
        let player = &mut self.players[client];
        player.link = Some(link);
        player.partial.clear();
        player.place = Some(place);
        player.connected_at = self.now;
        player.heard_at = self.now;
        player.pinged_at = self.now;
        let first = match &player.client.token {
            Some(token) => ClientFrame::Resume {
                token: token.clone(),
                have: player.client.room.have(),
                avatar: None,
            },
            None => match self.ticket_for(client, wall) {
                Some(ticket) => ClientFrame::Join {
                    ticket,
                    avatar: None,
                },
                None => {
                    let link = self.players[client].link.take();
                    self.drop_link(link);
                    self.come_back(client, true);
                    return;
                }
            },
        };
        self.send_up(client, &first);
    }

    /// Comes back by and by: sooner after a loss than after a refusal.
    pub fn come_back(&mut self, client: usize, refused: bool) {
        let player = &mut self.players[client];
        player.failures = (player.failures + 1).min(5);
        player.attempt += 1;
        let (attempt, failures) = (player.attempt, player.failures);
        let wait = match player.told_to_wait.take() {
            Some(told) => told,
            None if refused => self.random.between(500, 1_000 << failures.min(3)),
            None => self.random.between(0, 200 << failures.min(4)),
        };
        self.after(wait, Event::Connect { client, attempt });
    }

    pub fn keep_alive(&mut self, client: usize) {
        let now = self.now;
        let (heartbeat, silence) = (self.limits.heartbeat_ms, self.limits.silence_ms_max);
        let player = &mut self.players[client];
        if player.link.is_none() {
            return;
        }
        let waits_long = !player.client.inside && now - player.connected_at > 10_000;
        if now - player.heard_at > silence || waits_long {
            self.lose(client);
        } else if now - player.heard_at.max(player.pinged_at) > heartbeat {
            player.pinged_at = now;
            self.send_up(client, &ClientFrame::Ping { nonce: 1 });
        }
    }

    pub fn closed(&mut self, client: usize, code: u16) {
        self.note(|| {
            format!(
                "client {client} is closed with {code}: {:?}",
                self.players[client].client.errors.last()
            )
        });
        let id = self.players[client].link.take();
        self.drop_link(id);
        self.record.outside(client, self.now);
        self.players[client].client.cut_off();
        if self.players[client].is_copycat {
            return;
        }
        match code {
            4_000..4_100 => self.come_back(client, false),
            4_100..4_200 => self.come_back(client, true),
            4_200..4_300 => {
                self.check_refused(client, code);
                // The session is over; what was not answered is shown to the user, and not sent again.
                self.players[client].client.forget_session();
                self.come_back(client, true);
            }
            // There is no such room, for now.
            4_302 if self.doors.may_be_gone(self.now) => {
                self.players[client].client.forget_session();
                self.record.put_out(client, self.now);
                self.come_back(client, true);
            }
            4_302 | 4_300 => panic!("a client that keeps the protocol was closed with {code}"),
            // Sent out, kept out, or not let in: some try again later, with a new ticket.
            4_301 | 4_305 | 4_306 => {
                self.players[client].client.forget_session();
                self.record.put_out(client, self.now);
                self.players[client].told_to_wait = Some(6_000);
                self.come_back(client, true);
            }
            _ => {
                self.players[client].client.forget_session();
                self.players[client].is_out = true;
                self.record.put_out(client, self.now);
            }
        }
    }

    /// The client has lost its connection, and hangs up what is left of it.
    pub fn lose(&mut self, client: usize) {
        self.note(|| format!("client {client} loses its connection"));
        let id = self.players[client].link.take();
        self.drop_link(id);
        self.record.outside(client, self.now);
        self.players[client].client.cut_off();
        let player = &self.players[client];
        if !player.is_out && !player.is_copycat {
            self.come_back(client, false);
        }
    }

    pub fn drop_link(&mut self, id: Option<u64>) {
        let Some(id) = id else {
            return;
        };
        let wait = self.random.between(1, 40);
        if self.links.contains_key(&id) {
            self.after(wait, Event::GoneBelow { link: id });
        }
    }

    pub fn gone_above(&mut self, id: u64) {
        let Some(client) = self.links.get(&id).map(|link| link.client) else {
            return;
        };
        if self.players[client].link == Some(id) {
            self.lose(client);
        }
    }
}
