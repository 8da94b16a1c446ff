//! The people of the simulation: each a client as the protocol describes it, with a will of its own.

use bytes::Bytes;
use maru::domain::visitor::Visitor;
use maru_protocol::{
    ClientFrame, ItemCopy, Op, Place, Role, Standing, Standpoint, Status, Visibility, encode_client,
};

use crate::client::{Client, Unanswered};
use crate::world::{Event, World};

/// Batches sent again before the answers to them have come.
const RESENT_AT_ONCE: usize = 4;

/// Items the players make; few, so that they meet.
const KINDS: [&str; 4] = ["mug", "candle", "round_rug", "chair"];

pub struct Player {
    pub number: usize,
    pub visitor: Visitor,
    pub client: Client,
    pub link: Option<u64>,
    /// Bytes of a frame not yet whole.
    partial: Vec<u8>,
    heard_at: u64,
    connected_at: u64,
    /// Where it was connected last.
    pub place: Option<usize>,
    pinged_at: u64,
    failures: u64,
    /// A connection attempt of a lower number is out of date.
    attempt: u64,
    /// The server said when to come back.
    told_to_wait: Option<u64>,
    made: u64,
    /// Shows tokens of others that are no longer good, and nothing else.
    pub is_copycat: bool,
    /// The token before the one of the moment, and in which epoch and when it was replaced.
    pub old_token: Option<(String, u64, u64)>,
    /// Left of its own will, or was put out for good.
    pub is_out: bool,
    /// Said so itself, and when.
    pub left_at: Option<u64>,
}

