//! A live room at its node: what its host is told, and what it wants done.

use maru::domain::id::NodeId;
use maru::realtime::frame;
use maru::realtime::host::{Action, Host, HostInput, HostParts};
use maru::realtime::room::Input;

use crate::world::World;

impl World {
    pub fn tell_host(&mut self, place: usize, input: HostInput) {
        let now = self.now;
        let (room, key, limits) = (self.room, self.key.clone(), self.limits.clone());
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        let at = node.at(now);
        if node.host.is_none() {
            if !matches!(
                input,
                HostInput::Local(Input::Enter { .. }) | HostInput::Command(_)
            ) {
                return;
            }
            let parts = HostParts {
                node: node.id,
                token_key: key,
                limits,
                screen: maru::services::screen::Screen::off(),
                link: node.next_link,
                // With half of the rooms one member at a time is brought up to date.
                catch_up_bytes: if node.next_link % 2 == 0 {
                    usize::MAX
                } else {
                    1
                },
            };
            node.next_link += 1;
            node.host = Some(Host::new(room, parts));
        }
        let mut actions = Vec::new();
        if let HostInput::Local(input) = &input {
            self.note(|| format!("node {place} takes {:.60}", format!("{input:?}")));
        }
        let before = self.seen_before(place, &input);
        if let Some(host) = self.nodes[place]
            .as_mut()
            .and_then(|node| node.host.as_mut())
        {
            host.handle(input, at, &mut actions);
        }
        self.check_acceptance(place, before);
        self.perform(place, actions);
    }

    pub fn perform(&mut self, place: usize, actions: Vec<Action>) {
        for action in actions {
            self.check_action(place, &action);
            match action {
                Action::Send(conn, bytes) => {
                    self.write(place, conn, |backlog, write| {
                        let _ = backlog.send(bytes, write);
                    });
                }
                Action::Resync(conn, bytes) => {
                    self.write(place, conn, |backlog, write| {
                        let _ = backlog.resync(bytes, write);
                    });
                }
                Action::Flush(conns, bytes, reliable) => {
                    for conn in conns {
                        self.write(place, conn, |backlog, write| {
                            let _ = backlog.send_flush(&bytes, reliable, write);
                        });
                    }
                }
                Action::Close(conn, code) => {
                    let bytes = frame::close(code);
                    self.write(place, conn, |backlog, write| backlog.close(bytes, write));
                }
                Action::Call(number, call) => self.call(place, number, &call),
                Action::Publish(message) => {
                    let own = self.nodes[place].as_ref().map(|node| node.id);
                    let others = self.nodes.iter().flatten().map(|node| node.id);
                    let others: Vec<NodeId> = others.filter(|id| Some(*id) != own).collect();
                    for to in others {
                        self.send_relay(place, to, &message);
                    }
                }
                Action::Answer(reply, outcome) => self.commanded(reply, outcome),
                Action::Tell(to, message) => self.send_relay(place, to, &message),
                Action::Refused(_) => {}
                Action::End => {
                    let node = self.nodes[place].as_mut();
                    let conns = node.map_or_else(Vec::new, |node| {
                        node.host = None;
                        node.conns.keys().copied().collect()
                    });
                    for conn in conns {
                        let mut outputs = Vec::new();
                        if let Some(it) = self
                            .conn(place, conn)
                            .filter(|it| !it.conversation.is_awaited())
                        {
                            it.conversation.room_gone(&mut outputs);
                        }
                        self.say(place, conn, outputs);
                    }
                }
            }
        }
    }
}
