//! A client's copy of a room, built from frames alone, that insists on what `PROTOCOL.md` promises: a frame that
//! breaks a promise panics. For tests, whichever way they reach the room.

// A broken promise is a failed test.
#![allow(clippy::expect_used)]

mod batches;
mod contents;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use batches::{Answers, Batches, Unanswered};
pub use contents::{CHAT_LINES_MAX, Contents};

use crate::{
    Avatar, ChatLine, Event, ItemState, MemberDrag, MemberTyping, Op, Person, Preview, ReadPoint,
    Role, RoomInfo, ServerFrame,
};

/// The room as one client sees it.
#[derive(Debug, Clone, Default)]
pub struct Replica {
    /// Of the read point: that of the last whole snapshot or delta.
    pub epoch: u64,
    /// Of the last welcome.
    pub welcome_epoch: u64,
    /// The client's own member number and role, once welcome.
    pub member: u32,
    pub role: Option<Role>,
    /// The room's name and rules, once welcome.
    pub info: Option<RoomInfo>,
    pub contents: Contents,
    pub people: BTreeMap<u32, Person>,
    /// Members of this epoch who are gone: their numbers do not come again.
    gone: BTreeSet<u32>,
    pub typing: BTreeSet<u32>,
    pub drags: BTreeMap<u32, Preview>,
    /// Values of signals received.
    pub signals: usize,
    /// How often the whole room came anew.
    pub snapshots: usize,
    /// Batches by people whom this client does not see.
    pub unseen: usize,
    /// Decisions seen.
    pub decisions: Vec<Op>,
    flush: Option<u64>,
    coming: Option<Coming>,
}

/// A snapshot of which parts are still to come, beside the copy it will replace.
#[derive(Debug, Clone)]
struct Coming {
    epoch: u64,
    info: RoomInfo,
    contents: Contents,
    people: Vec<Person>,
    parts: u32,
    taken: u32,
}

impl Replica {
    /// What to show when coming back.
    pub fn have(&self) -> Option<ReadPoint> {
        (self.epoch > 0).then_some(ReadPoint {
            epoch: self.epoch,
            seq: self.contents.seq,
        })
    }

    /// The member with this name.
    pub fn named(&self, name: &str) -> Option<&Person> {
        self.people.values().find(|person| person.name == name)
    }

    /// Whether no part of a snapshot is still to come.
    pub fn is_whole(&self) -> bool {
        self.coming.is_none()
    }

    /// The connection is gone: parts without the rest are thrown away, and the copy before them is kept.
    pub fn cut_off(&mut self) {
        self.coming = None;
    }

    /// Takes one frame in. What is no frame about the room changes nothing here.
    pub fn take(&mut self, frame: &ServerFrame) {
        assert!(
            self.is_whole() || matches!(frame, ServerFrame::Part { .. }),
            "nothing comes between the parts of a snapshot: {frame:?}"
        );
        match frame {
            ServerFrame::Welcome {
                epoch,
                member,
                role,
                room,
                ..
            } => {
                let known = self.epoch.max(self.welcome_epoch);
                assert!(*epoch >= known, "epochs never go back");
                self.welcome_epoch = *epoch;
                (self.member, self.role) = (*member, Some(*role));
                self.info = Some(room.clone());
            }
            ServerFrame::Snapshot { .. } => self.snapshot(frame),
            ServerFrame::Part {
                epoch,
                seq,
                part,
                items,
                chat,
                people,
            } => self.part((*epoch, *seq), *part, (items, chat, people)),
            ServerFrame::Changes {
                epoch, seq, people, ..
            } => {
                assert!(self.epoch > 0, "a delta goes onto a copy");
                assert!(*seq >= self.contents.seq, "a delta leads forward");
                self.contents.catch_up(frame);
                self.begin(*epoch, people.clone());
            }
            ServerFrame::Events {
                epoch,
                flush,
                seq,
                events,
            } => {
                assert_eq!(*epoch, self.epoch, "events of the read point's epoch");
                if let Some(last) = self.flush.replace(*flush) {
                    assert_eq!(*flush, last + 1, "no flush is missing");
                }
                for event in events {
                    self.happen(event);
                }
                assert_eq!(*seq, self.contents.seq, "a flush ends at its seq");
            }
            ServerFrame::Avatars { epoch, avatars } => self.places(*epoch, avatars),
            ServerFrame::Signals {
                epoch,
                typing,
                drags,
            } => {
                assert_eq!(*epoch, self.epoch, "signals of the read point's epoch");
                self.signal(typing, drags);
            }
            ServerFrame::Acks { .. }
            | ServerFrame::Error { .. }
            | ServerFrame::GoAway { .. }
            | ServerFrame::Notification { .. }
            | ServerFrame::Ping { .. }
            | ServerFrame::Pong { .. }
            | ServerFrame::History { .. }
            | ServerFrame::Layouts { .. }
            | ServerFrame::Access { .. } => {}
            ServerFrame::Unknown { .. } => panic!("a frame of no known kind: {frame:?}"),
        }
    }