impl Player {
    pub fn new(number: usize, visitor: Visitor) -> Self {
        Self {
            number,
            visitor,
            client: Client::default(),
            link: None,
            partial: Vec::new(),
            heard_at: 0,
            connected_at: 0,
            place: None,
            pinged_at: 0,
            failures: 0,
            attempt: 0,
            told_to_wait: None,
            made: 0,
            is_copycat: false,
            old_token: None,
            is_out: false,
            left_at: None,
        }
    }
}

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
                have: player.client.have(),
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

    pub fn send_up(&mut self, client: usize, frame: &ClientFrame) {
        let Some(id) = self.players[client].link else {
            return;
        };
        let bytes = Bytes::from(encode_client(frame));
        let wait = self.random.between(1, 40);
        let now = self.now;
        if let Some(link) = self.links.get_mut(&id).filter(|link| !link.dead) {
            let at = (now + wait).max(link.up_at);
            link.up_at = at;
            self.when(at, Event::Up { link: id, bytes });
        }
    }

    pub fn arrives_down(&mut self, id: u64, bytes: &[u8]) {
        let Some(client) = self
            .links
            .get(&id)
            .filter(|link| !link.dead)
            .map(|link| link.client)
        else {
            return;
        };
        if self.players[client].link != Some(id) {
            return;
        }
        self.players[client].heard_at = self.now;
        self.players[client].partial.extend_from_slice(bytes);
        loop {
            let player = &mut self.players[client];
            let Some((is_close, payload, used)) = whole_frame(&player.partial) else {
                break;
            };
            let payload = player.partial[payload].to_vec();
            player.partial.drain(..used);
            if is_close {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                self.closed(client, code);
                return;
            }
            self.take(client, &payload);
        }
    }

    fn take(&mut self, client: usize, payload: &[u8]) {
        self.note(|| {
            let frame = maru_protocol::decode_server(payload);
            format!("client {client} gets {:.70}", format!("{frame:?}"))
        });
        let before = self.seen(client);
        let token_before = self.players[client].client.token.clone();
        let goaway = self.players[client].client.take_payload(payload);
        if let Some(wait) = goaway {
            self.players[client].told_to_wait = Some(u64::from(wait));
        }
        if std::mem::take(&mut self.players[client].client.must_resend) {
            assert!(
                !self.players[client].is_copycat,
                "token: an old resume token was accepted"
            );
            self.check_welcome(client);
            let epoch = self.players[client].client.welcome_epoch;
            self.players[client].old_token = token_before.map(|token| (token, epoch, self.now));
            self.players[client].failures = 0;
            self.players[client].left_at = None;
            self.record.inside(client, self.now);
            self.note(|| {
                format!(
                    "client {client} is inside, epoch {}",
                    self.players[client].client.epoch
                )
            });
            let nonce = 7;
            self.send_up(client, &ClientFrame::Ping { nonce });
            self.resend(client);
        }
        for nonce in std::mem::take(&mut self.players[client].client.pings) {
            self.send_up(client, &ClientFrame::Pong { nonce });
        }
        self.check_seen(client, &before);
        if !self.players[client].client.refused.is_empty() {
            self.note(|| {
                format!(
                    "client {client} is refused: {}",
                    self.players[client].client.last_words
                )
            });
        }
        for (number, retry) in std::mem::take(&mut self.players[client].client.refused) {
            // Not taken: it and all after it are sent again, in order.
            let _ = (number, retry);
            self.players[client].client.waits_to_resend = true;
        }
    }

    pub fn resend(&mut self, client: usize) {
        let it = &mut self.players[client].client;
        // A few at a time: the rest when these are answered.
        it.waits_to_resend = it.unanswered.len() > RESENT_AT_ONCE;
        let first: Vec<_> = it.unanswered.iter().take(RESENT_AT_ONCE).cloned().collect();
        for Unanswered {
            number,
            base_seq,
            ops,
        } in first
        {
            self.send_up(
                client,
                &ClientFrame::Ops {
                    number,
                    base_seq,
                    resend: true,
                    ops,
                },
            );
        }
    }

    fn closed(&mut self, client: usize, code: u16) {
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

    fn drop_link(&mut self, id: Option<u64>) {
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

    fn keep_alive(&mut self, client: usize) {
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

    fn do_something(&mut self, client: usize) {
        let role = self.players[client].client.role;
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
        let ids: Vec<u64> = self.players[client].client.items.keys().copied().collect();
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

    pub fn make(&mut self, client: usize, ops: Vec<Op>) {
        let player = &mut self.players[client];
        if player.client.unanswered.len() >= 60 {
            return;
        }
        let it = &mut player.client;
        it.last_number += 1;
        let (number, base_seq) = (it.last_number, it.seq);
        it.unanswered.push_back(Unanswered {
            number,
            base_seq,
            ops: ops.clone(),
        });
        if it.waits_to_resend {
            return;
        }
        self.send_up(
            client,
            &ClientFrame::Ops {
                number,
                base_seq,
                resend: false,
                ops,
            },
        );
    }

    fn leave(&mut self, client: usize) {
        if !self.players[client].client.unanswered.is_empty() {
            return;
        }
        self.send_up(client, &ClientFrame::Leave {});
        self.players[client].left_at = Some(self.now);
        self.record.left(client, self.now);
    }

    /// Someone shows the token that this client had before the one of the moment.
    fn copy_tab(&mut self, client: usize) {
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
        let settled = is_alive && self.now > since + 3_000 && epoch == player.client.epoch;
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

    fn stop_reading(&mut self, client: usize) {
        let wait = self.random.between(200, 14_000);
        if let Some(id) = self.players[client].link {
            if let Some(link) = self.links.get_mut(&id) {
                link.stalled = true;
            }
            self.after(wait, Event::Unstall { link: id });
        }
    }

    fn cut(&mut self, client: usize) {
        self.lose(client);
    }

    /// Gone for good, without a word: a battery, a tunnel.
    fn vanish(&mut self, client: usize) {
        self.go_silent(client);
        self.note(|| format!("client {client} vanishes"));
        self.players[client].is_out = true;
        self.players[client].client.cut_off();
    }

    /// The link passes nothing any more, and nobody is told.
    fn go_silent(&mut self, client: usize) {
        if let Some(id) = self.players[client].link
            && let Some(link) = self.links.get_mut(&id)
        {
            link.dead = true;
            self.note(|| format!("client {client} goes silent"));
            self.record.outside(client, self.now);
        }
    }
}

/// The first frame in the bytes, if it is whole: whether it is a close, where its payload is, how long it is.
fn whole_frame(bytes: &[u8]) -> Option<(bool, std::ops::Range<usize>, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    assert!(
        matches!(first, 0x82 | 0x88),
        "a whole binary frame or a close, not {first:#x}"
    );
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(length).ok()?)
        }
        short => (2, usize::from(short)),
    };
    let end = start + length;
    (bytes.len() >= end).then_some((first == 0x88, start..end, end))
}
