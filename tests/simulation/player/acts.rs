//! What people do in a room: walk, talk, furnish, and rule.

use maru_protocol::{
    ClientFrame, ItemCopy, Op, Place, Role, Standing, Standpoint, Status, Visibility,
};

use crate::world::{Event, World};

/// Items the players make; few, so that they meet.
const KINDS: [&str; 4] = ["mug", "candle", "round_rug", "chair"];

impl World {
    /// Does something, and thinks of the next thing.
    pub fn act(&mut self, client: usize) {
        let pause = if self.is_rough {
            self.random.between(20, 900)
        } else {
            1_000
        };
        self.after(pause, Event::Act { client });
        self.keep_alive(client);
        if self.players[client].link.is_none() || !self.players[client].client.inside {
            return;
        }
        if self.players[client].client.waits_to_resend {
            self.resend(client);
            return;
        }
        if self.is_rough {
            self.do_something(client);
        }
    }

    fn do_something(&mut self, client: usize) {
        let role = self.players[client].client.room.role;
        let may_edit = matches!(role, Some(Role::Owner | Role::Editor));
        match self.random.below(100) {
            0..30 => self.walk(client),
            30..38 => {
                let active = self.random.chance(500);
                self.send_up(client, &ClientFrame::Typing { active });
            }
            38..40 => {
                let status = *self.random.pick(&[Status::Available, Status::Busy]);
                self.send_up(client, &ClientFrame::SetStatus { status });
            }
            40..58 => {
                let text = self.fresh_text(client);
                self.make(client, vec![Op::Say { text }]);
            }
            58..90 if may_edit => self.edit(client),
            90..92 if role == Some(Role::Owner) => self.rule(client),
            92..93 => self.leave(client),
            93..95 => self.stop_reading(client),
            95..97 => self.cut(client),
            97 if self.random.chance(200) => self.vanish(client),
            97..98 => self.go_silent(client),
            98..100 => self.copy_tab(client),
            _ => {}
        }
    }

    fn walk(&mut self, client: usize) {
        let (x, y) = (self.random.below(1_001), self.random.below(1_001));
        self.send_up(
            client,
            &ClientFrame::Move {
                x: i32::try_from(x).unwrap(),
                y: i32::try_from(y).unwrap(),
                facing: 1,
                standing: Standing::Walking,
            },
        );
    }

    fn fresh_text(&mut self, client: usize) -> String {
        let player = &mut self.players[client];
        player.made += 1;
        // Long enough to fill buffers.
        format!("{client}-{} {}", player.made, "가".repeat(40))
    }

    fn edit(&mut self, client: usize) {
        let ids: Vec<u64> = self.players[client]
            .client
            .room
            .contents
            .items
            .keys()
            .copied()
            .collect();
        let standpoint = Standpoint {
            place: Place::Floor,
            x: i32::try_from(self.random.below(18)).unwrap(),
            y: i32::try_from(self.random.below(18)).unwrap(),
        };
        let op = match self.random.below(10) {
            _ if ids.is_empty() => self.put(&standpoint),
            0..4 if ids.len() < 40 => self.put(&standpoint),
            4..7 => Op::Patch {
                id: *self.random.pick(&ids),
                standpoint: self.random.chance(600).then_some(standpoint),
                rotation: Some(u8::try_from(self.random.below(4)).unwrap()),
                color: None,
                if_seq: None,
            },
            7 => Op::SetTheme {
                wallpaper: None,
                flooring: None,
                light: Some(
                    if self.random.chance(500) {
                        "day"
                    } else {
                        "night"
                    }
                    .to_owned(),
                ),
            },
            8 => {
                let to = self.fresh_id();
                let copies = vec![ItemCopy {
                    from: *self.random.pick(&ids),
                    to,
                }];
                Op::Duplicate {
                    copies,
                    dx: 2,
                    dy: 1,
                }
            }
            _ => Op::Remove {
                id: *self.random.pick(&ids),
                if_seq: None,
            },
        };
        self.make(client, vec![op]);
    }

    fn put(&mut self, standpoint: &Standpoint) -> Op {
        Op::Put {
            id: self.fresh_id(),
            kind: (*self.random.pick(&KINDS)).to_owned(),
            place: standpoint.place,
            x: standpoint.x,
            y: standpoint.y,
            rotation: 0,
            color: String::new(),
        }
    }

    fn fresh_id(&mut self) -> u64 {
        self.random.next() >> 20 | 1
    }

    /// The owner decides about the room and the people in it.
    fn rule(&mut self, client: usize) {
        let others = self.players.len() - 2;
        let other = 2 + usize::try_from(self.random.below(others.max(1) as u64)).unwrap();
        let Some(other) = self.players.get(other) else {
            return;
        };
        let person = other.visitor.person_id();
        self.record.disturb_person(&person, self.now);
        let op = match self.random.below(8) {
            0 => Op::Kick { person },
            1 => Op::Ban { person },
            2 => Op::Unban { person },
            3 => Op::Mute {
                person,
                minutes: Some(1),
            },
            4 => Op::Unmute { person },
            5 | 6 => Op::SetRole {
                person,
                role: if self.random.chance(700) {
                    Role::Editor
                } else {
                    Role::Visitor
                },
            },
            _ => Op::SetPolicy {
                name: None,
                visibility: Some(if self.random.chance(700) {
                    Visibility::Public
                } else {
                    Visibility::Followers
                }),
                guests_allowed: None,
                locked: Some(self.random.chance(200)),
                people_max: None,
            },
        };
        if let Op::SetPolicy { .. } = &op {
            self.record.disturb_person("", self.now);
        }
        self.note(|| format!("the owner: {op:?}"));
        self.make(client, vec![op]);
    }
}
