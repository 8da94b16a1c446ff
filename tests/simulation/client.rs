//! A client as `PROTOCOL.md` describes it, which checks every promise it can see.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use maru_protocol::{
    ChatLine, ErrorCode, Event, ItemState, MemberDrag, MemberTyping, Op, OutcomeCode, Person,
    Preview, ReadPoint, Role, ServerFrame, Theme, decode_server,
};

use maru::domain::room::CHAT_LINES_MAX;

/// A batch without an answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    pub number: u32,
    pub base_seq: u64,
    pub ops: Vec<Op>,
}

#[derive(Debug, Default)]
pub struct Client {
    pub token: Option<String>,
    pub inside: bool,
    pub epoch: u64,
    pub seq: u64,
    flush: Option<u64>,
    pub member: u32,
    pub role: Option<Role>,
    pub theme: Option<Theme>,
    pub items: BTreeMap<u64, ItemState>,
    pub chat: VecDeque<(u64, String)>,
    pub people: BTreeMap<u32, Person>,
    pub typing: BTreeSet<u32>,
    pub drags: BTreeMap<u32, Preview>,
    /// Values of signals received.
    pub signals: usize,
    /// Parts of the last snapshot beside the first.
    pub parts: u32,
    parts_left: u32,
    pub last_number: u32,
    pub unanswered: VecDeque<Unanswered>,
    /// Numbers answered "applied" or "duplicate", with the batch.
    pub applied: BTreeMap<u32, Vec<Op>>,
    pub answers: BTreeMap<u32, (OutcomeCode, u64)>,
    pub errors: Vec<ErrorCode>,
    /// Set by a `Welcome`: the unanswered batches are to be sent again.
    pub must_resend: bool,
    /// Batches refused for the moment: number, and when to try again.
    pub refused: Vec<(u32, u32)>,
    /// They are to be sent again at the next occasion.
    pub waits_to_resend: bool,
    /// Pings to be answered.
    pub pings: Vec<u32>,
    /// The epoch of the last welcome.
    pub welcome_epoch: u64,
    /// The last error, for whoever reads along.
    pub last_words: String,
    /// A snapshot was cut off in its middle: what is here is no base for a delta.
    is_torn: bool,
}

impl Client {
    pub fn have(&self) -> Option<ReadPoint> {
        (self.epoch > 0 && !self.is_torn).then_some(ReadPoint {
            epoch: self.epoch,
            seq: self.seq,
        })
    }

    /// Takes one frame in; gives back when the server wants it to come back.
    pub fn take_payload(&mut self, payload: &[u8]) -> Option<u32> {
        let frame = decode_server(payload).expect("the room sends frames of the protocol");
        let wait = match &frame {
            ServerFrame::GoAway { reconnect_after_ms } => Some(*reconnect_after_ms),
            _ => None,
        };
        self.take(frame);
        wait
    }

    /// Whether a snapshot is not whole yet.
    pub fn is_between_parts(&self) -> bool {
        self.parts_left > 0
    }

    /// The connection is gone.
    pub fn cut_off(&mut self) {
        self.inside = false;
        self.is_torn |= self.parts_left > 0;
        self.parts_left = 0;
    }

    /// The session is over: the next is a new one.
    pub fn forget_session(&mut self) {
        self.token = None;
        self.unanswered.clear();
        self.refused.clear();
        self.answers.clear();
        self.applied.clear();
        self.last_number = 0;
    }

    fn take(&mut self, frame: ServerFrame) {
        assert!(
            self.parts_left == 0 || matches!(frame, ServerFrame::Part { .. }),
            "nothing comes between the parts of a snapshot"
        );
        match frame {
            ServerFrame::Welcome {
                epoch,
                member,
                resume_token,
                role,
                last_number,
                ..
            } => {
                assert!(epoch >= self.epoch, "epochs never go back");
                let answered = self.answers.keys().next_back().copied().unwrap_or(0);
                assert!(answered <= last_number, "an answered batch was forgotten");
                self.token = Some(resume_token);
                self.welcome_epoch = epoch;
                self.member = member;
                self.role = Some(role);
                self.inside = true;
                self.must_resend = true;
            }
            ServerFrame::Snapshot {
                epoch,
                seq,
                theme,
                items,
                chat,
                people,
                parts,
                ..
            } => {
                self.theme = Some(theme);
                self.items = items.into_iter().map(|item| (item.id, item)).collect();
                self.chat.clear();
                self.catch_up(epoch, seq, chat, people);
                self.parts_left = parts;
                self.parts = parts;
            }
            ServerFrame::Part {
                epoch,
                seq,
                part,
                items,
                chat,
                people,
            } => {
                assert_eq!((epoch, seq), (self.epoch, self.seq), "parts of one whole");
                assert!(self.parts_left > 0, "a part too many");
                self.parts_left -= 1;
                assert_eq!(part, self.parts - self.parts_left, "parts come in order");
                self.items
                    .extend(items.into_iter().map(|item| (item.id, item)));
                self.chat
                    .extend(chat.into_iter().map(|line| (line.seq, line.text)));
                let people = people.into_iter().map(|person| (person.member, person));
                self.people.extend(people);
            }
            ServerFrame::Signals { typing, drags, .. } => {
                for MemberTyping { member, active } in typing {
                    self.signals += 1;
                    if active {
                        self.typing.insert(member);
                    } else {
                        self.typing.remove(&member);
                    }
                }
                for MemberDrag { member, preview } in drags {
                    self.signals += 1;
                    match preview {
                        Some(preview) => self.drags.insert(member, preview),
                        None => self.drags.remove(&member),
                    };
                }
            }
            ServerFrame::Changes {
                epoch,
                seq,
                theme,
                items,
                removed,
                chat,
                people,
            } => {
                if let Some(theme) = theme {
                    self.theme = Some(theme);
                }
                for item in removed {
                    self.items.remove(&item.id);
                }
                self.items
                    .extend(items.into_iter().map(|item| (item.id, item)));
                self.catch_up(epoch, seq, chat, people);
            }
            ServerFrame::Events {
                epoch,
                flush,
                seq,
                events,
            } => {
                assert_eq!(
                    epoch, self.epoch,
                    "events of the epoch of the last snapshot"
                );
                if let Some(last) = self.flush.replace(flush) {
                    assert_eq!(flush, last + 1, "no flush is missing");
                }
                for event in events {
                    self.happen(event);
                }
                assert_eq!(self.seq, seq, "a flush ends at its seq");
            }
            ServerFrame::Acks { acks, .. } => {
                for ack in acks {
                    self.answered(&ack);
                }
            }
            ServerFrame::Avatars { avatars, .. } => {
                for avatar in avatars {
                    if let Some(person) = self.people.get_mut(&avatar.member) {
                        person.avatar = avatar;
                    }
                }
            }
            ServerFrame::Error {
                code,
                number,
                retry_after_ms,
                message,
                ..
            } => {
                self.last_words = format!("{code}: {message} ({number:?})");
                self.errors.push(code);
                if let Some(number) = number {
                    self.refused.push((number, retry_after_ms.unwrap_or(0)));
                }
            }
            ServerFrame::Ping { nonce } => self.pings.push(nonce),
            ServerFrame::GoAway { .. } | ServerFrame::Pong { .. } => {}
            other => panic!("the room sent {other:?}"),
        }
    }

