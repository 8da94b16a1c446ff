//! A client as `PROTOCOL.md` describes it, which checks every promise it can see.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use maru_protocol::{
    ChatLine, ErrorCode, Event, ItemState, MemberDrag, MemberTyping, Op, OutcomeCode, Person,
    Preview, ReadPoint, Reason, Role, RoomInfo, ServerFrame, Theme, decode_server,
};

use crate::domain::room::CHAT_LINES_MAX;

/// A batch without an answer.
#[derive(Debug, Clone)]
pub(super) struct Unanswered {
    pub number: u32,
    pub base_seq: u64,
    pub ops: Vec<Op>,
}

#[derive(Debug, Default)]
pub(super) struct Client {
    pub inbox: VecDeque<Vec<u8>>,
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
    /// Batches answered "applied" or "duplicate", with their seqs.
    pub applied: Vec<(u64, Vec<Op>)>,
    pub answers: BTreeMap<u32, (OutcomeCode, u64)>,
    pub errors: Vec<ErrorCode>,
    /// Why batches were rejected, by number.
    pub reasons: BTreeMap<u32, Reason>,
    pub room: Option<RoomInfo>,
    /// Decisions seen.
    pub decisions: Vec<Op>,
    /// Lists received.
    pub lists: Vec<ServerFrame>,
    /// Set by a `Welcome`: the unanswered batches are to be sent again.
    pub must_resend: bool,
}

impl Client {
    pub fn have(&self) -> Option<ReadPoint> {
        (self.epoch > 0).then_some(ReadPoint {
            epoch: self.epoch,
            seq: self.seq,
        })
    }

    /// The session is over for good: the next is a new one. What had no answer is shown to the user.
    pub fn start_over(&mut self) {
        self.token = None;
        self.inside = false;
        self.last_number = 0;
        self.unanswered.clear();
        self.answers.clear();
        self.reasons.clear();
    }

    /// Strips the frame header and takes the frames in.
    pub fn deliver(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (payload, after) = split_frame(rest);
            self.take(decode_server(payload).expect("the room sends frames of the protocol"));
            rest = after;
        }
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
                room,
                ..
            } => {
                self.room = Some(room);
                assert!(epoch >= self.epoch, "epochs never go back");
                let answered = self.answers.keys().next_back().copied().unwrap_or(0);
                assert!(answered <= last_number, "an answered batch was forgotten");
                self.token = Some(resume_token);
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
                room,
            } => {
                self.room = Some(room);
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
            ServerFrame::Error { code, .. } => self.errors.push(code),
            ServerFrame::History { .. }
            | ServerFrame::Layouts { .. }
            | ServerFrame::Access { .. } => self.lists.push(frame),
            ServerFrame::GoAway { .. } | ServerFrame::Ping { .. } | ServerFrame::Pong { .. } => {}
            other => panic!("the room sent {other:?}"),
        }
    }

    fn answered(&mut self, ack: &maru_protocol::Ack) {
        let same = |outcome| match outcome {
            OutcomeCode::Duplicate => OutcomeCode::Applied,
            other => other,
        };
        let answer = (same(ack.outcome), ack.seq);
        if let Some(reason) = ack.reason {
            self.reasons.insert(ack.number, reason);
        }
        if let Some(before) = self.answers.insert(ack.number, answer) {
            assert_eq!(before, answer, "the same number gets the same answer");
        }
        if let Some(place) = self.unanswered.iter().position(|u| u.number == ack.number) {
            let batch = self.unanswered.remove(place).expect("it was just found");
            if answer.0 == OutcomeCode::Applied {
                self.applied.push((ack.seq, batch.ops));
            }
        }
    }

    fn catch_up(&mut self, epoch: u64, seq: u64, chat: Vec<ChatLine>, people: Vec<Person>) {
        self.epoch = epoch;
        self.seq = seq;
        self.flush = None;
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
            Event::Changed {
                seq, member, ops, ..
            } => {
                assert_eq!(seq, self.seq + 1, "batches come in order, without holes");
                if let Some(author) = self.people.get(&member) {
                    check_rights(author, &ops);
                }
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
                if person.member == self.member {
                    self.role = Some(person.role);
                }
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
            Event::RoomChanged { room } => self.room = Some(room),
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
            Op::Duplicate { .. } | Op::RestoreLayout { .. } | Op::Unknown { .. } => {
                panic!("the room sent {op:?}")
            }
            decision => {
                let everyones = matches!(decision, Op::SetPolicy { .. });
                assert!(
                    everyones || self.role == Some(Role::Owner),
                    "not for this one's eyes: {decision:?}"
                );
                self.decisions.push(decision);
            }
        }
    }
}

/// Events come in order, so what is known of an author is what held when they did it.
fn check_rights(author: &Person, ops: &[Op]) {
    for op in ops {
        let (allowed, rule) = match op {
            Op::Say { .. } => (!author.muted, "the mute do not talk"),
            Op::Put { .. } | Op::Patch { .. } | Op::Remove { .. } | Op::SetTheme { .. } => {
                (author.role != Role::Visitor, "visitors do not furnish")
            }
            _ => (author.role == Role::Owner, "the owner decides"),
        };
        assert!(allowed, "{rule}: {op:?}");
    }
}

/// One unmasked frame: its payload and what follows.
pub(super) fn split_frame(bytes: &[u8]) -> (&[u8], &[u8]) {
    assert_eq!(bytes[0], 0x82, "a final binary frame");
    let (start, length) = match bytes[1] {
        126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        127 => {
            let length: [u8; 8] = bytes[2..10].try_into().expect("eight bytes");
            (
                10,
                usize::try_from(u64::from_be_bytes(length)).expect("a length"),
            )
        }
        short => (2, usize::from(short)),
    };
    bytes[start..].split_at(length)
}