    fn snapshot(&mut self, frame: &ServerFrame) {
        let ServerFrame::Snapshot {
            epoch,
            seq,
            people,
            parts,
            room,
            ..
        } = frame
        else {
            return;
        };
        assert!(
            *epoch != self.epoch || *seq >= self.contents.seq,
            "within an epoch a room never goes back"
        );
        self.snapshots += 1;
        self.coming = Some(Coming {
            epoch: *epoch,
            info: room.clone(),
            contents: Contents::of(frame),
            people: people.clone(),
            parts: *parts,
            taken: 0,
        });
        self.finish();
    }

    fn part(
        &mut self,
        of: (u64, u64),
        part: u32,
        (items, chat, people): (&[ItemState], &[ChatLine], &[Person]),
    ) {
        let coming = self.coming.as_mut().expect("parts are announced");
        assert_eq!(
            of,
            (coming.epoch, coming.contents.seq),
            "parts of one whole"
        );
        coming.taken += 1;
        assert_eq!(part, coming.taken, "parts come in order");
        coming.contents.continue_with(items, chat);
        coming.people.extend_from_slice(people);
        self.finish();
    }

    /// The snapshot takes the place of the copy, once its last part is here.
    fn finish(&mut self) {
        if let Some(whole) = self.coming.take_if(|coming| coming.taken == coming.parts) {
            self.contents = whole.contents;
            self.info = Some(whole.info);
            self.begin(whole.epoch, whole.people);
        }
    }

    /// The read point is one of this epoch; signals are off until they come.
    fn begin(&mut self, epoch: u64, people: Vec<Person>) {
        assert!(epoch >= self.epoch, "epochs never go back");
        if epoch > self.epoch {
            self.gone.clear();
        }
        self.epoch = epoch;
        self.flush = None;
        self.typing.clear();
        self.drags.clear();
        let count = people.len();
        let people = people.into_iter().map(|person| (person.member, person));
        self.people = people.collect();
        assert_eq!(self.people.len(), count, "everyone is listed once");
        let mut numbers = self.people.keys();
        assert!(
            numbers.all(|member| !self.gone.contains(member)),
            "numbers of those who left do not come again"
        );
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Changed {
                seq,
                member,
                at_ms,
                ops,
                ..
            } => {
                let author = self.people.get(member);
                match author {
                    Some(author) => check_rights(author, ops),
                    // An owner who is not in the room.
                    None if *member == 0 => {}
                    None => self.unseen += 1,
                }
                self.contents.change(*seq, *at_ms, author, ops);
                self.overhear(ops);
            }
            Event::Joined { person } => {
                let before = self.people.insert(person.member, person.clone());
                assert!(before.is_none(), "joined twice: {person:?}");
                assert!(
                    !self.gone.contains(&person.member),
                    "a number of someone who left: {person:?}"
                );
            }
            Event::Updated { person } => {
                if person.member == self.member {
                    self.role = Some(person.role);
                }
                if person.away {
                    self.quiet(person.member);
                }
                let before = self.people.insert(person.member, person.clone());
                assert!(before.is_some(), "was not here: {person:?}");
            }
            Event::Left { member } => {
                self.quiet(*member);
                self.gone.insert(*member);
                let before = self.people.remove(member);
                assert!(before.is_some(), "member {member} left without being here");
            }
            Event::RoomChanged { room } => self.info = Some(room.clone()),
            Event::Unknown { .. } => panic!("an event of no known kind: {event:?}"),
        }
    }

    /// Decisions about people are for the owner's eyes.
    fn overhear(&mut self, ops: &[Op]) {
        let decisions = ops.iter().filter(|op| {
            !matches!(
                op,
                Op::Put { .. }
                    | Op::Patch { .. }
                    | Op::Remove { .. }
                    | Op::SetTheme { .. }
                    | Op::Say { .. }
            )
        });
        for decision in decisions {
            let everyones = matches!(decision, Op::SetPolicy { .. });
            assert!(
                everyones || self.role == Some(Role::Owner),
                "not for this one's eyes: {decision:?}"
            );
            self.decisions.push(decision.clone());
        }
    }

    fn quiet(&mut self, member: u32) {
        self.typing.remove(&member);
        self.drags.remove(&member);
    }

    fn places(&mut self, epoch: u64, avatars: &[Avatar]) {
        assert_eq!(epoch, self.epoch, "places of the read point's epoch");
        for avatar in avatars {
            if let Some(person) = self.people.get_mut(&avatar.member) {
                person.avatar = avatar.clone();
            }
        }
    }

    /// Of anyone: signals of those whom this client must not see would show.
    fn signal(&mut self, typing: &[MemberTyping], drags: &[MemberDrag]) {
        self.signals += typing.len() + drags.len();
        for MemberTyping { member, active } in typing {
            if *active {
                self.typing.insert(*member);
            } else {
                self.typing.remove(member);
            }
        }
        for MemberDrag { member, preview } in drags {
            match preview {
                Some(preview) => self.drags.insert(*member, preview.clone()),
                None => self.drags.remove(member),
            };
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