    fn answered(&mut self, ack: &maru_protocol::Ack) {
        let same = |outcome| match outcome {
            OutcomeCode::Duplicate => OutcomeCode::Applied,
            other => other,
        };
        let answer = (same(ack.outcome), ack.seq);
        if let Some(before) = self.answers.insert(ack.number, answer) {
            assert_eq!(before, answer, "the same number gets the same answer");
        }
        if let Some(place) = self.unanswered.iter().position(|u| u.number == ack.number) {
            let batch = self.unanswered.remove(place).expect("it was just found");
            if answer.0 == OutcomeCode::Applied {
                self.applied.insert(ack.number, batch.ops);
            }
        }
    }

    fn catch_up(&mut self, epoch: u64, seq: u64, chat: Vec<ChatLine>, people: Vec<Person>) {
        self.epoch = epoch;
        self.seq = seq;
        self.flush = None;
        self.is_torn = false;
        self.chat
            .extend(chat.into_iter().map(|line| (line.seq, line.text)));
        self.trim_chat();
        self.people = people
            .into_iter()
            .map(|person| (person.member, person))
            .collect();
    }

    fn trim_chat(&mut self) {
        while self.chat.len() > CHAT_LINES_MAX {
            self.chat.pop_front();
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Changed { seq, ops, .. } => {
                assert_eq!(seq, self.seq + 1, "batches come in order, without holes");
                self.seq = seq;
                for op in ops {
                    self.apply(seq, op);
                }
                self.trim_chat();
            }
            Event::Joined { person } => {
                let before = self.people.insert(person.member, person);
                assert!(before.is_none(), "joined twice");
            }
            Event::Updated { person } => {
                assert!(
                    self.people.insert(person.member, person).is_some(),
                    "was not here"
                );
            }
            Event::Left { member } => {
                self.typing.remove(&member);
                self.drags.remove(&member);
                assert!(
                    self.people.remove(&member).is_some(),
                    "left without being here"
                );
            }
            Event::RoomChanged { .. } => {}
            other => panic!("the room sent {other:?}"),
        }
    }

    fn apply(&mut self, seq: u64, op: Op) {
        match op {
            Op::Put {
                id,
                kind,
                place,
                x,
                y,
                rotation,
                color,
            } => {
                let item = ItemState {
                    id,
                    kind,
                    place,
                    x,
                    y,
                    rotation,
                    color,
                    seq,
                };
                assert!(self.items.insert(id, item).is_none(), "put over an item");
            }
            Op::Patch {
                id,
                standpoint,
                rotation,
                color,
                ..
            } => {
                let item = self.items.get_mut(&id).expect("a patched item is here");
                if let Some(to) = standpoint {
                    (item.place, item.x, item.y) = (to.place, to.x, to.y);
                }
                item.rotation = rotation.unwrap_or(item.rotation);
                if let Some(color) = color {
                    item.color = color;
                }
                item.seq = seq;
            }
            Op::Remove { id, .. } => {
                assert!(self.items.remove(&id).is_some(), "a removed item was here");
            }
            Op::SetTheme {
                wallpaper,
                flooring,
                light,
            } => {
                let theme = self.theme.as_mut().expect("a snapshot came first");
                for (part, new) in [
                    (&mut theme.wallpaper, wallpaper),
                    (&mut theme.flooring, flooring),
                    (&mut theme.light, light),
                ] {
                    if let Some(new) = new {
                        *part = new;
                    }
                }
                theme.seq = seq;
            }
            Op::Say { text } => self.chat.push_back((seq, text)),
            Op::Unknown { kind } => panic!("the room sent an operation of kind {kind}"),
            // Decisions about the room: their effects come as events.
            _ => {}
        }
    }
}
